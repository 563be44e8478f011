package wok.hub;

/** Passes progress on, at most every {@value #PAUSE_MILLIS} milliseconds. The pulling thread's. */
final class Progress {
    private static final long PAUSE_MILLIS = 100;

    private final ProgressListener listener;
    private long lastNanos = System.nanoTime();

    Progress(ProgressListener listener) {
        this.listener = listener;
    }

    void phase(ProgressListener.Phase phase, String what) {
        listener.phase(phase, what);
    }

    void progress(String what, long bytes, long total) {
        long now = System.nanoTime();
        if (now - lastNanos >= PAUSE_MILLIS * 1_000_000) {
            now(what, bytes, total);
        }
    }

    /** At once: a file's end. */
    void now(String what, long bytes, long total) {
        lastNanos = System.nanoTime();
        listener.progress(what, bytes, total);
    }
}

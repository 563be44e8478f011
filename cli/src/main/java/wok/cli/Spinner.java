package wok.cli;

import java.util.concurrent.locks.LockSupport;

/**
 * One line on a terminal that says what is being waited for; nothing where lines can't be written over. Started and
 * closed by the thread that waits; a thread of its own draws.
 */
final class Spinner implements AutoCloseable {
    private static final String FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static final long FRAME_NANOS = 100_000_000;

    private final Output err;
    private final Thread drawing;
    private volatile boolean closed;

    private Spinner(Streams streams, String what) {
        err = streams.err();
        drawing = Thread.ofVirtual().unstarted(() -> draw(streams.errorPaint().dim(what)));
        closed = !streams.canRewriteLines();
        if (!closed) {
            drawing.start();
        }
    }

    /** Starts turning. */
    static Spinner start(Streams streams, String what) {
        return new Spinner(streams, what);
    }

    private void draw(String what) {
        for (int frame = 0; !closed; frame++) {
            err.print("\r" + FRAMES.charAt(frame % FRAMES.length()) + " " + what);
            LockSupport.parkNanos(FRAME_NANOS);
        }
        err.print("\r\u001b[K");
    }

    /** Wipes the line; closing twice does nothing more. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        LockSupport.unpark(drawing);
        try {
            drawing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

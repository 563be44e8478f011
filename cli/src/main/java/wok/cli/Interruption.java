package wok.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C while an answer is printed: the work is told to stop and may end its line before the process ends with the
 * JVM's own exit code for signals (130). Opened and closed by the thread that works.
 */
final class Interruption implements AutoCloseable {
    private static final long FAREWELL_SECONDS = 2;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Runnable stop) {
        hook = new Thread(() -> {
            stop.run();
            awaitWork();
        });
    }

    /** @param stop asks the work to end soon; called from another thread */
    static Interruption calling(Runnable stop) {
        Interruption interruption = new Interruption(stop);
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    private void awaitWork() {
        try {
            if (!done.await(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                return; // the work hangs; the process ends all the same
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the hook is running: the process is about to end
        }
    }
}

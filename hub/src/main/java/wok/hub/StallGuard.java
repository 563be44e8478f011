package wok.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Ends a read that waits for bytes that never come. The JDK's request timeout ends with the headers; a body may stay
 * silent for ever. So a watching thread closes the stream when nothing has come for a while, and the read fails with an
 * {@link IOException} like any other broken connection.
 *
 * <p>{@link #alive} and {@link #close} are the reading thread's.
 */
final class StallGuard implements AutoCloseable {
    private final Thread watcher;
    private volatile long lastNanos = System.nanoTime();

    StallGuard(InputStream body, Duration limit) {
        watcher = Thread.ofVirtual().name("wok-stall-guard").start(() -> watch(body, limit));
    }

    private void watch(InputStream body, Duration limit) {
        try {
            while (System.nanoTime() - lastNanos < limit.toNanos()) {
                Thread.sleep(Math.max(1, limit.toMillis() / 4));
            }
            body.close();
        } catch (InterruptedException | IOException over) {
            // Interrupted: the read is done. IOException: the stream is closed, which is what was wanted.
            Thread.currentThread().interrupt();
        }
    }

    /** Bytes have come. */
    void alive() {
        lastNanos = System.nanoTime();
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}

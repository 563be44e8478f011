package wok.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps pulls apart, between processes and between threads of one process. Locks are the operating system's file locks:
 * they end with their process, however it ends, so there is nothing to clean up after a crash.
 *
 * <p>Two kinds. A lock on a name is held by one pull at a time; the others wait. And every pull holds one byte of
 * {@code store.lock}, each another one, while a removal takes all bytes: so pulls don't hinder each other, and no file is
 * swept away between its arrival and its manifest. (A shared lock would say the same, but within one process Java
 * refuses two overlapping locks even when both are shared.)
 *
 * <p>Each lock belongs to the thread that took it.
 */
final class StoreLock implements AutoCloseable {
    private static final String STORE = "store";
    private static final long BYTES = Long.MAX_VALUE;
    private static final int PAUSE_MILLIS = 100;

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits for the lock on a name.
     *
     * @param waiting run once when someone else has it
     */
    static StoreLock ofName(StoreFolder folder, String name, Runnable waiting) {
        return waitFor(folder, folder.lock(StoreFolder.fileName(name)), false, waiting);
    }

    /** What every pull holds so that nothing is removed meanwhile. */
    static StoreLock againstRemoval(StoreFolder folder) {
        return waitFor(folder, folder.lock(STORE), true, () -> {});
    }

    /** What a removal holds; empty while something is being pulled. */
    static Optional<StoreLock> forRemoval(StoreFolder folder) {
        return attempt(folder, folder.lock(STORE), 0, BYTES);
    }

    private static StoreLock waitFor(StoreFolder folder, Path file, boolean oneByte, Runnable waiting) {
        boolean told = false;
        while (true) {
            long at = oneByte ? ThreadLocalRandom.current().nextLong(BYTES) : 0;
            Optional<StoreLock> lock = attempt(folder, file, at, oneByte ? 1 : BYTES);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (!told) {
                waiting.run();
                told = true;
            }
            Interruption.sleep(PAUSE_MILLIS);
        }
    }

    private static Optional<StoreLock> attempt(StoreFolder folder, Path file, long at, long bytes) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock(at, bytes, false);
                if (lock != null) {
                    return Optional.of(new StoreLock(channel));
                }
            } catch (OverlappingFileLockException anotherThreadOfThisProcess) {
                channel.close();
                return Optional.empty();
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw folder.notWritable(e);
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

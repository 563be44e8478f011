package wok.model;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import wok.formats.ModelSource;
import wok.kernels.PackingMemory;
import wok.kernels.WeightMemory;
import wok.kernels.WeightPacker;

/**
 * Memory for the packed matrices of one model: mapped from the file of the last time where there is one, new memory
 * otherwise. What is packed anew is written to the file by a thread of its own while the next matrices are packed and
 * the first prompt is read.
 *
 * <p>Three ways were thought of. Packing straight into a mapping of the file needs no second thread and no second copy;
 * but a disk that fills up then ends the process with a signal instead of an exception, and every page costs a fault
 * into the file system. Writing after loading makes a short run wait for its end. Writing while packing costs a tenth of
 * the packing threads' time, and at the end little more is left than the disk's own confirmation.
 *
 * <p>The model's opening thread calls {@link #memory} and {@link #packed} for one matrix after another, then
 * {@link #complete}; whoever owns the model calls {@link #close}, before it closes the arena.
 */
final class PackedWeights implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(PackedWeights.class.getName());

    /** Nothing is written that would leave less than as much again free. */
    private static final int ROOM_FACTOR = 2;

    private record Matrix(String name, MemorySegment memory, boolean wasKept) {}

    private final WeightMemory fresh;
    private final Optional<Target> target;
    private final Optional<PackedFile> kept;
    private final List<Matrix> matrices = new ArrayList<>();
    private Optional<Writing> writing;
    private boolean isIncomplete;

    /** The file to be written, and of what it is. */
    private record Target(Path file, String content) {}

    private PackedWeights(Arena arena, Optional<Target> target, Optional<PackedFile> kept, Optional<Writing> writing) {
        fresh = new WeightMemory(arena);
        this.target = target;
        this.kept = kept;
        this.writing = writing;
    }

    /** New memory of an arena for every matrix. */
    static PackedWeights of(Arena arena) {
        return new PackedWeights(arena, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The kept matrices of this model if there are any, otherwise memory that will be kept. */
    static PackedWeights open(PackedCache cache, ModelSource source, Arena arena) {
        String layout = Long.toHexString(WeightPacker.LAYOUT);
        Target target = new Target(cache.file(), cache.content() + " layout=" + layout);
        try {
            PackedFile kept = PackedFile.open(target.file(), target.content(), arena);
            return new PackedWeights(arena, Optional.of(target), Optional.of(kept), Optional.empty());
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.DEBUG, "{0}: not there yet", cache.file());
        } catch (PackedFile.Unusable | IOException e) {
            LOGGER.log(Level.DEBUG, "{0}: {1}", cache.file(), e.getMessage());
        }
        return hasRoom(cache.file(), source.tensorBytes())
                ? new PackedWeights(arena, Optional.empty(), Optional.empty(), Optional.of(Writing.start(target)))
                : of(arena);
    }

    private static boolean hasRoom(Path file, long bytes) {
        try {
            Path folder = file.toAbsolutePath();
            while (!Files.exists(folder) && folder.getParent() != null) {
                folder = folder.getParent();
            }
            return Files.getFileStore(folder).getUsableSpace() / ROOM_FACTOR > bytes;
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "{0}: {1}", file, e.getMessage());
            return false;
        }
    }

    /** Where the matrix of this name goes or is. */
    PackingMemory memory(String name) {
        return new PackingMemory() {
            private boolean filled;

            @Override
            public MemorySegment allocate(long bytes) {
                Optional<MemorySegment> found = kept.flatMap(file -> file.matrix(name, bytes));
                filled = found.isPresent();
                isIncomplete |= kept.isPresent() && !filled;
                MemorySegment memory =
                        found.orElseGet(() -> PackingMemory.of(fresh).allocate(bytes));
                matrices.add(new Matrix(name, memory, filled));
                return memory;
            }

            @Override
            public boolean isFilled() {
                return filled;
            }
        };
    }

    /** The matrix that was asked for last is packed; false if it had been before. */
    boolean packed() {
        Matrix last = matrices.getLast();
        writing.ifPresent(file -> file.add(last));
        return !last.wasKept();
    }

    /** All matrices are packed. A file that did not have all of them is written anew with all. */
    void complete() {
        if (isIncomplete) {
            writing = target.map(Writing::start);
            writing.ifPresent(file -> matrices.forEach(file::add));
        }
        writing.ifPresent(Writing::complete);
    }

    /** Waits until what was packed is on disk; without {@link #complete}, nothing stays there. */
    @Override
    public void close() {
        writing.ifPresent(Writing::close);
    }

    /** A file being written by a thread of its own. */
    private static final class Writing implements AutoCloseable {
        private enum End {
            COMPLETE,
            GIVEN_UP
        }

        private final Target target;
        private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
        private final Thread thread;

        private Writing(Target target) {
            this.target = target;
            thread = Thread.ofPlatform().daemon().name("wok-packed-weights").unstarted(this::run);
        }

        static Writing start(Target target) {
            Writing writing = new Writing(target);
            writing.thread.start();
            return writing;
        }

        void add(Matrix matrix) {
            queue.add(matrix);
        }

        void complete() {
            queue.add(End.COMPLETE);
        }

        private void run() {
            try (PackedFileWriter writer = PackedFileWriter.start(target.file(), target.content())) {
                for (Object next = queue.take(); next != End.GIVEN_UP; next = queue.take()) {
                    if (next instanceof Matrix matrix) {
                        writer.add(matrix.name(), matrix.memory());
                    } else {
                        writer.finish();
                        return;
                    }
                }
            } catch (IOException | InterruptedException e) {
                LOGGER.log(Level.DEBUG, "{0}: not kept: {1}", target.file(), e.toString());
            }
        }

        @Override
        public void close() {
            queue.add(End.GIVEN_UP);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

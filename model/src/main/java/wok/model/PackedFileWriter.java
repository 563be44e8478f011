package wok.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes a {@link PackedFile}: to a file beside it that carries this process's number, which is forced to disk and then
 * renamed. Killed half-way, it leaves a file that the next writer removes, since its process is gone; two processes write
 * two files, and the one that ends last stands. One thread.
 */
final class PackedFileWriter implements AutoCloseable {
    /**
     * Bytes written at once, from a multiple of as many: a file system that knows large pages then keeps the file in
     * such, and a mapping of it has them (see {@link wok.kernels.WeightMemory}).
     */
    private static final int CHUNK_BYTES = 8 << 20;

    /** Written bytes go to disk in runs of this size, so that little is left to wait for at the end. */
    private static final long FORCED_BYTES = 256L << 20;

    private static final Pattern UNFINISHED = Pattern.compile("\\.(\\d{1,18})\\.[^.]*\\.new");

    private record Entry(String name, long offset, long bytes) {}

    private final Path target;
    private final String content;
    private final Path unfinished;
    private final FileChannel channel;
    private final List<Entry> entries = new ArrayList<>();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).position(PackedFile.ALIGNMENT);
    private long at = PackedFile.ALIGNMENT;
    private long written;
    private long forced;

    private PackedFileWriter(Path target, String content, Path unfinished, FileChannel channel) {
        this.target = target;
        this.content = content;
        this.unfinished = unfinished;
        this.channel = channel;
    }

    /** Starts a file that will stand at {@code target} when it is {@link #finish finished}. */
    static PackedFileWriter start(Path target, String content) throws IOException {
        Path folder = target.toAbsolutePath().resolveSibling("");
        Files.createDirectories(folder);
        removeLeftOver(folder, target);
        String another = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path unfinished = folder.resolve(
                target.getFileName() + "." + ProcessHandle.current().pid() + "." + another + ".new");
        return new PackedFileWriter(
                target,
                content,
                unfinished,
                FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Unfinished files of processes that have ended. */
    private static void removeLeftOver(Path folder, Path target) throws IOException {
        String stem = target.getFileName().toString();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                Matcher rest = UNFINISHED.matcher(name.startsWith(stem) ? name.substring(stem.length()) : "");
                if (rest.matches()
                        && ProcessHandle.of(Long.parseLong(rest.group(1))).isEmpty()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    void add(String name, MemorySegment matrix) throws IOException {
        entries.add(new Entry(name, at, matrix.byteSize()));
        append(matrix);
        long end = Math.ceilDiv(at, (long) PackedFile.ALIGNMENT) * PackedFile.ALIGNMENT;
        append(MemorySegment.ofArray(new byte[(int) (end - at)]));
        if (written - forced >= FORCED_BYTES) {
            channel.force(false);
            forced = written;
        }
    }

    private void append(MemorySegment memory) throws IOException {
        for (long from = 0; from < memory.byteSize(); ) {
            int count = (int) Math.min(chunk.remaining(), memory.byteSize() - from);
            chunk.put(memory.asSlice(from, count).asByteBuffer());
            from += count;
            if (!chunk.hasRemaining()) {
                writeChunk();
            }
        }
        at += memory.byteSize();
    }

    private void writeChunk() throws IOException {
        chunk.flip();
        write(chunk, written);
        written += chunk.limit();
        chunk.clear();
    }

    private void write(ByteBuffer bytes, long position) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, position + bytes.position());
        }
    }

    /** Writes directory and head and puts the file in its place. */
    void finish() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment directory = directory(arena);
            MemorySegment head = head(directory, arena);
            append(directory);
            writeChunk();
            write(head.asByteBuffer(), 0);
        }
        channel.force(true);
        channel.close();
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private MemorySegment directory(Arena arena) {
        List<byte[]> names = entries.stream()
                .map(entry -> entry.name().getBytes(StandardCharsets.UTF_8))
                .toList();
        byte[] from = content.getBytes(StandardCharsets.UTF_8);
        long bytes = (long) Integer.BYTES + from.length;
        for (byte[] name : names) {
            bytes += (long) Integer.BYTES + name.length + 2 * Long.BYTES;
        }
        MemorySegment directory = arena.allocate(bytes);
        long end = putText(directory, 0, from);
        for (int i = 0; i < entries.size(); i++) {
            end = putText(directory, end, names.get(i));
            directory.set(PackedFile.LONG, end, entries.get(i).offset());
            directory.set(PackedFile.LONG, end + Long.BYTES, entries.get(i).bytes());
            end += 2 * Long.BYTES;
        }
        return directory;
    }

    private static long putText(MemorySegment memory, long at, byte[] text) {
        memory.set(PackedFile.INT, at, text.length);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, memory, at + Integer.BYTES, text.length);
        return at + Integer.BYTES + text.length;
    }

    private MemorySegment head(MemorySegment directory, Arena arena) {
        MemorySegment head = arena.allocate(PackedFile.HEAD_BYTES);
        head.set(PackedFile.LONG, 0, PackedFile.MAGIC);
        head.set(PackedFile.INT, 8, PackedFile.VERSION);
        head.set(PackedFile.INT, 12, entries.size());
        head.set(PackedFile.LONG, 16, at + directory.byteSize());
        head.set(PackedFile.LONG, 24, at);
        head.set(PackedFile.LONG, 32, directory.byteSize());
        head.set(PackedFile.INT, 40, PackedFile.sum(directory));
        head.set(PackedFile.INT, 44, PackedFile.sum(head.asSlice(0, 44)));
        return head;
    }

    /** Removes the file if it was not finished. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(unfinished);
    }
}

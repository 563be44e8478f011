package wok.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import wok.kernels.WeightMemory;

/**
 * A file of packed weights, mapped. All numbers are in the byte order of the machine that wrote it.
 *
 * <pre>
 * offset 0   magic             8 bytes, "WOKPACK" and a line feed
 *        8   version           u32, 1
 *       12   matrices          u32
 *       16   bytes of the file u64
 *       24   directory offset  u64
 *       32   directory bytes   u64
 *       40   CRC-32C of the directory   u32
 *       44   CRC-32C of bytes 0 to 43   u32
 *     4096   data: each matrix as {@link wok.kernels.WeightPacker} wrote it, at a multiple of 4096
 *            directory: content (u32 length, UTF-8); for each matrix: name (u32 length, UTF-8), offset u64, bytes u64
 * </pre>
 *
 * The head, the directory and all bounds are checked when the file is opened, in a fraction of a millisecond; anything
 * wrong makes it as good as absent. The data are not read then: a sum over all of them would cost as much as the rest of
 * the start. They are as trusted as the model's own file, whose numbers nobody sums up either: a flipped bit in them
 * changes answers, but no address is ever taken from them.
 *
 * <p>Immutable; any thread may read while the arena lives.
 */
final class PackedFile {
    static final long MAGIC = 0x0A4B_4341_504B_4F57L;
    static final int VERSION = 1;
    static final int ALIGNMENT = 4096;
    static final int HEAD_BYTES = 48;

    /** More than any model's names take. */
    static final int DIRECTORY_BYTES_MAX = 64 << 20;

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final Map<String, MemorySegment> matrices;

    private PackedFile(Map<String, MemorySegment> matrices) {
        this.matrices = matrices;
    }

    /** What is wrong with a file: the reason that it is written anew. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String reason) {
            super(reason);
        }
    }

    /**
     * Maps a file.
     *
     * @param content what it must have been packed from
     * @throws Unusable if it is damaged, of another content or version
     * @throws IOException if it is absent or can't be read
     */
    static PackedFile open(Path path, String content, Arena arena) throws Unusable, IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long bytes = channel.size();
            require(bytes >= ALIGNMENT, "file: " + bytes + " bytes (expected: " + ALIGNMENT + " and more)");
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
            WeightMemory.preferLargePages(file);
            return new PackedFile(read(file, content, arena));
        }
    }

    /** The matrix of this name, as it was packed; empty when the file does not have it in this size. */
    Optional<MemorySegment> matrix(String name, long bytes) {
        return Optional.ofNullable(matrices.get(name)).filter(memory -> memory.byteSize() == bytes);
    }

    private static Map<String, MemorySegment> read(MemorySegment file, String content, Arena arena) throws Unusable {
        require(file.get(LONG, 0) == MAGIC, "magic: another file's");
        require(file.get(INT, 8) == VERSION, "version: " + file.get(INT, 8) + " (expected: " + VERSION + ")");
        require(file.get(INT, 44) == sum(file.asSlice(0, 44)), "head: damaged");
        long size = file.get(LONG, 16);
        require(size == file.byteSize(), "file: " + file.byteSize() + " bytes (expected: " + size + ")");
        long start = file.get(LONG, 24);
        long bytes = file.get(LONG, 32);
        require(
                start >= ALIGNMENT && bytes >= 0 && bytes <= DIRECTORY_BYTES_MAX && start <= size - bytes,
                "directory: outside the file");
        MemorySegment directory = file.asSlice(start, bytes);
        require(file.get(INT, 40) == sum(directory), "directory: damaged");
        Cursor cursor = new Cursor(directory);
        require(cursor.text().equals(content), "content: another model's");
        return matrices(plain(file, arena), file.get(INT, 12), start, cursor);
    }

    private static Map<String, MemorySegment> matrices(MemorySegment file, int count, long end, Cursor cursor)
            throws Unusable {
        Map<String, MemorySegment> matrices = new HashMap<>();
        for (int i = 0; i < count; i++) {
            String name = cursor.text();
            long offset = cursor.number();
            long bytes = cursor.number();
            require(
                    offset >= ALIGNMENT
                            && offset % ALIGNMENT == 0
                            && bytes >= 0
                            && bytes <= end
                            && offset <= end - bytes,
                    name + ": outside the data");
            matrices.put(name, file.asSlice(offset, bytes));
        }
        return matrices;
    }

    /**
     * The mapping as memory like any other, where native access is allowed: loops of the vector kernels that have met
     * two kinds of segments are compiled for two kinds.
     */
    @SuppressWarnings("restricted") // only with native access; the address and size are those of a mapping of the arena
    private static MemorySegment plain(MemorySegment file, Arena arena) {
        return PackedFile.class.getModule().isNativeAccessEnabled()
                ? MemorySegment.ofAddress(file.address())
                        .reinterpret(file.byteSize(), arena, unmappedByItsArena -> {})
                        .asReadOnly()
                : file;
    }

    static int sum(MemorySegment memory) {
        CRC32C sum = new CRC32C();
        sum.update(memory.asByteBuffer());
        return (int) sum.getValue();
    }

    private static void require(boolean holds, String reason) throws Unusable {
        if (!holds) {
            throw new Unusable(reason);
        }
    }

    /** Reads the directory from its start. */
    private static final class Cursor {
        private final MemorySegment memory;
        private long at;

        Cursor(MemorySegment memory) {
            this.memory = memory;
        }

        String text() throws Unusable {
            int length = memory.get(INT, advance(Integer.BYTES));
            require(length >= 0, "directory: a text of " + length + " bytes");
            return new String(
                    memory.asSlice(advance(length), length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }

        long number() throws Unusable {
            return memory.get(LONG, advance(Long.BYTES));
        }

        private long advance(int bytes) throws Unusable {
            long start = at;
            require(bytes <= memory.byteSize() - at, "directory: cut off");
            at += bytes;
            return start;
        }
    }
}

package wok.formats;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file beside its place and moves it there when it is whole: readers never see half a model. Any thread. */
final class OutputFile {
    private static final long SLICE_BYTES = 1L << 26;

    private OutputFile() {}

    /** Writes the content of one file. */
    interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    /** Puts {@code content} at {@code path}, on the disk, in place of what was there. */
    static void replace(Path path, Content content) throws IOException {
        Path part = path.resolveSibling(path.getFileName() + ".part");
        try {
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                content.writeTo(out);
                out.force(true);
            }
            Files.move(part, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Writes all of {@code bytes}, however large. */
    static void write(WritableByteChannel out, MemorySegment bytes) throws IOException {
        for (long start = 0; start < bytes.byteSize(); start += SLICE_BYTES) {
            ByteBuffer slice = bytes.asSlice(start, Math.min(SLICE_BYTES, bytes.byteSize() - start))
                    .asByteBuffer();
            while (slice.hasRemaining()) {
                out.write(slice);
            }
        }
    }

    /** Writes {@code count} zeros. */
    static void pad(WritableByteChannel out, long count) throws IOException {
        write(out, MemorySegment.ofArray(new byte[Math.toIntExact(count)]));
    }
}

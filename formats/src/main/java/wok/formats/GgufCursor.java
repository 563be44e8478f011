package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A place in a GGUF file, moving forward. Every read is checked against the end first, every count against the bytes
 * that are left, so that nothing is allocated for what a file merely claims. One use, one thread.
 */
final class GgufCursor {
    private static final int WINDOW_BYTES = 1 << 20;

    private final String path;
    private final MemorySegment file;
    private final long end;
    private long position;

    /**
     * @param bytesMax how far reads may go, however long the file is
     */
    GgufCursor(String path, MemorySegment file, long bytesMax) {
        this.path = path;
        this.file = file;
        this.end = Math.min(file.byteSize(), bytesMax);
    }

    long position() {
        return position;
    }

    /** Four bytes, unsigned. */
    long u32(String field) {
        return file.get(GgufValueType.LE_INT, advance(4, field)) & 0xffff_ffffL;
    }

    /** Eight bytes, unsigned: a value above {@code max} is refused. */
    long u64(String field, long max) {
        long start = position;
        long value = file.get(GgufValueType.LE_LONG, advance(8, field));
        if (value < 0 || value > max) {
            throw failure(start, field, Long.toUnsignedString(value), "0 to " + max);
        }
        return value;
    }

    /** A number of things of at least {@code bytesMin} bytes each, which must fit into what is left. */
    long count(String field, long max, int bytesMin) {
        long start = position;
        long count = u64(field, max);
        if (count > (end - position) / bytesMin) {
            throw failure(start, field, Long.toString(count), "what fits into the " + (end - position) + " bytes left");
        }
        return count;
    }

    /** A string of at most {@code bytesMax} bytes, decoded without loss. */
    String lenientText(String field, long bytesMax) {
        return LenientUtf8.decode(bytes(count(field, bytesMax, 1), field));
    }

    /**
     * Moves over strings and notes where each ends, counted from here. Their lengths are read from a copy on the heap, a
     * window at a time: reading a mapping number by number takes five times as long until Java has compiled all of it.
     */
    void skipTexts(String field, long bytesMax, int[] ends) {
        long start = position;
        byte[] window = new byte[(int) Math.min(Math.min(WINDOW_BYTES, 32L * ends.length), end - position)];
        long windowStart = 0;
        long windowEnd = 0;
        for (int i = 0; i < ends.length; i++) {
            if (position + Long.BYTES > windowEnd && position + Long.BYTES <= end) {
                windowStart = position;
                windowEnd = Math.min(position + window.length, end);
                MemorySegment.copy(file, JAVA_BYTE, position, window, 0, (int) (windowEnd - windowStart));
            }
            int at = (int) (position - windowStart);
            long length = position + Long.BYTES <= windowEnd ? littleEndian(window, at) : -1;
            if (length < 0 || length > bytesMax || length > end - position - Long.BYTES) {
                length = count(field, bytesMax, 1); // fails, saying why
                advance(length, field);
            } else {
                position += Long.BYTES + length;
            }
            ends[i] = (int) (position - start);
        }
    }

    private static long littleEndian(byte[] bytes, int at) {
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /** A string that must be UTF-8: a name. */
    String strictText(String field, long bytesMax) {
        long start = position;
        byte[] bytes = bytes(count(field, bytesMax, 1), field);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw failure(start, field, "bytes that are not UTF-8", "UTF-8");
        }
    }

    Object scalar(GgufValueType type, String field) {
        long start = advance(type.bytesMin(), field);
        if (type == GgufValueType.BOOL && (file.get(JAVA_BYTE, start) & ~1) != 0) {
            throw failure(start, field, "byte " + (file.get(JAVA_BYTE, start) & 0xff), "0 or 1");
        }
        return type.scalar(file, start);
    }

    /** A copy of the next {@code length} bytes. */
    byte[] bytes(long length, String field) {
        return file.asSlice(advance(length, field), length).toArray(JAVA_BYTE);
    }

    /** A copy of what lies between an earlier place and this one. */
    byte[] bytesSince(long start) {
        return file.asSlice(start, position - start).toArray(JAVA_BYTE);
    }

    /** Moves over {@code length} bytes and gives the place where they start. */
    long advance(long length, String field) {
        if (length > end - position) {
            String limit = end < file.byteSize() ? "the limit of " + end + " bytes" : "the end of the file";
            throw failure(position, field, limit + " after " + (end - position) + " bytes", length + " bytes");
        }
        long start = position;
        position += length;
        return start;
    }

    MalformedModelException failure(long offset, String field, String found, String expected) {
        return new MalformedModelException(path, offset, field, found, expected);
    }
}

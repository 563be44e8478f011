package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protobuf message (specification: protobuf.dev, "Encoding").
 *
 * <pre>
 * field   varint (number << 3 | wire type), then by wire type
 *         0 varint   1 eight bytes   2 varint length and so many bytes   5 four bytes
 * varint  seven bits a byte, low first; the high bit says that another byte follows; ten bytes at most
 * </pre>
 *
 * The message may be hostile: every length is checked against what is left of it, and the groups of old (wire types 3 and
 * 4), which nest without a length, are refused. A nested message is a cursor over its bytes. One thread.
 */
final class ProtobufCursor {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;
    private static final int FOUR_BYTES = 5;
    private static final int VARINT_BYTES_MAX = 10;
    private static final int TEXT_BYTES_MAX = 1 << 16;

    private final String path;
    private final MemorySegment message;
    private final long start;
    private long at;
    private int field;
    private int wireType;
    private long value;
    private long length;

    /** @param start where the message begins in its file, for errors */
    ProtobufCursor(String path, MemorySegment message, long start) {
        this.path = path;
        this.message = message;
        this.start = start;
    }

    /**
     * Goes to the next field; false at the message's end.
     *
     * @throws MalformedModelException if what follows is no field
     */
    boolean next() {
        if (at == message.byteSize()) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        wireType = (int) (key & 7);
        if (key < 0 || key >>> 3 > Integer.MAX_VALUE || field == 0) {
            throw failure("field key", Long.toUnsignedString(key), "a field number and a wire type");
        }
        switch (wireType) {
            case VARINT -> value = varint();
            case EIGHT_BYTES -> take(8);
            case FOUR_BYTES -> take(4);
            case BYTES -> take(varint());
            default -> throw failure("wire type", Integer.toString(wireType), "0, 1, 2 or 5");
        }
        return true;
    }

    private void take(long bytes) {
        if (bytes < 0 || bytes > message.byteSize() - at) {
            throw failure(
                    "field " + field,
                    Long.toUnsignedString(bytes) + " bytes",
                    "at most the " + (message.byteSize() - at) + " that are left");
        }
        length = bytes;
        at += bytes;
    }

    private long varint() {
        long result = 0;
        for (int i = 0; i < VARINT_BYTES_MAX; i++) {
            if (at == message.byteSize()) {
                throw failure("varint", "the end", "another byte");
            }
            byte part = message.get(JAVA_BYTE, at++);
            result |= (long) (part & 0x7F) << (7 * i);
            if (part >= 0) {
                return result;
            }
        }
        throw failure("varint", "more than " + VARINT_BYTES_MAX + " bytes", "fewer");
    }

    /** The number of the field. */
    int field() {
        return field;
    }

    /** Where the field's bytes begin in the file. */
    long offset() {
        return start + at - length;
    }

    /** The value of a whole number. */
    long integer() {
        require(VARINT, "a whole number");
        return value;
    }

    /** The value of a 32-bit float. */
    float real() {
        require(FOUR_BYTES, "a 32-bit float");
        return Float.intBitsToFloat(message.get(INT, at - 4));
    }

    /** The bytes of a string, a nested message or packed numbers. */
    MemorySegment bytes() {
        require(BYTES, "a length and bytes");
        return message.asSlice(at - length, length);
    }

    /** A nested message. */
    ProtobufCursor message() {
        return new ProtobufCursor(path, bytes(), offset());
    }

    /** Whether the field is a whole number by itself and not packed with others. */
    boolean isInteger() {
        return wireType == VARINT;
    }

    /** A string; bytes that are no UTF-8 become U+FFFD. */
    String text() {
        MemorySegment bytes = bytes();
        if (bytes.byteSize() > TEXT_BYTES_MAX) {
            throw failure("text", bytes.byteSize() + " bytes", "at most " + TEXT_BYTES_MAX);
        }
        return new String(bytes.toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The whole numbers of a message that is nothing but varints, at most {@code most} of them. */
    static long[] packed(String path, MemorySegment bytes, long start, int most) {
        ProtobufCursor cursor = new ProtobufCursor(path, bytes, start);
        long[] values = new long[(int) Math.min(bytes.byteSize(), most)];
        int count = 0;
        while (cursor.at < bytes.byteSize()) {
            if (count == most) {
                throw cursor.failure("packed numbers", "more than " + most, "at most " + most);
            }
            values[count++] = cursor.varint();
        }
        return java.util.Arrays.copyOf(values, count);
    }

    private void require(int type, String expected) {
        if (wireType != type) {
            throw failure("field " + field, "wire type " + wireType, expected);
        }
    }

    MalformedModelException failure(String what, String found, String expected) {
        return new MalformedModelException(path, start + at, what, found, expected);
    }
}

package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The types of GGUF metadata values, with their identifiers in the file (GGUF specification, {@code enum
 * gguf_metadata_value_type}).
 */
public enum GgufValueType {
    U8(0, 1),
    I8(1, 1),
    U16(2, 2),
    I16(3, 2),
    U32(4, 4),
    I32(5, 4),
    F32(6, 4),
    BOOL(7, 1),
    STRING(8, 8),
    ARRAY(9, 12),
    U64(10, 8),
    I64(11, 8),
    F64(12, 8);

    static final ValueLayout.OfShort LE_SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt LE_INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LE_LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat LE_FLOAT = JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble LE_DOUBLE = JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final GgufValueType[] BY_ID = values();

    private final int id;
    private final int bytesMin;

    GgufValueType(int id, int bytesMin) {
        this.id = id;
        this.bytesMin = bytesMin;
    }

    /** The identifier in the file. */
    public int id() {
        return id;
    }

    /** The bytes of a scalar; the least bytes of a string (its length) or an array (type and count). */
    int bytesMin() {
        return bytesMin;
    }

    static Optional<GgufValueType> ofId(long id) {
        return id >= 0 && id < BY_ID.length ? Optional.of(BY_ID[(int) id]) : Optional.empty();
    }

    /** The widest type of a value of no file. */
    static GgufValueType of(Object value) {
        return switch (value) {
            case Boolean bool -> BOOL;
            case String text -> STRING;
            case List<?> list -> ARRAY;
            case Double real -> F64;
            default -> I64;
        };
    }

    /** The type of an array's elements. */
    static GgufValueType ofElements(List<?> array) {
        return switch (array) {
            case PackedScalars scalars -> scalars.type();
            case PackedTexts texts -> STRING;
            default -> array.isEmpty() ? ARRAY : of(array.getFirst());
        };
    }

    /** Whether an integer type has this value; u64 has every one, as its bits. False for the other types. */
    boolean holds(long value) {
        return switch (this) {
            case U8 -> value >= 0 && value <= 0xff;
            case I8 -> value == (byte) value;
            case U16 -> value >= 0 && value <= 0xffff;
            case I16 -> value == (short) value;
            case U32 -> value >= 0 && value <= 0xffff_ffffL;
            case I32 -> value == (int) value;
            case U64, I64 -> true;
            case F32, F64, BOOL, STRING, ARRAY -> false;
        };
    }

    /** The scalar at {@code offset}: Long, Double or Boolean. */
    Object scalar(MemorySegment memory, long offset) {
        return switch (this) {
            case U8 -> (long) (memory.get(JAVA_BYTE, offset) & 0xff);
            case I8 -> (long) memory.get(JAVA_BYTE, offset);
            case U16 -> (long) (memory.get(LE_SHORT, offset) & 0xffff);
            case I16 -> (long) memory.get(LE_SHORT, offset);
            case U32 -> memory.get(LE_INT, offset) & 0xffff_ffffL;
            case I32 -> (long) memory.get(LE_INT, offset);
            case U64, I64 -> memory.get(LE_LONG, offset);
            case F32 -> (double) memory.get(LE_FLOAT, offset);
            case F64 -> memory.get(LE_DOUBLE, offset);
            case BOOL -> memory.get(JAVA_BYTE, offset) != 0;
            case STRING, ARRAY -> throw new IllegalStateException(this + " (expected: a scalar type)");
        };
    }
}

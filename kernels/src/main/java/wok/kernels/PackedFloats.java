package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import wok.tensor.DType;

/**
 * Float weights: F32, F16 or BF16, widened to 32-bit floats exactly when they are multiplied.
 *
 * <p>Layout: {@code [group][column][16 rows]} elements; element (row o, column k) is number
 * {@code (o / 16 * columns + k) * 16 + o % 16}.
 *
 * @param type F32, F16 or BF16
 */
record PackedFloats(MemorySegment memory, int rows, int columns, DType type) implements PackedMatrix {

    static PackedFloats of(PackingMemory memory, int rows, int columns, DType type) {
        long elements = Math.multiplyExact((long) PackedMatrix.groups(rows) * GROUP_ROWS, (long) columns);
        return new PackedFloats(memory.allocate(type.bytes(elements)), rows, columns, type);
    }

    @Override
    public ActivationForm activationForm() {
        return ActivationForm.F32;
    }

    @Override
    public String family() {
        return type.name();
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    /** From one group to the next. */
    long groupBytes() {
        return type.bytes((long) columns * GROUP_ROWS);
    }

    /** The machine address of a group. */
    long groupAt(int group) {
        return memory.address() + group * groupBytes();
    }

    /** The number of element (row, column) within the memory. */
    long element(int row, int column) {
        return ((long) (row / GROUP_ROWS) * columns + column) * GROUP_ROWS + row % GROUP_ROWS;
    }

    float value(int row, int column) {
        long element = element(row, column);
        return switch (type) {
            case F16 -> Float.float16ToFloat(memory.get(JAVA_SHORT, 2 * element));
            case BF16 -> Float.intBitsToFloat(memory.get(JAVA_SHORT, 2 * element) << 16);
            default -> memory.get(JAVA_FLOAT, 4 * element);
        };
    }
}

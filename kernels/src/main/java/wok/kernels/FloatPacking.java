package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * Packs some groups of a float matrix: 16 rows become 16 lanes, in arrays, some columns at a time, for the reason that
 * {@link QuantPacking} gives. F16, BF16 and F32 keep their bits; smaller floats become F16, which is exact;
 * F64 is rounded to nearest. One task of one thread.
 */
final class FloatPacking {
    private static final int CHUNK_COLUMNS = 256;
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private FloatPacking() {}

    /** Groups {@code from} to {@code to - 1}. */
    static void run(Tensor weight, PackedFloats packed, int from, int to) {
        GroupRows rows = new GroupRows(weight, from, to);
        for (int group = from; group < to; group++) {
            if (packed.type() == DType.F32) {
                singles(weight, rows.group(group), packed, group);
            } else {
                halves(weight, rows.group(group), packed, group);
            }
        }
    }

    private static void halves(Tensor weight, MemorySegment weights, PackedFloats packed, int group) {
        short[] row = new short[CHUNK_COLUMNS];
        short[] lanes = new short[CHUNK_COLUMNS * GROUP];
        int rows = Math.min(GROUP, packed.rows() - group * GROUP);
        for (int column = 0; column < packed.columns(); column += CHUNK_COLUMNS) {
            int count = Math.min(CHUNK_COLUMNS, packed.columns() - column);
            for (int lane = 0; lane < rows; lane++) {
                if (weight.dtype() == packed.type()) {
                    MemorySegment.copy(weights, SHORT, lane * weight.rowBytes() + 2L * column, row, 0, count);
                } else {
                    toHalves(weight.dtype(), weights, lane * (long) packed.columns() + column, row, count);
                }
                for (int k = 0; k < count; k++) {
                    lanes[k * GROUP + lane] = row[k];
                }
            }
            long element = packed.element(group * GROUP, column);
            MemorySegment.copy(lanes, 0, packed.memory(), JAVA_SHORT, 2 * element, count * GROUP);
        }
    }

    private static void toHalves(DType type, MemorySegment data, long element, short[] row, int count) {
        float[] values = new float[count];
        BlockDecoder.decode(type, data, element, count, values, 0);
        for (int i = 0; i < count; i++) {
            row[i] = Float.floatToFloat16(values[i]);
        }
    }

    private static void singles(Tensor weight, MemorySegment weights, PackedFloats packed, int group) {
        float[] row = new float[CHUNK_COLUMNS];
        float[] lanes = new float[CHUNK_COLUMNS * GROUP];
        int rows = Math.min(GROUP, packed.rows() - group * GROUP);
        for (int column = 0; column < packed.columns(); column += CHUNK_COLUMNS) {
            int count = Math.min(CHUNK_COLUMNS, packed.columns() - column);
            for (int lane = 0; lane < rows; lane++) {
                read(weight.dtype(), weights, lane * (long) packed.columns() + column, row, count);
                for (int k = 0; k < count; k++) {
                    lanes[k * GROUP + lane] = row[k];
                }
            }
            long element = packed.element(group * GROUP, column);
            MemorySegment.copy(lanes, 0, packed.memory(), JAVA_FLOAT, 4 * element, count * GROUP);
        }
    }

    private static void read(DType type, MemorySegment data, long element, float[] row, int count) {
        if (type == DType.F32) {
            MemorySegment.copy(data, FLOAT, 4 * element, row, 0, count);
        } else {
            BlockDecoder.decode(type, data, element, count, row, 0);
        }
    }
}

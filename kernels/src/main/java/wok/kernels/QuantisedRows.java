package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Activations as signed bytes. For a block of 32 or 256 columns:
 *
 * <pre>
 * scale = max|x| / 127, or 0 when that is below the least normal float
 * quant = rint(x * (1 / scale)), nearest even; 0 when the scale is 0
 * </pre>
 *
 * <p>A block with a NaN has scale NaN, one with an infinity has scale infinity, and quants 0 there: every product with
 * it is NaN. Quants are kept twice, as bytes (for integer units) and as floats (for float units, which multiply them
 * exactly), with their sums per 16 and per 32 columns, whole numbers of at most 4 064 in size, as floats. The floats
 * are arrays on the heap: the Vector API's broadcasts from an array run at 66 to 76 G multiply-adds a second in the
 * product's register tile, from a memory segment at 49 to 52 (2 x 6 vectors of 512 bits, one core).
 *
 * @param quants i8 [rows][columns]
 * @param floats [rows][columns], the same numbers
 * @param scales [rows][columns / blockColumns]
 * @param sums16 [rows][columns / 16]
 * @param sums32 [rows][columns / 32]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or shown: one holder of the operands of inner loops
record QuantisedRows(
        int columns,
        int blockColumns,
        MemorySegment quants,
        float[] floats,
        float[] scales,
        float[] sums16,
        float[] sums32) {

    static QuantisedRows allocate(Arena arena, int rows, int columns, ActivationForm form) {
        int blockColumns = form.blockColumns();
        if (blockColumns == 1 || columns % blockColumns != 0) {
            throw new IllegalArgumentException("columns: " + columns + " (expected: a multiple of " + blockColumns
                    + " for activations in the form " + form + ")");
        }
        int elements = Math.multiplyExact(rows, columns);
        return new QuantisedRows(
                columns,
                blockColumns,
                arena.allocate(elements, FloatRows.ALIGNMENT),
                new float[elements],
                new float[elements / blockColumns],
                new float[elements / 16],
                new float[elements / 32]);
    }

    /** The scale of a block whose greatest |x| is {@code greatest}. */
    static float scaleFor(float greatest) {
        float scale = greatest / 127;
        return scale < Float.MIN_NORMAL ? 0 : scale;
    }

    /** What x is multiplied with before rounding. */
    static float inverse(float scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    int blocks() {
        return columns / blockColumns;
    }

    int quant(int row, int column) {
        return quants.get(JAVA_BYTE, (long) row * columns + column);
    }

    float scale(int row, int block) {
        return scales[row * blocks() + block];
    }

    float sum32(int row, int block) {
        return sums32[row * (columns / 32) + block];
    }

    void setQuant(int row, int column, int value) {
        quants.set(JAVA_BYTE, (long) row * columns + column, (byte) value);
        floats[row * columns + column] = value;
    }

    void setScale(int row, int block, float scale) {
        scales[row * blocks() + block] = scale;
    }

    /** Writes a row's sums from its quants. */
    void sumRow(int row) {
        for (int block = 0; block < columns / 32; block++) {
            int first = sum(row * columns + block * 32);
            int second = sum(row * columns + block * 32 + 16);
            int at = row * (columns / 32) + block;
            sums16[2 * at] = first;
            sums16[2 * at + 1] = second;
            sums32[at] = first + second;
        }
    }

    private int sum(int at) {
        int sum = 0;
        for (int k = 0; k < 16; k++) {
            sum += (int) floats[at + k];
        }
        return sum;
    }
}

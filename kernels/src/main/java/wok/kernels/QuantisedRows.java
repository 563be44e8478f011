package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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
 * exactly), with their sums per 16 and per 32 columns, whole numbers of at most 4 064 in size, as floats.
 *
 * @param quants i8 [rows][columns]
 * @param floats f32 [rows][columns], the same numbers
 * @param scales f32 [rows][columns / blockColumns]
 * @param sums16 f32 [rows][columns / 16]
 * @param sums32 f32 [rows][columns / 32]
 */
record QuantisedRows(
        int rows,
        int columns,
        int blockColumns,
        MemorySegment quants,
        MemorySegment floats,
        MemorySegment scales,
        MemorySegment sums16,
        MemorySegment sums32) {

    static QuantisedRows allocate(Arena arena, int rows, int columns, ActivationForm form) {
        int blockColumns = form.blockColumns();
        if (blockColumns == 1 || columns % blockColumns != 0) {
            throw new IllegalArgumentException("columns: " + columns + " (expected: a multiple of " + blockColumns
                    + " for activations in the form " + form + ")");
        }
        long elements = Math.multiplyExact((long) rows, (long) columns);
        return new QuantisedRows(
                rows,
                columns,
                blockColumns,
                arena.allocate(elements, FloatRows.ALIGNMENT),
                arena.allocate(4 * elements, FloatRows.ALIGNMENT),
                arena.allocate(4 * elements / blockColumns, FloatRows.ALIGNMENT),
                arena.allocate(elements / 4, FloatRows.ALIGNMENT),
                arena.allocate(elements / 8, FloatRows.ALIGNMENT));
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

    int quant(int row, int column) {
        return quants.get(JAVA_BYTE, (long) row * columns + column);
    }

    float scale(int row, int block) {
        return scales.get(JAVA_FLOAT, 4 * ((long) row * (columns / blockColumns) + block));
    }

    float sum16(int row, int block) {
        return sums16.get(JAVA_FLOAT, 4 * ((long) row * (columns / 16) + block));
    }

    float sum32(int row, int block) {
        return sums32.get(JAVA_FLOAT, 4 * ((long) row * (columns / 32) + block));
    }

    void setQuant(int row, int column, int value) {
        long at = (long) row * columns + column;
        quants.set(JAVA_BYTE, at, (byte) value);
        floats.set(JAVA_FLOAT, 4 * at, value);
    }

    void setScale(int row, int block, float scale) {
        scales.set(JAVA_FLOAT, 4 * ((long) row * (columns / blockColumns) + block), scale);
    }

    /** Writes a row's sums from its quants. */
    void sumRow(int row) {
        for (int block = 0; block < columns / 32; block++) {
            int first = sum(row, block * 32);
            int second = sum(row, block * 32 + 16);
            long at = (long) row * (columns / 32) + block;
            sums16.set(JAVA_FLOAT, 8 * at, first);
            sums16.set(JAVA_FLOAT, 8 * at + 4, second);
            sums32.set(JAVA_FLOAT, 4 * at, first + second);
        }
    }

    private int sum(int row, int column) {
        int sum = 0;
        for (int k = 0; k < 16; k++) {
            sum += quant(row, column + k);
        }
        return sum;
    }
}

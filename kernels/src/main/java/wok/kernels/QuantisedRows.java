package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Activations as signed bytes. For a block of 32 or 256 columns:
 *
 * <pre>
 * scale = max|x| / 127, or 0 when that is below the least normal float
 * quant = rint(x * (1 / scale)), nearest even; 0 when the scale is 0
 * </pre>
 *
 * <p>A block with a NaN has scale NaN, one with an infinity has scale infinity, and quants 0 there: every product with
 * it is NaN. Beside the quants are their sums, whole numbers of at most 4 064 in size, in the forms that products start
 * from. All parts are off heap, row-major, without gaps between rows, each at a multiple of 64 bytes, because machine
 * kernels take addresses.
 *
 * <p>The vector set multiplies from copies on the heap ({@link HeapRows}), which are there only when it asks for them;
 * the reference writes whatever is there and reads the memory off heap.
 *
 * @param quants i8 [rows][columns]
 * @param scales f32 [rows][columns / blockColumns]
 * @param corrections32 i32 [rows][columns / 32], -128 times the sum of 32 quants: where an integer dot product with
 *     weights stored as quant + 128 starts
 * @param corrections16 i32 [rows][columns / 16], the same of 16 quants
 * @param sums32 f32 [rows][columns / 32], sums of 32 quants
 * @param shortSums32 i16 [rows][columns / 32], the same
 * @param shortSums16 i16 [rows][columns / 16], sums of 16 quants
 * @param heap the vector set's copies
 */
record QuantisedRows(
        int columns,
        int blockColumns,
        MemorySegment quants,
        MemorySegment scales,
        MemorySegment corrections32,
        MemorySegment corrections16,
        MemorySegment sums32,
        MemorySegment shortSums32,
        MemorySegment shortSums16,
        Optional<HeapRows> heap) {
    /** What is added to weights of 8 bits so that none is negative. */
    static final int UNSIGNED_OFFSET = 128;

    /**
     * What the vector set reads: quants as floats (float units multiply them exactly), scales and sums in arrays. The
     * Vector API's broadcasts from an array run at 66 to 76 G multiply-adds a second in the product's register tile,
     * from a memory segment at 49 to 52 (2 x 6 vectors of 512 bits, one core).
     *
     * @param floats [rows][columns], the quants
     * @param scales [rows][columns / blockColumns]
     * @param sums16 [rows][columns / 16]
     * @param sums32 [rows][columns / 32]
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared or shown: one holder of the operands of inner loops
    record HeapRows(float[] floats, float[] scales, float[] sums16, float[] sums32) {
        private static HeapRows allocate(int elements, int blockColumns) {
            return new HeapRows(
                    new float[elements],
                    new float[elements / blockColumns],
                    new float[elements / 16],
                    new float[elements / 32]);
        }
    }

    /**
     * Rows of zeros.
     *
     * @param onHeap whether to allocate the vector set's copies too
     */
    static QuantisedRows allocate(Arena arena, int rows, int columns, ActivationForm form, boolean onHeap) {
        int blockColumns = form.blockColumns();
        if (blockColumns == 1 || columns % blockColumns != 0) {
            throw new IllegalArgumentException("columns: " + columns + " (expected: a multiple of " + blockColumns
                    + " for activations in the form " + form + ")");
        }
        int elements = Math.multiplyExact(rows, columns);
        return new QuantisedRows(
                columns,
                blockColumns,
                bytes(arena, elements),
                bytes(arena, 4L * (elements / blockColumns)),
                bytes(arena, 4L * (elements / 32)),
                bytes(arena, 4L * (elements / 16)),
                bytes(arena, 4L * (elements / 32)),
                bytes(arena, 2L * (elements / 32)),
                bytes(arena, 2L * (elements / 16)),
                onHeap ? Optional.of(HeapRows.allocate(elements, blockColumns)) : Optional.empty());
    }

    private static MemorySegment bytes(Arena arena, long bytes) {
        return arena.allocate(bytes, FloatRows.ALIGNMENT);
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

    /**
     * The vector set's copies.
     *
     * @throws IllegalStateException if they were not allocated
     */
    HeapRows onHeap() {
        return heap.orElseThrow(() -> new IllegalStateException(
                "activations: none on the heap (expected: prepared by the set that multiplies)"));
    }

    int blocks() {
        return columns / blockColumns;
    }

    int quant(int row, int column) {
        return quants.get(JAVA_BYTE, (long) row * columns + column);
    }

    float scale(int row, int block) {
        return scales.getAtIndex(JAVA_FLOAT, (long) row * blocks() + block);
    }

    /** The sum of 32 quants. */
    float sum32(int row, int block) {
        return sums32.getAtIndex(JAVA_FLOAT, (long) row * (columns / 32) + block);
    }

    void setQuant(int row, int column, int value) {
        quants.set(JAVA_BYTE, (long) row * columns + column, (byte) value);
        if (heap.isPresent()) {
            heap.get().floats()[row * columns + column] = value;
        }
    }

    void setScale(int row, int block, float scale) {
        scales.setAtIndex(JAVA_FLOAT, (long) row * blocks() + block, scale);
        if (heap.isPresent()) {
            heap.get().scales()[row * blocks() + block] = scale;
        }
    }

    /** Writes all of a row's sums from its quants. */
    void sumRow(int row) {
        for (int block = 0; block < columns / 32; block++) {
            int at = row * (columns / 32) + block;
            int first = sum((long) row * columns + block * 32L);
            int second = sum((long) row * columns + block * 32L + 16);
            setSum16(2 * at, first);
            setSum16(2 * at + 1, second);
            setSum32(at, first + second);
        }
    }

    private void setSum16(int at, int sum) {
        corrections16.setAtIndex(JAVA_INT, at, -UNSIGNED_OFFSET * sum);
        shortSums16.setAtIndex(JAVA_SHORT, at, (short) sum);
        if (heap.isPresent()) {
            heap.get().sums16()[at] = sum;
        }
    }

    private void setSum32(int at, int sum) {
        corrections32.setAtIndex(JAVA_INT, at, -UNSIGNED_OFFSET * sum);
        sums32.setAtIndex(JAVA_FLOAT, at, sum);
        shortSums32.setAtIndex(JAVA_SHORT, at, (short) sum);
        if (heap.isPresent()) {
            heap.get().sums32()[at] = sum;
        }
    }

    private int sum(long at) {
        int sum = 0;
        for (int k = 0; k < 16; k++) {
            sum += quants.get(JAVA_BYTE, at + k);
        }
        return sum;
    }
}

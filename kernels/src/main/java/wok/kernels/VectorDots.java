package wok.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Exact dot products of packed quants with one row of 8-bit activations, 16 columns at a time.
 *
 * <p>How it works. A lane of a 64-byte load is four (or eight) neighbouring columns of one output row. Shifting each
 * down costs as much as converting it, so it is only masked: the byte in bits 8 to 15 becomes the float 256 q, and is
 * multiplied with x / 256, which the copy of x made beforehand holds: powers of two change no bit of the product. Only
 * the topmost quant is shifted (unsigned), its mask would be negative. The packing's offset is paid once per 16 columns:
 * the sum starts at -offset * sum(x). All partial sums are whole numbers below 2^24, so their order is free.
 *
 * <p>Codes of 5 and 6 bits and of codebooks are unpacked to bytes first, by {@link VectorUnpacker}.
 *
 * <p>Measured with 1024 x 1024 Q8_0 on one core, 512 bits: two loads and four sums a turn 19 G multiply-adds a second
 * (21 GB/s of weights), one load a turn 16, all four loads of 16 columns written out 1.4 (C2 stops inlining).
 *
 * <p>One worker, one operation.
 */
final class VectorDots {
    private static final int L = Lanes.COUNT;

    private final MemorySegment memory;
    private final QuantFormat format;
    private final VectorUnpacker unpacker;
    private final float offset;
    private final float[] x;
    private final float[] sums;
    private final float[] dots;

    VectorDots(PackedQuants w, QuantisedRows row, Workspace workspace) {
        memory = w.memory();
        format = w.format();
        unpacker = workspace.vectorUnpacker();
        offset = -format.offset();
        sums = row.onHeap().sums16();
        x = workspace.floats(Workspace.X, row.columns());
        dots = workspace.floats(Workspace.DOTS, 6 * Lanes.STRIDE + 16 * L);
        shift(row.onHeap().floats(), row.columns(), format.isPlain() ? format.bits() : 8, x);
    }

    /** Of the last run: element {@code i * L …} is the dot product of columns 16 i to 16 i + 15. */
    float[] dots() {
        return dots;
    }

    /**
     * The dot products of {@code runs} neighbouring runs of 32 columns, from run {@code first} of x.
     *
     * @param at where the runs start plus 4 bytes for each lane before
     */
    void run(long at, int first, int runs) {
        if (!format.isPlain()) {
            unpacker.run(memory, at, format, runs, 0);
            bytes(unpacker.memory(), 0, x, sums, offset, first, runs, dots);
        } else if (format.bits() == 8) {
            bytes(memory, at, x, sums, offset, first, runs, dots);
        } else {
            nibbles(memory, at, x, sums, offset, first, runs, dots);
        }
    }

    /** x divided by the power of two that its column's mask leaves in the quant. */
    private static void shift(float[] x, int columns, int bits, float[] out) {
        for (int k = 0; k < columns; k += 4) {
            boolean high = bits == 4 && k % 32 >= 16;
            float factor = high ? 0x1p-4f : 1;
            out[k] = x[k] * factor;
            out[k + 1] = x[k + 1] * (factor * 0x1p-8f);
            out[k + 2] = x[k + 2] * (factor * 0x1p-16f);
            out[k + 3] = bits == 8 || high ? x[k + 3] : x[k + 3] * 0x1p-24f;
        }
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(Lanes.FLOATS, value);
    }

    private static FloatVector masked(IntVector quants, int mask) {
        return Lanes.toFloats(quants.and(mask));
    }

    private static FloatVector top(IntVector quants, int shift) {
        return Lanes.toFloats(quants.lanewise(VectorOperators.LSHR, shift));
    }

    private static void bytes(
            MemorySegment memory, long at, float[] x, float[] sums, float offset, int first, int runs, float[] dots) {
        for (int half = 0; half < 2 * runs; half++) {
            long from = at + 256L * half;
            int k = 32 * first + 16 * half;
            FloatVector a = broadcast(offset * sums[2 * first + half]);
            FloatVector b = FloatVector.zero(Lanes.FLOATS);
            FloatVector c = b;
            FloatVector d = b;
            for (int i = 0; i < 2; i++) {
                IntVector quants = Lanes.ints(memory, from + 128L * i);
                int column = k + 8 * i;
                a = masked(quants, 0xFF).fma(broadcast(x[column]), a);
                b = masked(quants, 0xFF00).fma(broadcast(x[column + 1]), b);
                a = masked(quants, 0xFF0000).fma(broadcast(x[column + 2]), a);
                b = top(quants, 24).fma(broadcast(x[column + 3]), b);
                quants = Lanes.ints(memory, from + 128L * i + 64);
                c = masked(quants, 0xFF).fma(broadcast(x[column + 4]), c);
                d = masked(quants, 0xFF00).fma(broadcast(x[column + 5]), d);
                c = masked(quants, 0xFF0000).fma(broadcast(x[column + 6]), c);
                d = top(quants, 24).fma(broadcast(x[column + 7]), d);
            }
            a.add(b).add(c.add(d)).intoArray(dots, half * L);
        }
    }

    private static void nibbles(
            MemorySegment memory, long at, float[] x, float[] sums, float offset, int first, int runs, float[] dots) {
        for (int run = 0; run < runs; run++) {
            int k = 32 * (first + run);
            FloatVector a = broadcast(offset * sums[2 * (first + run)]);
            FloatVector b = FloatVector.zero(Lanes.FLOATS);
            FloatVector c = broadcast(offset * sums[2 * (first + run) + 1]);
            FloatVector d = FloatVector.zero(Lanes.FLOATS);
            for (int i = 0; i < 4; i++) {
                IntVector quants = Lanes.ints(memory, at + 256L * run + 64L * i);
                int from = k + 4 * i;
                a = masked(quants, 0xF).fma(broadcast(x[from]), a);
                b = masked(quants, 0xF00).fma(broadcast(x[from + 1]), b);
                a = masked(quants, 0xF0000).fma(broadcast(x[from + 2]), a);
                b = masked(quants, 0xF000000).fma(broadcast(x[from + 3]), b);
                c = masked(quants, 0xF0).fma(broadcast(x[from + 16]), c);
                d = masked(quants, 0xF000).fma(broadcast(x[from + 17]), d);
                c = masked(quants, 0xF00000).fma(broadcast(x[from + 18]), c);
                d = top(quants, 28).fma(broadcast(x[from + 19]), d);
            }
            a.add(b).intoArray(dots, 2 * run * L);
            c.add(d).intoArray(dots, (2 * run + 1) * L);
        }
    }
}

package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * One row of 8-bit activations with a quantised matrix, straight from the packed bytes: decoding a token, where memory
 * sets the pace and every instruction per byte counts.
 *
 * <p>How it works. A lane of a 64-byte load is four (or eight) neighbouring columns of one output row. Shifting each
 * down costs as much as converting it, so it is only masked: the byte in bits 8 to 15 becomes the float 256 q, and is
 * multiplied with x / 256, which the copy of x made beforehand holds: powers of two change no bit of the product. Only
 * the topmost quant is shifted (unsigned), its mask would be negative. The packing's offset is paid once per block:
 * the sum starts at -offset * sum(x). All partial sums are whole numbers below 2^24, so their order is free, and four
 * chains of fma run side by side.
 */
final class VectorRowProduct {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int L = Lanes.COUNT;

    private VectorRowProduct() {}

    /** Output groups {@code from} to {@code to - 1}; x is row 0 of the prepared form. */
    static void run(PackedBlocks w, QuantisedRows x, FloatRows y, int from, int to, Workspace workspace) {
        float[] shifted = workspace.floats(Workspace.X, w.columns());
        shift(x.floats(), w.columns(), w.bits(), shifted);
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                long at = w.blockOffset(group, 0) + 4L * part;
                if (w.bits() == 8) {
                    bytes(w, at, shifted, x, out, part);
                } else {
                    nibbles(w, at, shifted, x, out, part);
                }
            }
            store(w, group, out, y);
        }
    }

    static void run(PackedSuperBlocks w, QuantisedRows x, FloatRows y, int from, int to, Workspace workspace) {
        float[] shifted = workspace.floats(Workspace.X, w.columns());
        shift(x.floats(), w.columns(), w.format().bits(), shifted);
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                superBlocks(w, group, part, shifted, x, out);
            }
            store(w, group, out, y);
        }
    }

    private static void store(PackedMatrix w, int group, float[] out, FloatRows y) {
        int first = group * GROUP;
        int count = Math.min(GROUP, w.rows() - first);
        MemorySegment.copy(out, 0, y.memory(), JAVA_FLOAT, y.offset(0, first), count);
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

    private static void bytes(PackedBlocks w, long at, float[] x, QuantisedRows q, float[] out, int part) {
        MemorySegment memory = w.memory();
        float[] as = q.scales();
        float[] xSums = q.sums32();
        int blocks = w.blocks();
        int blockBytes = w.blockBytes();
        int quants = w.quantsOffset();
        boolean hasMin = w.hasMin();
        float offset = -w.offset();
        FloatVector y = FloatVector.zero(Lanes.FLOATS);
        for (int block = 0; block < blocks; block++) {
            long from = at + (long) block * blockBytes;
            FloatVector dot = byteDot(memory, from + quants, x, block * 32, offset * xSums[block]);
            y = dot.fma(Lanes.floats(memory, from).mul(as[block]), y);
            if (hasMin) {
                FloatVector min = Lanes.floats(memory, from + 64).mul(as[block]);
                y = broadcast(-xSums[block]).fma(min, y);
            }
        }
        y.intoArray(out, part);
    }

    private static void nibbles(PackedBlocks w, long at, float[] x, QuantisedRows q, float[] out, int part) {
        MemorySegment memory = w.memory();
        float[] as = q.scales();
        float[] xSums = q.sums32();
        int blocks = w.blocks();
        int blockBytes = w.blockBytes();
        int quants = w.quantsOffset();
        boolean hasMin = w.hasMin();
        float offset = -w.offset();
        FloatVector y = FloatVector.zero(Lanes.FLOATS);
        for (int block = 0; block < blocks; block++) {
            long from = at + (long) block * blockBytes;
            FloatVector low = lowDot(memory, from + quants, x, block * 32, offset * xSums[block]);
            FloatVector dot = low.add(highDot(memory, from + quants, x, block * 32, 0));
            y = dot.fma(Lanes.floats(memory, from).mul(as[block]), y);
            if (hasMin) {
                FloatVector min = Lanes.floats(memory, from + 64).mul(as[block]);
                y = broadcast(-xSums[block]).fma(min, y);
            }
        }
        y.intoArray(out, part);
    }

    /** Columns k to k + 31 of an 8-bit run. */
    private static FloatVector byteDot(MemorySegment memory, long at, float[] x, int k, float start) {
        return byteDot16(memory, at, x, k, start).add(byteDot16(memory, at + 256, x, k + 16, 0));
    }

    /** Sixteen columns of an 8-bit run. */
    private static FloatVector byteDot16(MemorySegment memory, long at, float[] x, int k, float start) {
        FloatVector a = broadcast(start);
        FloatVector b = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < 4; i++) {
            IntVector quants = Lanes.ints(memory, at + 64L * i);
            int from = k + 4 * i;
            a = masked(quants, 0xFF).fma(broadcast(x[from]), a);
            b = masked(quants, 0xFF00).fma(broadcast(x[from + 1]), b);
            a = masked(quants, 0xFF0000).fma(broadcast(x[from + 2]), a);
            b = top(quants, 24).fma(broadcast(x[from + 3]), b);
        }
        return a.add(b);
    }

    /** Columns k to k + 15: the low halves of a 4-bit run. */
    private static FloatVector lowDot(MemorySegment memory, long at, float[] x, int k, float start) {
        FloatVector a = broadcast(start);
        FloatVector b = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < 4; i++) {
            IntVector quants = Lanes.ints(memory, at + 64L * i);
            int from = k + 4 * i;
            a = masked(quants, 0xF).fma(broadcast(x[from]), a);
            b = masked(quants, 0xF00).fma(broadcast(x[from + 1]), b);
            a = masked(quants, 0xF0000).fma(broadcast(x[from + 2]), a);
            b = masked(quants, 0xF000000).fma(broadcast(x[from + 3]), b);
        }
        return a.add(b);
    }

    /** Columns k + 16 to k + 31: the high halves of a 4-bit run. */
    private static FloatVector highDot(MemorySegment memory, long at, float[] x, int k, float start) {
        FloatVector a = broadcast(start);
        FloatVector b = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < 4; i++) {
            IntVector quants = Lanes.ints(memory, at + 64L * i);
            int from = k + 16 + 4 * i;
            a = masked(quants, 0xF0).fma(broadcast(x[from]), a);
            b = masked(quants, 0xF000).fma(broadcast(x[from + 1]), b);
            a = masked(quants, 0xF00000).fma(broadcast(x[from + 2]), a);
            b = top(quants, 28).fma(broadcast(x[from + 3]), b);
        }
        return a.add(b);
    }

    private static void superBlocks(PackedSuperBlocks w, int group, int part, float[] x, QuantisedRows q, float[] out) {
        QuantFormat format = w.format();
        FloatVector y = FloatVector.zero(Lanes.FLOATS);
        for (int block = 0; block < w.blocks(); block++) {
            long from = w.blockOffset(group, block);
            float as = q.scales()[block];
            IntVector dots = format.bits() == 8
                    ? superBytes(w, from, part, x, q, block)
                    : superNibbles(w, from, part, x, q, block);
            y = Lanes.toFloats(dots)
                    .fma(Lanes.floats(w.memory(), from + 4L * part).mul(as), y);
            if (format.hasMin()) {
                FloatVector minima = minima(w, from, part, q, block);
                long minScales = from + w.minScalesOffset() + 4L * part;
                y = minima.neg().fma(Lanes.floats(w.memory(), minScales).mul(as), y);
            }
        }
        y.intoArray(out, part);
    }

    /** The sum of subScale * dot over a super-block of 8-bit quants. */
    private static IntVector superBytes(
            PackedSuperBlocks w, long from, int part, float[] x, QuantisedRows q, int block) {
        MemorySegment memory = w.memory();
        long subs = from + w.subScalesOffset() + part;
        long quants = from + w.quantsOffset() + 4L * part;
        int step = w.format().subColumns() == 16 ? 1 : 0;
        int runs = w.format().exactColumns() / 32;
        float offset = -w.format().offset();
        float[] xSums = q.sums16();
        IntVector sum = IntVector.zero(Lanes.INTS);
        for (int run = 0; run < 8; run += runs) {
            FloatVector exact = FloatVector.zero(Lanes.FLOATS);
            for (int i = run; i < run + runs; i++) {
                int k = block * 256 + 32 * i;
                FloatVector first = byteDot16(memory, quants + 512L * i, x, k, offset * xSums[k / 16]);
                FloatVector second = byteDot16(memory, quants + 512L * i + 256, x, k + 16, offset * xSums[k / 16 + 1]);
                long sub = subs + ((long) i << step) * GROUP;
                exact = first.fma(Lanes.signedBytes(memory, sub), exact);
                exact = second.fma(Lanes.signedBytes(memory, sub + (long) step * GROUP), exact);
            }
            sum = sum.add(Lanes.toInts(exact));
        }
        return sum;
    }

    /** The sum of subScale * dot over a super-block of 4-bit quants. */
    private static IntVector superNibbles(
            PackedSuperBlocks w, long from, int part, float[] x, QuantisedRows q, int block) {
        MemorySegment memory = w.memory();
        long subs = from + w.subScalesOffset() + part;
        long quants = from + w.quantsOffset() + 4L * part;
        int step = w.format().subColumns() == 16 ? 1 : 0;
        int runs = w.format().exactColumns() / 32;
        float offset = -w.format().offset();
        float[] xSums = q.sums16();
        IntVector sum = IntVector.zero(Lanes.INTS);
        for (int run = 0; run < 8; run += runs) {
            FloatVector exact = FloatVector.zero(Lanes.FLOATS);
            for (int i = run; i < run + runs; i++) {
                int k = block * 256 + 32 * i;
                FloatVector first = lowDot(memory, quants + 256L * i, x, k, offset * xSums[k / 16]);
                FloatVector second = highDot(memory, quants + 256L * i, x, k, offset * xSums[k / 16 + 1]);
                long sub = subs + ((long) i << step) * GROUP;
                exact = first.fma(Lanes.signedBytes(memory, sub), exact);
                exact = second.fma(Lanes.signedBytes(memory, sub + (long) step * GROUP), exact);
            }
            sum = sum.add(Lanes.toInts(exact));
        }
        return sum;
    }

    /** The sum of subMin * sum(x) over a super-block, exact below 2^24. */
    private static FloatVector minima(PackedSuperBlocks w, long from, int part, QuantisedRows q, int block) {
        int subColumns = w.format().subColumns();
        float[] xSums = subColumns == 16 ? q.sums16() : q.sums32();
        int subs = 256 / subColumns;
        long at = from + w.subMinsOffset() + part;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int sub = 0; sub < subs; sub++) {
            FloatVector minimum = Lanes.signedBytes(w.memory(), at + (long) sub * GROUP);
            sum = minimum.fma(broadcast(xSums[block * subs + sub]), sum);
        }
        return sum;
    }
}

package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One row of 8-bit activations with a quantised matrix, straight from the packed bytes: decoding a token, where memory
 * sets the pace and every instruction per byte counts.
 *
 * <p>How it works. For each group and 256 columns, {@link VectorDots} writes the exact dot products of every 16 columns
 * to a small array, and a second loop scales and adds them in the canonical order. Two loops instead of one cost a
 * store and a load per 48 instructions; in one, C2 reaches its limit of nodes in the middle of the method, stops
 * inlining and allocates a vector per block (measured: 19 G multiply-adds a second with Q8_0 and 8 with Q6_K).
 *
 * <p>Stateless; a workspace belongs to one worker.
 */
final class VectorRowProduct {
    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int L = Lanes.COUNT;
    /** Blocks of 32 columns whose dot products are taken at once. */
    private static final int BLOCKS = 8;

    private VectorRowProduct() {}

    /** Output groups {@code from} to {@code to - 1}; x is row 0 of the prepared form. */
    static void run(PackedBlocks w, QuantisedRows x, FloatRows y, int from, int to, Workspace workspace) {
        VectorDots dots = new VectorDots(w.memory(), w.bits(), w.offset(), x, workspace);
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                FloatVector.zero(Lanes.FLOATS).intoArray(out, part);
                for (int block = 0; block < w.blocks(); block += BLOCKS) {
                    int count = Math.min(BLOCKS, w.blocks() - block);
                    long at = w.blockOffset(group, block) + 4L * part;
                    dots.run(at + w.quantsOffset(), w.blockBytes(), block, count);
                    if (w.hasMin()) {
                        addBlocksAndMinima(w.memory(), at, w.blockBytes(), count, dots.dots(), x, block, out, part);
                    } else {
                        addBlocks(
                                w.memory(),
                                at,
                                w.blockBytes(),
                                count,
                                dots.dots(),
                                x.onHeap().scales(),
                                block,
                                out,
                                part);
                    }
                }
            }
            store(w, group, out, y);
        }
    }

    static void run(PackedSuperBlocks w, QuantisedRows x, FloatRows y, int from, int to, Workspace workspace) {
        QuantFormat format = w.format();
        VectorDots dots = new VectorDots(w.memory(), format.bits(), format.offset(), x, workspace);
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        float[] scaled = workspace.floats(Workspace.MINIMUM_SUMS, GROUP);
        int runBytes = PackedBlocks.quantBytes(format.bits());
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                FloatVector.zero(Lanes.FLOATS).intoArray(out, part);
                for (int block = 0; block < w.blocks(); block++) {
                    long at = w.blockOffset(group, block);
                    dots.run(at + w.quantsOffset() + 4L * part, runBytes, BLOCKS * block, BLOCKS);
                    long subs = at + w.subScalesOffset() + part;
                    sumScaled(w.memory(), subs, format.subColumns(), format.exactColumns(), dots.dots(), scaled);
                    addScaled(w.memory(), at + 4L * part, scaled, x.onHeap().scales()[block], out, part);
                    if (format.hasMin()) {
                        subtractMinima(w, at, x, block, out, part);
                    }
                }
            }
            store(w, group, out, y);
        }
    }

    private static void store(PackedMatrix w, int group, float[] out, FloatRows y) {
        int first = group * GROUP;
        int count = Math.min(GROUP, w.rows() - first);
        MemorySegment.copy(out, 0, y.memory(), JAVA_FLOAT, y.offset(0, first), count);
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(Lanes.FLOATS, from, at);
    }

    /** {@code out = fma(dot, ws * as, out)} for each block. */
    private static void addBlocks(
            MemorySegment w,
            long at,
            int blockBytes,
            int count,
            float[] dots,
            float[] as,
            int block,
            float[] out,
            int part) {
        FloatVector y = load(out, part);
        for (int i = 0; i < count; i++) {
            FloatVector dot = load(dots, 2 * i * L).add(load(dots, (2 * i + 1) * L));
            y = dot.fma(Lanes.floats(w, at + (long) i * blockBytes).mul(as[block + i]), y);
        }
        y.intoArray(out, part);
    }

    /** The same, and after each block {@code out = fma(-sum of x, min * as, out)}. */
    private static void addBlocksAndMinima(
            MemorySegment w,
            long at,
            int blockBytes,
            int count,
            float[] dots,
            QuantisedRows x,
            int block,
            float[] out,
            int part) {
        FloatVector y = load(out, part);
        float[] as = x.onHeap().scales();
        float[] sums = x.onHeap().sums32();
        for (int i = 0; i < count; i++) {
            FloatVector dot = load(dots, 2 * i * L).add(load(dots, (2 * i + 1) * L));
            long from = at + (long) i * blockBytes;
            y = dot.fma(Lanes.floats(w, from).mul(as[block + i]), y);
            FloatVector sum = FloatVector.broadcast(Lanes.FLOATS, -sums[block + i]);
            y = sum.fma(Lanes.floats(w, from + 64).mul(as[block + i]), y);
        }
        y.intoArray(out, part);
    }

    /** {@code out = (float) sum of subScale * dot} of a super-block: floats while they are exact, then integers. */
    private static void sumScaled(
            MemorySegment w, long subs, int subColumns, int exactColumns, float[] dots, float[] out) {
        int step = subColumns == 16 ? GROUP : 0;
        int exactRuns = exactColumns / 32;
        IntVector sum = IntVector.zero(Lanes.INTS);
        for (int run = 0; run < BLOCKS; run += exactRuns) {
            FloatVector exact = FloatVector.zero(Lanes.FLOATS);
            for (int i = run; i < run + exactRuns; i++) {
                long sub = subs + (long) i * (GROUP + step);
                exact = load(dots, 2 * i * L).fma(Lanes.signedBytes(w, sub), exact);
                exact = load(dots, (2 * i + 1) * L).fma(Lanes.signedBytes(w, sub + step), exact);
            }
            sum = sum.add(Lanes.toInts(exact));
        }
        Lanes.toFloats(sum).intoArray(out, 0);
    }

    private static void addScaled(MemorySegment w, long scales, float[] scaled, float as, float[] out, int part) {
        FloatVector factor = Lanes.floats(w, scales).mul(as);
        load(scaled, 0).fma(factor, load(out, part)).intoArray(out, part);
    }

    /** {@code out = fma(-(sum of subMin * sum(x)), dmin * as, out)}; the inner sum is exact below 2^24. */
    private static void subtractMinima(
            PackedSuperBlocks w, long at, QuantisedRows x, int block, float[] out, int part) {
        int subs = PackedSuperBlocks.BLOCK_COLUMNS / w.format().subColumns();
        float[] sums = subs == 16 ? x.onHeap().sums16() : x.onHeap().sums32();
        long minima = at + w.subMinsOffset() + part;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int sub = 0; sub < subs; sub++) {
            FloatVector minimum = Lanes.signedBytes(w.memory(), minima + (long) sub * GROUP);
            sum = minimum.fma(FloatVector.broadcast(Lanes.FLOATS, sums[block * subs + sub]), sum);
        }
        FloatVector factor = Lanes.floats(w.memory(), at + w.minScalesOffset() + 4L * part);
        sum.neg().fma(factor.mul(x.onHeap().scales()[block]), load(out, part)).intoArray(out, part);
    }
}

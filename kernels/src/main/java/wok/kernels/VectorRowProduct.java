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
        VectorDots dots = new VectorDots(w, x, workspace);
        QuantisedRows.HeapRows heap = x.onHeap();
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        float[] scales = workspace.floats(Workspace.SCALES, BLOCKS * GROUP);
        float[] minima = workspace.floats(Workspace.MINIMA, BLOCKS * GROUP);
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                FloatVector.zero(Lanes.FLOATS).intoArray(out, part);
                for (int block = 0; block < w.blocks(); block += BLOCKS) {
                    int count = Math.min(BLOCKS, w.blocks() - block);
                    dots.run(w.quantsOffset(group) + (long) block * w.blockBytes() + 4L * part, block, count);
                    VectorScales.read(w, group, block, count, scales, 0, GROUP);
                    if (w.format().hasMin()) {
                        VectorScales.readMinima(w, group, block, count, minima, 0, GROUP);
                        addBlocksAndMinima(scales, minima, count, dots.dots(), heap, block, out, part);
                    } else {
                        addBlocks(scales, count, dots.dots(), heap.scales(), block, out, part);
                    }
                }
            }
            store(w, group, out, y);
        }
    }

    static void run(PackedSuperBlocks w, QuantisedRows x, FloatRows y, int from, int to, Workspace workspace) {
        QuantFormat format = w.format();
        VectorDots dots = new VectorDots(w, x, workspace);
        QuantisedRows.HeapRows heap = x.onHeap();
        float[] out = workspace.floats(Workspace.SUMS, GROUP);
        float[] scaled = workspace.floats(Workspace.MINIMUM_SUMS, GROUP);
        float[] scales = workspace.floats(Workspace.SCALES, 2 * GROUP);
        for (int group = from; group < to; group++) {
            for (int part = 0; part < GROUP; part += L) {
                FloatVector.zero(Lanes.FLOATS).intoArray(out, part);
                for (int block = 0; block < w.blocks(); block++) {
                    long at = w.blockOffset(group, block);
                    dots.run(at + w.runsOffset() + 4L * part, BLOCKS * block, BLOCKS);
                    sumScaled(w.memory(), at + part, format.subColumns(), format.exactColumns(), dots.dots(), scaled);
                    VectorScales.read(w, group, block, 1, scales, 0, GROUP);
                    addScaled(scales, scaled, heap.scales()[block], out, part);
                    if (format.hasMin()) {
                        VectorScales.readMinima(w, group, block, 1, scales, GROUP, GROUP);
                        subtractMinima(w, at, scales, heap, block, out, part);
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
    private static void addBlocks(float[] ws, int count, float[] dots, float[] as, int block, float[] out, int part) {
        FloatVector y = load(out, part);
        for (int i = 0; i < count; i++) {
            FloatVector dot = load(dots, 2 * i * L).add(load(dots, (2 * i + 1) * L));
            y = dot.fma(load(ws, i * GROUP + part).mul(as[block + i]), y);
        }
        y.intoArray(out, part);
    }

    /** The same, and after each block {@code out = fma(-sum of x, min * as, out)}. */
    private static void addBlocksAndMinima(
            float[] ws,
            float[] minima,
            int count,
            float[] dots,
            QuantisedRows.HeapRows x,
            int block,
            float[] out,
            int part) {
        FloatVector y = load(out, part);
        float[] as = x.scales();
        float[] sums = x.sums32();
        for (int i = 0; i < count; i++) {
            FloatVector dot = load(dots, 2 * i * L).add(load(dots, (2 * i + 1) * L));
            y = dot.fma(load(ws, i * GROUP + part).mul(as[block + i]), y);
            FloatVector sum = FloatVector.broadcast(Lanes.FLOATS, -sums[block + i]);
            y = sum.fma(load(minima, i * GROUP + part).mul(as[block + i]), y);
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

    private static void addScaled(float[] scales, float[] scaled, float as, float[] out, int part) {
        FloatVector factor = load(scales, part).mul(as);
        load(scaled, 0).fma(factor, load(out, part)).intoArray(out, part);
    }

    /**
     * {@code out = fma(-(sum of subMin * sum(x)), dmin * as, out)}; the inner sum is exact below 2^24. The second 16 of
     * {@code scales} are dmin.
     */
    private static void subtractMinima(
            PackedSuperBlocks w, long at, float[] scales, QuantisedRows.HeapRows x, int block, float[] out, int part) {
        int subs = w.format().subBlocks();
        float[] sums = subs == 16 ? x.sums16() : x.sums32();
        long minima = at + w.subMinsOffset() + part;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int sub = 0; sub < subs; sub++) {
            FloatVector minimum = Lanes.signedBytes(w.memory(), minima + (long) sub * GROUP);
            sum = minimum.fma(FloatVector.broadcast(Lanes.FLOATS, sums[block * subs + sub]), sum);
        }
        FloatVector factor = load(scales, GROUP + part);
        sum.neg().fma(factor.mul(x.scales()[block]), load(out, part)).intoArray(out, part);
    }
}

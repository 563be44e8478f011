package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The matrix product on the Vector API: lanes are output rows, equal to {@link ReferenceMatmul} bit for bit.
 *
 * <p>How it works. The Vector API has no 8-bit dot product, but 32-bit floats add whole numbers exactly below 2^24, and
 * a block's products stay below it (see {@link QuantFormat}). So quants become floats, the dot product of a block runs
 * as float fma, in any order, and equals the integer one. For several rows, up to {@value #PANEL_COLUMNS} columns of one
 * or two groups of weights are unpacked once into a panel in the first-level cache, and {@link VectorTile} multiplies it
 * with all rows, six at a time. With sub-scales the panel holds {@code subScale * quant}; sums over
 * {@link QuantFormat#exactColumns()} columns are still exact and are then added as 32-bit integers. One row of a quantised
 * family with 8-bit activations takes {@link VectorRowProduct}, without a panel.
 *
 * <p>Tried and rejected: keeping the sums of a tile in registers across blocks with the scaling in the same method (C2
 * ceases to inline, 10 instead of 66 G multiply-adds a second).
 *
 * <p>Stateless; a workspace belongs to one worker.
 */
final class VectorMatmul {
    /** Columns of a panel: one super-block; 32 KiB with two groups. */
    private static final int PANEL_COLUMNS = 256;

    /** Rows that share a panel; their sums stay in the first-level cache. */
    private static final int ROWS = 96;

    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final int L = Lanes.COUNT;
    private static final int STRIDE = Lanes.STRIDE;
    private static final int PANEL_GROUPS = STRIDE / GROUP;

    private final PackedMatrix w;
    private final FloatRows y;
    private final VectorUnpacker unpacker;
    private final float[] panel;
    private final float[] sums;
    private final float[] dots;
    private final float[] scales;
    private final float[] minima;
    private final float[] subFactors;
    private final float[] subMinima;
    private final float[] minimumSums;
    private final int[] scaledDots;
    private final float[] x;
    private final int xColumns;

    private VectorMatmul(PackedMatrix w, Activations activations, int rows, FloatRows y, Workspace workspace) {
        this.w = w;
        this.y = y;
        unpacker = workspace.vectorUnpacker();
        panel = workspace.floats(Workspace.PANEL, PANEL_COLUMNS * STRIDE);
        sums = workspace.floats(Workspace.SUMS, ROWS * STRIDE);
        dots = workspace.floats(Workspace.DOTS, VectorTile.ROWS * STRIDE);
        scales = workspace.floats(Workspace.SCALES, 8 * STRIDE);
        minima = workspace.floats(Workspace.MINIMA, 8 * STRIDE);
        subFactors = workspace.floats(Workspace.SUB_FACTORS, GROUP);
        subMinima = workspace.floats(Workspace.SUB_MINIMA, 16 * STRIDE);
        minimumSums = workspace.floats(Workspace.MINIMUM_SUMS, STRIDE);
        scaledDots = workspace.ints(VectorTile.ROWS * STRIDE);
        xColumns = w.columns();
        x = w.activationForm() == ActivationForm.F32
                ? workspace.floats(Workspace.X, Math.multiplyExact(rows, xColumns))
                : activations.prepared(w.activationForm()).onHeap().floats();
    }

    /** Output groups {@code from} to {@code to - 1} of a product with {@code n} rows. */
    static void run(PackedMatrix w, Activations x, int n, FloatRows y, int from, int to, Workspace workspace) {
        Arrays.fill(workspace.floats(Workspace.DOTS, VectorTile.ROWS * STRIDE), 0);
        VectorMatmul product = new VectorMatmul(w, x, n, y, workspace);
        if (w.activationForm() == ActivationForm.F32) {
            MemorySegment.copy(x.f32().memory(), JAVA_FLOAT, 0, product.x, 0, n * w.columns());
        }
        for (int group = from; group < to; group += PANEL_GROUPS) {
            int groups = Math.min(PANEL_GROUPS, to - group);
            for (int row = 0; row < n; row += ROWS) {
                product.panelGroups(x, group, groups, row, Math.min(n, row + ROWS));
            }
        }
    }

    /** All columns of one or two groups for up to {@link #ROWS} rows. */
    private void panelGroups(Activations activations, int group, int groups, int fromRow, int toRow) {
        Arrays.fill(sums, 0, (toRow - fromRow) * STRIDE, 0);
        for (int column = 0; column < w.columns(); column += PANEL_COLUMNS) {
            int count = Math.min(PANEL_COLUMNS, w.columns() - column);
            if (w.activationForm() == ActivationForm.F32) {
                for (int i = 0; i < groups; i++) {
                    unpackValues(group + i, column, count, i * GROUP);
                }
                VectorTile.run(panel, 0, count, x, fromRow * xColumns + column, xColumns, toRow - fromRow, sums, 0);
            } else {
                QuantisedRows quantised = activations.prepared(w.activationForm());
                switch (w) {
                    case PackedBlocks blocks -> blocks(blocks, quantised, group, groups, column, count, fromRow, toRow);
                    case PackedSuperBlocks blocks ->
                        superBlock(blocks, quantised, group, groups, column / PANEL_COLUMNS, fromRow, toRow);
                    case PackedFloats floats ->
                        throw new IllegalArgumentException(floats.family() + " (expected: a quantised family)");
                }
            }
        }
        store(group, groups, fromRow, toRow);
    }

    private void store(int group, int groups, int fromRow, int toRow) {
        int first = group * GROUP;
        int count = Math.min(groups * GROUP, rowsLeft(first));
        for (int r = fromRow; r < toRow; r++) {
            MemorySegment.copy(sums, (r - fromRow) * STRIDE, y.memory(), JAVA_FLOAT, y.offset(r, first), count);
        }
    }

    private int rowsLeft(int first) {
        return w.rows() - first;
    }

    /** The exact weights of {@code count} columns, for 32-bit activations. */
    private void unpackValues(int group, int column, int count, int lane) {
        switch (w) {
            case PackedFloats floats -> VectorPanel.floats(floats, group, column, count, panel, lane);
            case PackedBlocks blocks -> {
                for (int k = 0; k < count; k += 32) {
                    int block = (column + k) / 32;
                    unpackQuants(blocks, group, block, k * STRIDE + lane);
                    readScales(blocks, group, block, 1, lane);
                    VectorPanel.scale(panel, k * STRIDE + lane, 32, scales, minima, lane);
                }
            }
            case PackedSuperBlocks blocks -> unpackSuperValues(blocks, group, column / PANEL_COLUMNS, lane);
        }
    }

    private void unpackSuperValues(PackedSuperBlocks blocks, int group, int block, int lane) {
        unpackQuants(blocks, group, block, lane);
        int subColumns = blocks.format().subColumns();
        for (int sub = 0; sub < PANEL_COLUMNS / subColumns; sub++) {
            for (int i = 0; i < GROUP; i++) {
                int row = group * GROUP + i;
                subFactors[i] = blocks.scale(row, block) * blocks.subScale(row, block, sub);
                subMinima[i] = blocks.min(row, block) * blocks.subMin(row, block, sub);
            }
            VectorPanel.scale(panel, sub * subColumns * STRIDE + lane, subColumns, subFactors, subMinima, 0);
        }
    }

    private void unpackQuants(PackedBlocks blocks, int group, int block, int at) {
        long quants = blocks.quantsOffset(group) + (long) block * blocks.blockBytes();
        VectorPanel.quants(blocks, quants, unpacker, panel, at);
    }

    private void unpackQuants(PackedSuperBlocks blocks, int group, int block, int lane) {
        long quants = blocks.blockOffset(group, block) + blocks.runsOffset();
        for (int run = 0; run < 8; run++) {
            long from = quants + (long) run * blocks.format().quantBytes();
            VectorPanel.quants(blocks, from, unpacker, panel, run * 32 * STRIDE + lane);
        }
    }

    /** Scales and minima of {@code count} blocks, {@link #STRIDE} apart; zeros for minima in a family without. */
    private void readScales(PackedBlocks blocks, int group, int block, int count, int at) {
        VectorScales.read(blocks, group, block, count, scales, at, STRIDE);
        if (blocks.format().hasMin()) {
            VectorScales.readMinima(blocks, group, block, count, minima, at, STRIDE);
        } else {
            Arrays.fill(minima, at, at + GROUP, 0);
        }
    }

    /** Up to eight blocks of 32 columns. */
    private void blocks(
            PackedBlocks blocks,
            QuantisedRows q,
            int group,
            int groups,
            int column,
            int count,
            int fromRow,
            int toRow) {
        for (int k = 0; k < count; k += 32) {
            for (int i = 0; i < groups; i++) {
                unpackQuants(blocks, group + i, (column + k) / 32, k * STRIDE + i * GROUP);
            }
        }
        for (int i = 0; i < groups; i++) {
            readScales(blocks, group + i, column / 32, count / 32, i * GROUP);
        }
        for (int row = fromRow; row < toRow; row += VectorTile.ROWS) {
            int tile = Math.min(VectorTile.ROWS, toRow - row);
            int to = (row - fromRow) * STRIDE;
            for (int k = 0; k < count; k += 32) {
                int at = row * xColumns + column + k;
                VectorTile.run(panel, k * STRIDE, 32, x, at, xColumns, tile, dots, 0);
                int block = (column + k) / 32;
                scaleDots(
                        dots,
                        tile,
                        scales,
                        k / 32 * STRIDE,
                        q.onHeap().scales(),
                        row * q.blocks() + block,
                        q.blocks(),
                        sums,
                        to);
                if (blocks.format().hasMin()) {
                    subtractMinima(tile, k / 32 * STRIDE, q, row, block, to);
                }
            }
        }
    }

    /** {@code sums = fma(dots, ws * as, sums)} for a tile; leaves dots zero. */
    private static void scaleDots(
            float[] dots, int tile, float[] ws, int wsAt, float[] as, int asAt, int asRow, float[] sums, int at) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        for (int r = 0; r < tile; r++) {
            float scale = as[asAt + r * asRow];
            for (int c = 0; c < STRIDE; c += L) {
                FloatVector factor =
                        FloatVector.fromArray(Lanes.FLOATS, ws, wsAt + c).mul(scale);
                int to = at + r * STRIDE + c;
                FloatVector.fromArray(Lanes.FLOATS, dots, r * STRIDE + c)
                        .fma(factor, FloatVector.fromArray(Lanes.FLOATS, sums, to))
                        .intoArray(sums, to);
                zero.intoArray(dots, r * STRIDE + c);
            }
        }
    }

    /** {@code sums = fma(-sum of x, min * as, sums)} for a tile. */
    private void subtractMinima(int tile, int minAt, QuantisedRows q, int row, int block, int at) {
        for (int r = 0; r < tile; r++) {
            float scale = q.scale(row + r, block);
            FloatVector sum = FloatVector.broadcast(Lanes.FLOATS, -q.sum32(row + r, block));
            for (int c = 0; c < STRIDE; c += L) {
                FloatVector factor =
                        FloatVector.fromArray(Lanes.FLOATS, minima, minAt + c).mul(scale);
                int to = at + r * STRIDE + c;
                sum.fma(factor, FloatVector.fromArray(Lanes.FLOATS, sums, to)).intoArray(sums, to);
            }
        }
    }

    /** One super-block of 256 columns. */
    private void superBlock(
            PackedSuperBlocks blocks, QuantisedRows q, int group, int groups, int block, int fromRow, int toRow) {
        for (int i = 0; i < groups; i++) {
            unpackScaledQuants(blocks, group + i, block, i * GROUP);
        }
        int span = blocks.format().exactColumns();
        for (int row = fromRow; row < toRow; row += VectorTile.ROWS) {
            int tile = Math.min(VectorTile.ROWS, toRow - row);
            int to = (row - fromRow) * STRIDE;
            for (int k = 0; k < PANEL_COLUMNS; k += span) {
                int at = row * xColumns + block * PANEL_COLUMNS + k;
                VectorTile.run(panel, k * STRIDE, span, x, at, xColumns, tile, dots, 0);
                addExactly(dots, scaledDots, tile * STRIDE);
            }
            toFloats(scaledDots, dots, tile * STRIDE);
            scaleDots(dots, tile, scales, 0, q.onHeap().scales(), row * q.blocks() + block, q.blocks(), sums, to);
            if (blocks.format().hasMin()) {
                for (int r = 0; r < tile; r++) {
                    subtractSubMinima(blocks.format(), q, row + r, block, to + r * STRIDE);
                }
            }
        }
    }

    private void unpackScaledQuants(PackedSuperBlocks blocks, int group, int block, int lane) {
        unpackQuants(blocks, group, block, lane);
        long from = blocks.blockOffset(group, block);
        MemorySegment memory = blocks.memory();
        VectorScales.read(blocks, group, block, 1, scales, lane, STRIDE);
        int subColumns = blocks.format().subColumns();
        float[] zeros = minima;
        Arrays.fill(zeros, 0, GROUP, 0);
        for (int sub = 0; sub < PANEL_COLUMNS / subColumns; sub++) {
            readBytes(memory, from + (long) sub * GROUP, subFactors, 0);
            VectorPanel.scale(panel, sub * subColumns * STRIDE + lane, subColumns, subFactors, zeros, 0);
        }
        if (blocks.format().hasMin()) {
            VectorScales.readMinima(blocks, group, block, 1, scales, STRIDE + lane, STRIDE);
            for (int sub = 0; sub < PANEL_COLUMNS / subColumns; sub++) {
                readBytes(memory, from + blocks.subMinsOffset() + (long) sub * GROUP, subMinima, sub * STRIDE + lane);
            }
        }
    }

    private static void readBytes(MemorySegment memory, long from, float[] to, int at) {
        for (int part = 0; part < GROUP; part += L) {
            Lanes.signedBytes(memory, from + part).intoArray(to, at + part);
        }
    }

    /** Adds whole numbers as 32-bit integers; leaves dots zero. */
    private static void addExactly(float[] dots, int[] scaledDots, int count) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < count; i += L) {
            IntVector dot = Lanes.toInts(FloatVector.fromArray(Lanes.FLOATS, dots, i));
            dot.add(IntVector.fromArray(Lanes.INTS, scaledDots, i)).intoArray(scaledDots, i);
            zero.intoArray(dots, i);
        }
    }

    /** {@code dots = (float) scaledDots}; leaves scaledDots zero. */
    private static void toFloats(int[] scaledDots, float[] dots, int count) {
        IntVector zero = IntVector.zero(Lanes.INTS);
        for (int i = 0; i < count; i += L) {
            Lanes.toFloats(IntVector.fromArray(Lanes.INTS, scaledDots, i)).intoArray(dots, i);
            zero.intoArray(scaledDots, i);
        }
    }

    /** {@code sums = fma(-(sum of subMin * sum(x)), dmin * as, sums)} for one row; the inner sum is exact. */
    private void subtractSubMinima(QuantFormat format, QuantisedRows q, int row, int block, int at) {
        int subs = PANEL_COLUMNS / format.subColumns();
        float[] rowSums =
                format.subColumns() == 16 ? q.onHeap().sums16() : q.onHeap().sums32();
        int rowAt = row * (q.columns() / format.subColumns()) + block * subs;
        Arrays.fill(minimumSums, 0, STRIDE, 0);
        sumMinima(subMinima, subs, rowSums, rowAt, minimumSums);
        float scale = q.scale(row, block);
        for (int c = 0; c < STRIDE; c += L) {
            FloatVector factor =
                    FloatVector.fromArray(Lanes.FLOATS, scales, STRIDE + c).mul(scale);
            FloatVector sum =
                    FloatVector.fromArray(Lanes.FLOATS, minimumSums, c).neg();
            sum.fma(factor, FloatVector.fromArray(Lanes.FLOATS, sums, at + c)).intoArray(sums, at + c);
        }
    }

    private static void sumMinima(float[] subMinima, int subs, float[] rowSums, int rowAt, float[] out) {
        for (int c = 0; c < STRIDE; c += L) {
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            for (int sub = 0; sub < subs; sub++) {
                FloatVector minimum = FloatVector.fromArray(Lanes.FLOATS, subMinima, sub * STRIDE + c);
                sum = minimum.fma(FloatVector.broadcast(Lanes.FLOATS, rowSums[rowAt + sub]), sum);
            }
            sum.intoArray(out, c);
        }
    }
}

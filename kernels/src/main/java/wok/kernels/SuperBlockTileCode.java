package wok.kernels;

import static wok.assembler.Condition.EQUAL;
import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of super-blocks of 256 columns with T tokens (AVX-512 VNNI): two groups of 16 output rows, a
 * chunk of super-blocks, any number of tiles of T tokens.
 *
 * <pre>
 * S = sum over sub-blocks of subScale[o] * dot,  M = sum over sub-blocks of subMin[o] * sum(x), exact in 32 bits
 * y[t][o] = fma((float) S, d[o] * as[t], y[t][o])         dots start from -128 sum(x), or from 0 without an offset
 * y[t][o] = fma(-(float) M, dmin[o] * as[t], y[t][o])     families with minima
 *
 * panel   {@link PanelShape}
 * x       i8 [T][columns], f32 as [T][super-blocks], i32 -128 sum and i16 sum [T][sub-blocks]; rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. A dot product of 16 columns that fits into 16 bits is multiplied with
 * its sub-scale and added by one vpdpwssd, whose upper halves meet zeros; else by vpmulld and vpaddd.
 *
 * <p>Registers at T = 6: S 12, dots 12 (M later), quants 2, x 1, sub-scales 2, spare 3; behind the last sub-block quants,
 * x, sub-scales and one spare hold the six as. y is kept in memory and touched once per 256 columns.
 */
final class SuperBlockTileCode {
    private static final int GROUPS = PanelShape.GROUPS;
    private static final int RUN_COLUMNS = 32;
    private static final int RUN_BYTES = 512;

    private final Assembler a = new Assembler();
    private final TileFrame frame = new TileFrame(a);
    private final int tokens;
    private final PanelShape panel;

    private final RegisterFile file = RegisterFile.zmm();
    private final Vec[][] sums = new Vec[GROUPS][];
    private final Vec[][] dots = new Vec[GROUPS][];
    private final Vec[] quants;
    private final Vec[] subs;
    private final Vec[] spare;

    private final Gpr weights = Gpr.RAX;
    private final Gpr blocks = Gpr.RCX;
    private final Gpr runs = Gpr.RBX;
    private final Gpr subFactors = Gpr.RBP;
    private final TokenRows quantRows = new TokenRows(Gpr.RSI, Gpr.RDX, Gpr.R8);
    private final TokenRows correctionRows = new TokenRows(Gpr.R9, Gpr.R10, Gpr.R11);
    private final TokenRows scaleRows = new TokenRows(Gpr.R12, Gpr.R13, Gpr.R15);
    /** The register of corrections, which rests between super-blocks. */
    private final Gpr kept = correctionRows.even();
    /** In the registers that count runs: used between super-blocks. */
    private final TokenRows otherRows = new TokenRows(Gpr.RBX, Gpr.RBP, Gpr.R15);

    private SuperBlockTileCode(int tokens, PanelShape panel) {
        this.tokens = tokens;
        this.panel = panel;
        for (int group = 0; group < GROUPS; group++) {
            sums[group] = file.take("S" + group, tokens);
            dots[group] = file.take("dots" + group, tokens);
        }
        quants = file.take("quants", GROUPS);
        subs = file.take("subScales", GROUPS);
        spare = file.take("spare", 4);
    }

    /** The function for tiles of {@code tokens}, 1 to 6; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(int tokens, PanelShape panel) {
        return new SuperBlockTileCode(tokens, panel).tiles();
    }

    private Assembler tiles() {
        Label block = a.label("super-block");
        frame.enter();
        frame.clearFirstSums(tokens, spare[0]);
        a.mov(blocks, ProductArgument.BLOCKS.at());
        a.mov(weights, ProductArgument.PANEL.at());
        quantRows.load(a, ProductArgument.QUANTS);
        correctionRows.load(a, ProductArgument.CORRECTIONS);
        frame.prefetchNextTile(quantRows, tokens, ProductArgument.QUANTS);
        if (panel.bytes().isShifted(panel.format())) {
            frame.prefetchNextTile(correctionRows, tokens, ProductArgument.CORRECTIONS);
        }
        scaleRows.load(a, ProductArgument.SCALES);
        a.mov(runs, ProductArgument.SUMS.at());
        a.mov(ProductArgument.SUMS_HERE.at(), runs);
        a.bind(block);
        integerSums();
        addScaled();
        a.add(weights, (long) panel.blockBytes() - panel.scalesOffset());
        scaleRows.advance(a, 4);
        a.dec(blocks);
        a.jump(NOT_EQUAL, block);
        frame.leave(
                tokens,
                ProductArgument.QUANTS,
                ProductArgument.SCALES,
                ProductArgument.CORRECTIONS,
                ProductArgument.SUMS,
                ProductArgument.OUT);
        return a;
    }

    /** S of one super-block; weights and activations have moved on by 256 columns afterwards. */
    private void integerSums() {
        Label run = a.label("32 columns");
        int subsOfRun = RUN_COLUMNS / panel.subColumns();
        forAll(sums, a::zero);
        a.mov(runs, panel.columns() / RUN_COLUMNS);
        a.lea(subFactors, Mem.at(weights, panel.subScalesOffset()));
        a.align(32);
        a.bind(run);
        for (int column = 0; column < RUN_COLUMNS; column += panel.dotColumns()) {
            startDots(4 * (column / panel.subColumns()));
            dots(column);
            addTimesSubScale(column);
        }
        frame.prefetch();
        quantRows.prefetch(a, tokens, TileFrame.PREFETCH_BYTES);
        a.add(weights, RUN_BYTES);
        a.add(subFactors, 64L * subsOfRun);
        quantRows.advance(a, RUN_COLUMNS);
        correctionRows.advance(a, 4 * subsOfRun);
        a.dec(runs);
        a.jump(NOT_EQUAL, run);
    }

    private void startDots(int displacement) {
        for (int t = 0; t < tokens; t++) {
            for (int group = 0; group < GROUPS; group++) {
                if (panel.bytes().isShifted(panel.format())) {
                    a.vpbroadcastd(dots[group][t], correctionRows.at(t, displacement));
                } else {
                    a.zero(dots[group][t]);
                }
            }
        }
    }

    /** {@code S += subScale * dot}, for the dot products from column {@code column} of the run on. */
    private void addTimesSubScale(int column) {
        int sub = column / panel.subColumns();
        for (int group = 0; group < GROUPS; group++) {
            if (column % panel.subColumns() == 0) {
                a.vmovdqu(subs[group], Mem.at(subFactors, (long) group * panel.groupBytes() + 64L * sub));
            }
            for (int t = 0; t < tokens; t++) {
                if (panel.subScales() == PanelShape.SubScales.LOW_HALVES) {
                    a.vpdpwssd(sums[group][t], dots[group][t], subs[group]);
                } else {
                    a.vpmulld(dots[group][t], dots[group][t], subs[group]);
                    a.vpaddd(sums[group][t], sums[group][t], dots[group][t]);
                }
            }
        }
    }

    /** The dot products of one sub-block or a part of it, from column {@code from} of the run. */
    private void dots(int from) {
        Vec x = spare[0];
        for (int column = from; column < from + panel.dotColumns(); column += 4) {
            for (int group = 0; group < GROUPS; group++) {
                a.vmovdqu(quants[group], Mem.at(weights, (long) group * panel.groupBytes() + 16L * column));
            }
            for (int t = 0; t < tokens; t++) {
                a.vpbroadcastd(x, quantRows.at(t, column));
                for (int group = 0; group < GROUPS; group++) {
                    a.vpdpbusd(dots[group][t], quants[group], x);
                }
            }
        }
    }

    /** {@code y = fma((float) S, d * as, y)}, and the minima's term; {@code weights} is behind the super-block's quants. */
    private void addScaled() {
        Vec[] as = {quants[0], quants[1], subs[0], subs[1], spare[0], spare[1]};
        Vec factor = spare[2];
        a.mov(scaleRows.stride(), ProductArgument.SCALES_STRIDE.at());
        for (int t = 0; t < tokens; t++) {
            a.vbroadcastss(as[t], scaleRows.at(t, 0));
        }
        if (panel.minima()) {
            minimumSums();
        }
        locateOut();
        for (int t = 0; t < tokens; t++) {
            for (int group = 0; group < GROUPS; group++) {
                Vec y = sums[group][t];
                a.vmulps(factor, as[t], behindQuants(group, panel.scalesOffset()));
                a.vcvtdq2ps(y, y);
                a.vfmadd213ps(y, factor, TileFrame.kept(kept, t, 64 * group));
                if (panel.minima()) {
                    a.vmulps(factor, as[t], behindQuants(group, panel.minimaOffset()));
                    a.vcvtdq2ps(dots[group][t], dots[group][t]);
                    a.vfnmadd231ps(y, dots[group][t], factor);
                }
                a.vmovups(otherRows.at(t, 64 * group), y);
            }
        }
        a.pop(kept);
    }

    /** The sums' place: kept, but OUT behind the last super-block. Leaves a register on the stack. */
    private void locateOut() {
        a.push(kept);
        a.mov(kept, ProductArgument.KEPT.at());
        a.mov(otherRows.even(), kept);
        a.mov(otherRows.stride(), TileFrame.KEPT_BYTES);
        a.cmp(blocks, 1);
        a.cmov(EQUAL, otherRows.even(), ProductArgument.OUT.at());
        a.cmov(EQUAL, otherRows.stride(), ProductArgument.OUT_STRIDE.at());
        a.lea(otherRows.odd(), Mem.at(otherRows.even(), otherRows.stride(), 1));
    }

    /** M of one super-block, into the registers of the dots: two sub-blocks at a time. */
    private void minimumSums() {
        otherRows.load(a, ProductArgument.SUMS_HERE);
        forAll(dots, a::zero);
        for (int pair = 0; pair < panel.subBlocks() / 2; pair++) {
            for (int group = 0; group < GROUPS; group++) {
                Vec minima = spare[2 + group];
                a.vmovdqu(minima, behindQuants(group, panel.pairsOffset() + 64 * pair));
                for (int t = 0; t < tokens; t++) {
                    a.vpdpwssd(dots[group][t], minima, otherRows.at(t, 4 * pair).broadcast());
                }
            }
        }
        a.add(otherRows.even(), 2L * panel.subBlocks());
        a.mov(ProductArgument.SUMS_HERE.at(), otherRows.even());
    }

    private Mem behindQuants(int group, int offset) {
        return Mem.at(weights, (long) group * panel.groupBytes() + offset - panel.scalesOffset());
    }

    private static void forAll(Vec[][] registers, java.util.function.Consumer<Vec> instruction) {
        for (Vec[] group : registers) {
            for (Vec register : group) {
                instruction.accept(register);
            }
        }
    }
}

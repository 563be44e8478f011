package wok.kernels;

import static wok.assembler.Condition.NOT_EQUAL;

import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of 32-column blocks with T tokens (AVX-512 VNNI): two groups of 16 output rows, a chunk of
 * blocks, any number of tiles of T tokens.
 *
 * <pre>
 * y[t][o] = fma((float) dot, ws[o] * as[t], y[t][o])          for each block in order; dot starts from -128 sum(x),
 * y[t][o] = fma(-sum(x), min[o] * as[t], y[t][o])             or from 0 where quants are stored without an offset
 *
 * panel, per block and group   u8 quants [8][16 rows][4 columns] @0, f32 ws[16] @512, f32 min[16] @576 ({@link PanelShape})
 * x                            i8 [T][columns], f32 as, i32 -128 sum, f32 sum [T][blocks]; rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. A lane is an output row, so nothing is added across lanes.
 *
 * <p>Registers at T = 6: y 12, dots 12, quants 2, one broadcast of x for both groups, ws 2, factor 1: 30 of 32. Per
 * block, group and token 8 vpdpbusd, and vmulps, vcvtdq2ps, vfmadd231ps on the same two ports: at most 8/11 of the
 * peak. An x loaded once for both groups keeps the loads (88 per 132 of those) below two a cycle.
 */
final class BlockTileCode {
    private static final int GROUPS = PanelShape.GROUPS;
    private static final int QUADS = 8;

    private final Assembler a = new Assembler();
    private final TileFrame frame = new TileFrame(a);
    private final int tokens;
    private final PanelShape panel;

    private final RegisterFile file = RegisterFile.zmm();
    private final Vec[][] y = new Vec[GROUPS][];
    private final Vec[][] dots = new Vec[GROUPS][];
    private final Vec[] quants;
    private final Vec[] scales;
    private final Vec x;
    private final Vec factor;

    private final Gpr weights = Gpr.RAX;
    private final Gpr blocks = Gpr.RCX;
    private final TokenRows quantRows = new TokenRows(Gpr.RSI, Gpr.RDX, Gpr.R8);
    private final TokenRows scaleRows = new TokenRows(Gpr.R9, Gpr.R10, Gpr.R11);
    private final TokenRows correctionRows = new TokenRows(Gpr.RBX, Gpr.RBP, Gpr.R11);
    private final TokenRows sumRows = new TokenRows(Gpr.R12, Gpr.R13, Gpr.R11);

    private BlockTileCode(int tokens, PanelShape panel) {
        this.tokens = tokens;
        this.panel = panel;
        for (int group = 0; group < GROUPS; group++) {
            y[group] = file.take("y" + group, tokens);
            dots[group] = file.take("dots" + group, tokens);
        }
        quants = file.take("quants", GROUPS);
        scales = file.take("scales", GROUPS);
        x = file.take("x");
        factor = file.take("factor");
    }

    /** The function for tiles of {@code tokens}, 1 to 6; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(int tokens, PanelShape panel) {
        return new BlockTileCode(tokens, panel).tiles();
    }

    private Assembler tiles() {
        Label block = a.label("block");
        frame.enter();
        a.mov(blocks, ProductArgument.BLOCKS.at());
        a.mov(weights, ProductArgument.PANEL.at());
        frame.loadSums(y, 0);
        quantRows.load(a, ProductArgument.QUANTS);
        scaleRows.load(a, ProductArgument.SCALES);
        correctionRows.locate(a, ProductArgument.CORRECTIONS);
        sumRows.locate(a, ProductArgument.SUMS);
        frame.prefetchNextTile(quantRows, tokens, ProductArgument.QUANTS);
        frame.prefetchNextTile(scaleRows, tokens, ProductArgument.SCALES);
        if (panel.bytes().isShifted(panel.format())) {
            frame.prefetchNextTile(correctionRows, tokens, ProductArgument.CORRECTIONS);
        }
        if (panel.minima()) {
            frame.prefetchNextTile(sumRows, tokens, ProductArgument.SUMS);
        }
        a.align(32);
        a.bind(block);
        dots();
        addScaled();
        frame.prefetch();
        quantRows.prefetch(a, tokens, TileFrame.PREFETCH_BYTES);
        a.add(weights, panel.blockBytes());
        quantRows.advance(a, 32);
        for (TokenRows rows : List.of(scaleRows, correctionRows, sumRows)) {
            rows.advance(a, 4);
        }
        a.dec(blocks);
        a.jump(NOT_EQUAL, block);
        frame.storeSums(y, 0, scaleRows);
        frame.leave(
                tokens,
                ProductArgument.QUANTS,
                ProductArgument.SCALES,
                ProductArgument.CORRECTIONS,
                ProductArgument.SUMS,
                ProductArgument.OUT);
        return a;
    }

    /** The integer dot products of one block. */
    private void dots() {
        for (int t = 0; t < tokens; t++) {
            for (int group = 0; group < GROUPS; group++) {
                if (panel.bytes().isShifted(panel.format())) {
                    a.vpbroadcastd(dots[group][t], correctionRows.at(t, 0));
                } else {
                    a.zero(dots[group][t]);
                }
            }
        }
        for (int quad = 0; quad < QUADS; quad++) {
            for (int group = 0; group < GROUPS; group++) {
                a.vmovdqu(quants[group], inPanel(group, 64 * quad));
            }
            for (int t = 0; t < tokens; t++) {
                a.vpbroadcastd(x, quantRows.at(t, 4 * quad));
                for (int group = 0; group < GROUPS; group++) {
                    a.vpdpbusd(dots[group][t], quants[group], x);
                }
            }
        }
    }

    /** {@code y = fma((float) dot, ws * as, y)}, and the minimum's term. */
    private void addScaled() {
        for (int group = 0; group < GROUPS; group++) {
            a.vmovups(scales[group], inPanel(group, panel.scalesOffset()));
        }
        for (int t = 0; t < tokens; t++) {
            for (int group = 0; group < GROUPS; group++) {
                a.vmulps(factor, scales[group], scaleRows.at(t, 0).broadcast());
                a.vcvtdq2ps(dots[group][t], dots[group][t]);
                a.vfmadd231ps(y[group][t], dots[group][t], factor);
            }
        }
        if (panel.minima()) {
            subtractMinima();
        }
    }

    private void subtractMinima() {
        for (int group = 0; group < GROUPS; group++) {
            a.vmovups(scales[group], inPanel(group, panel.minimaOffset()));
        }
        for (int t = 0; t < tokens; t++) {
            for (int group = 0; group < GROUPS; group++) {
                a.vmulps(factor, scales[group], scaleRows.at(t, 0).broadcast());
                a.vfnmadd231ps(y[group][t], factor, sumRows.at(t, 0).broadcast());
            }
        }
    }

    private Mem inPanel(int group, int offset) {
        return Mem.at(weights, (long) group * panel.groupBytes() + offset);
    }
}

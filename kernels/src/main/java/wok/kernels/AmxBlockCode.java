package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of 32-column blocks with 16 tokens (AMX): two groups of 16 output rows one after the other, a
 * chunk of blocks, any number of tiles of 16 tokens.
 *
 * <pre>
 * y[t][o] = fma((float) dot, ws[o] * as[t], y[t][o])          for each block in order
 * y[t][o] = fma(-sum(x), min[o] * as[t], y[t][o])             families with minima
 *
 * panel, per block and group   i8 quants [8][16 rows][4 columns], f32 ws[16], f32 min[16] ({@link PanelShape})
 * x                            i8 [16][columns], f32 as, f32 sum [16][blocks]; rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. A tile holds tokens in its rows and output rows in its lanes, so that
 * sums stay in the lanes that {@link BlockTileCode} has them in; integer dot products are exact in any order.
 *
 * <p>Per block and group 8 192 multiply-adds in one tdpbssd of 16 cycles beside 48 vector instructions on two ports, 24
 * cycles: the vector units bound it, at some three times what VNNI reaches. Registers: y 16, scales 1, minima 1, two
 * temporaries.
 */
final class AmxBlockCode {
    private final Assembler a = new Assembler();
    private final AmxFrame frame = new AmxFrame(a);
    private final PanelShape panel;

    private final RegisterFile file = RegisterFile.zmm();
    private final Vec[] y = file.take("y", AmxFrame.TOKENS);
    private final Vec scales = file.take("scales");
    private final Vec minima = file.take("minima");
    private final Vec factor = file.take("factor");
    private final Vec dots = file.take("dots");

    private AmxBlockCode(PanelShape panel) {
        this.panel = panel;
    }

    /** The function; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(PanelShape panel) {
        return new AmxBlockCode(panel).tiles();
    }

    private Assembler tiles() {
        frame.enter(PanelShape.BLOCK_COLUMNS);
        for (int group = 0; group < PanelShape.GROUPS; group++) {
            group(group);
        }
        frame.leave();
        return a;
    }

    private void group(int group) {
        Label block = a.label("block");
        Label last = a.label("last block");
        frame.loadSums(y, group);
        frame.start(group, panel, 1);
        multiply();
        a.align(32);
        a.bind(block);
        frame.swap();
        frame.countBlock(last);
        multiply();
        addPending(-2L * panel.blockBytes());
        frame.prefetch(group);
        a.jump(block);
        a.bind(last);
        addPending(-panel.blockBytes());
        frame.prefetch(group);
        frame.storeSums(y, group);
    }

    /** The next block's integers; weights and activations move on. */
    private void multiply() {
        frame.multiply(0, 0, 0);
        a.add(frame.quants, PanelShape.BLOCK_COLUMNS);
        a.add(frame.weights, panel.blockBytes());
    }

    /** {@code y = fma((float) dot, ws * as, y)} and the minimum's term, for the block at {@code weights + at}. */
    private void addPending(long at) {
        a.vmovups(scales, Mem.at(frame.weights, at + panel.scalesOffset()));
        if (panel.minima()) {
            a.vmovups(minima, Mem.at(frame.weights, at + panel.minimaOffset()));
            a.mov(frame.quantsStride, ProductArgument.SUMS_HERE.at());
        }
        Gpr as = frame.free;
        a.mov(as, frame.scales);
        for (int t = 0; t < AmxFrame.TOKENS; t++) {
            if (t == 8) {
                a.lea(as, frame.rows.ninth(as));
                if (panel.minima()) {
                    a.lea(frame.quantsStride, frame.rows.ninth(frame.quantsStride));
                }
            }
            a.vmulps(factor, scales, frame.rows.at(as, t % 8).broadcast());
            a.vcvtdq2ps(dots, Mem.at(frame.pending, 64L * t));
            a.vfmadd231ps(y[t], dots, factor);
            if (panel.minima()) {
                a.vmulps(factor, minima, frame.rows.at(as, t % 8).broadcast());
                a.vfnmadd231ps(
                        y[t], factor, frame.rows.at(frame.quantsStride, t % 8).broadcast());
            }
        }
        a.add(frame.scales, 4);
        if (panel.minima()) {
            a.mov(as, ProductArgument.SUMS_HERE.at());
            a.add(as, 4);
            a.mov(ProductArgument.SUMS_HERE.at(), as);
            a.mov(frame.quantsStride, ProductArgument.QUANTS_STRIDE.at());
        }
    }
}

package wok.kernels;

import wok.assembler.Assembler;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of super-blocks of 256 columns with 16 tokens (AMX): two groups of 16 output rows one after
 * the other, a chunk of super-blocks, any number of tiles of 16 tokens.
 *
 * <pre>
 * S = sum over sub-blocks of subScale[o] * dot,  M = sum over sub-blocks of subMin[o] * sum(x), exact whole numbers
 * y[t][o] = fma((float) S, d[o] * as[t], y[t][o])
 * y[t][o] = fma(-(float) M, dmin[o] * as[t], y[t][o])     families with minima
 *
 * panel   {@link PanelShape} with i8 quants and f32 sub-scales
 * x       i8 [16][columns], f32 as [16][super-blocks], i16 sum [16][sub-blocks]; rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. S is added up as floats, which is exact below 2^24: over
 * {@link QuantFormat#exactColumns()} columns. Two such parts add with one rounding, which is the conversion's; more are
 * converted to integers and added there. An integer product (vpmulld) would take one port for two cycles.
 *
 * <p>The tile unit is one super-block ahead: between two sub-blocks' tiles, the vector units scale the tokens of the
 * super-block before.
 */
final class AmxSuperBlockCode {
    private final Assembler a = new Assembler();
    private final AmxFrame frame = new AmxFrame(a);
    private final PanelShape panel;
    /** Over how many columns floats add up S exactly. */
    private final int partColumns;

    private final RegisterFile file = RegisterFile.zmm();
    private final Vec[] y = file.take("y", AmxFrame.TOKENS);
    private final Vec d = file.take("d");
    private final Vec sum = file.take("S");
    private final Vec part = file.take("part of S");
    private final Vec dots = file.take("dots");
    private final Vec as = file.take("as");
    private final Vec factor = file.take("factor");
    private final Vec[] pairs;

    private AmxSuperBlockCode(PanelShape panel) {
        this.panel = panel;
        partColumns = panel.format().exactColumns();
        pairs = file.take("subMinima", panel.minima() ? panel.subBlocks() / 2 : 0);
    }

    /** The function; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(PanelShape panel) {
        return new AmxSuperBlockCode(panel).tiles();
    }

    private Assembler tiles() {
        frame.enter(panel.subColumns());
        for (int group = 0; group < PanelShape.GROUPS; group++) {
            group(group);
        }
        frame.leave();
        return a;
    }

    private void group(int group) {
        Label block = a.label("super-block");
        Label last = a.label("last super-block");
        frame.loadSums(y, group);
        frame.start(group, panel, panel.subBlocks());
        for (int sub = 0; sub < panel.subBlocks(); sub++) {
            multiply(sub);
        }
        advance();
        a.align(32);
        a.bind(block);
        frame.swap();
        frame.countBlock(last);
        addPending(true);
        advance();
        frame.prefetch(group);
        a.jump(block);
        a.bind(last);
        addPending(false);
        frame.prefetch(group);
        frame.storeSums(y, group);
    }

    private void multiply(int sub) {
        int column = sub * panel.subColumns();
        frame.multiply(column, column * PackedMatrix.GROUP_ROWS, sub * AmxFrame.TILE_BYTES);
    }

    private void advance() {
        a.add(frame.quants, panel.columns());
        a.add(frame.weights, panel.blockBytes());
    }

    /**
     * Adds the pending super-block, the one before {@code weights}, to the sums.
     *
     * @param multiplies whether the super-block at {@code weights} is multiplied meanwhile
     */
    private void addPending(boolean multiplies) {
        int tokensBetween = AmxFrame.TOKENS / panel.subBlocks();
        a.vmovups(d, inPending(panel.scalesOffset()));
        a.mov(frame.free, frame.scales);
        for (int t = 0; t < AmxFrame.TOKENS; t++) {
            if (multiplies && t % tokensBetween == 0) {
                multiply(t / tokensBetween);
            }
            if (t == 8) {
                a.lea(frame.free, frame.rows.ninth(frame.free));
            }
            wholeSum(t);
            a.vbroadcastss(as, frame.rows.at(frame.free, t % 8));
            a.vmulps(factor, d, as);
            a.vfmadd231ps(y[t], sum, factor);
            if (panel.minima()) {
                a.vmovups(Mem.at(frame.pending, 64L * t), as);
            }
        }
        a.add(frame.scales, 4);
        if (panel.minima()) {
            subtractMinima();
        }
    }

    /** (float) S of token t. */
    private void wholeSum(int t) {
        int parts = panel.columns() / partColumns;
        int subs = partColumns / panel.subColumns();
        for (int p = 0; p < parts; p++) {
            Vec to = p == 0 ? sum : part;
            for (int sub = p * subs; sub < (p + 1) * subs; sub++) {
                Mem subScale = inPending(panel.subScalesOffset() + 64 * sub);
                a.vcvtdq2ps(dots, Mem.at(frame.pending, (long) sub * AmxFrame.TILE_BYTES + 64L * t));
                if (sub == p * subs) {
                    a.vmulps(to, dots, subScale);
                } else {
                    a.vfmadd231ps(to, dots, subScale);
                }
            }
            if (parts > 2) {
                a.vcvtps2dq(to, to);
            }
            if (p > 0 && parts > 2) {
                a.vpaddd(sum, sum, part);
            } else if (p > 0) {
                a.vaddps(sum, sum, part);
            }
        }
        if (parts > 2) {
            a.vcvtdq2ps(sum, sum);
        }
    }

    /** {@code y = fma(-(float) M, dmin * as, y)} for all tokens; their as lie where their first integers were. */
    private void subtractMinima() {
        a.vmovups(d, inPending(panel.minimaOffset()));
        for (int pair = 0; pair < pairs.length; pair++) {
            a.vmovdqu(pairs[pair], inPending(panel.pairsOffset() + 64 * pair));
        }
        frame.rows.load(a, ProductArgument.SUMS_STRIDE);
        a.mov(frame.free, ProductArgument.SUMS_HERE.at());
        for (int t = 0; t < AmxFrame.TOKENS; t++) {
            if (t == 8) {
                a.lea(frame.free, frame.rows.ninth(frame.free));
            }
            a.zero(sum);
            for (int pair = 0; pair < pairs.length; pair++) {
                Mem sums = frame.rows.at(frame.free, t % 8).plus(4L * pair);
                a.vpdpwssd(sum, pairs[pair], sums.broadcast());
            }
            a.vcvtdq2ps(sum, sum);
            a.vmulps(factor, d, Mem.at(frame.pending, 64L * t));
            a.vfnmadd231ps(y[t], sum, factor);
        }
        a.mov(frame.free, ProductArgument.SUMS_HERE.at());
        a.add(frame.free, 2L * panel.subBlocks());
        a.mov(ProductArgument.SUMS_HERE.at(), frame.free);
        frame.rows.load(a, ProductArgument.SCALES_STRIDE);
    }

    private Mem inPending(int offset) {
        return Mem.at(frame.weights, (long) offset - panel.blockBytes());
    }
}

package wok.kernels;

import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of 32-bit floats with T tokens (AVX-512): two groups of 16 output rows, a chunk of columns,
 * any number of tiles of T tokens.
 *
 * <pre>
 * y[t][o] = fma(w[o][k], x[t][k], y[t][o])          for each column k in order
 *
 * panel   f32 [columns][2 groups][16 rows]
 * x       f32 [T][columns], rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. Registers at T = 6: y 12, weights 2, x 1: twelve sums hide the four
 * cycles of an fma.
 */
final class FloatTileCode {
    /** Bytes of one column of a panel. */
    static final int COLUMN_BYTES = 64 * PanelShape.GROUPS;

    private static final int GROUPS = PanelShape.GROUPS;

    private FloatTileCode() {}

    /** The function for tiles of {@code tokens}, 1 to 6; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(int tokens) {
        Assembler a = new Assembler();
        TileFrame frame = new TileFrame(a);
        RegisterFile file = RegisterFile.zmm();
        Vec[][] y = {file.take("y0", tokens), file.take("y1", tokens)};
        Vec[] weights = file.take("weights", GROUPS);
        Vec x = file.take("x");
        Gpr panel = Gpr.RAX;
        Gpr columns = Gpr.RCX;
        TokenRows rows = new TokenRows(Gpr.RSI, Gpr.RDX, Gpr.R8);
        Label column = a.label("column");

        frame.enter();
        a.mov(columns, ProductArgument.BLOCKS.at());
        a.mov(panel, ProductArgument.PANEL.at());
        frame.loadSums(y);
        rows.load(a, ProductArgument.QUANTS);
        a.align(32);
        a.bind(column);
        for (int group = 0; group < GROUPS; group++) {
            a.vmovups(weights[group], Mem.at(panel, 64L * group));
        }
        for (int t = 0; t < tokens; t++) {
            a.vbroadcastss(x, rows.at(t, 0));
            for (int group = 0; group < GROUPS; group++) {
                a.vfmadd231ps(y[group][t], weights[group], x);
            }
        }
        frame.prefetch();
        a.add(panel, COLUMN_BYTES);
        rows.advance(a, 4);
        a.dec(columns);
        a.jump(NOT_EQUAL, column);
        frame.storeSums(y, rows);
        frame.leave(tokens, ProductArgument.QUANTS, ProductArgument.OUT);
        return a;
    }
}

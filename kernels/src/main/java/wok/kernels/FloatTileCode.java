package wok.kernels;

import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of 32-bit floats with T tokens: two groups of 16 output rows, a chunk of columns, any number
 * of tiles of T tokens.
 *
 * <pre>
 * y[t][o] = fma(w[o][k], x[t][k], y[t][o])          for each column k in order
 *
 * panel   f32 [columns][2 groups][16 rows]
 * x       f32 [T][columns], rows a stride apart
 * </pre>
 *
 * <p>Order of operations: {@link ReferenceMatmul}. Two vectors of output rows at a time: both groups in one pass with zmm
 * registers, 16 rows in each of two passes with ymm. Registers at T = 6: y 12, weights 2, x 1: twelve sums hide the four
 * cycles of an fma.
 */
final class FloatTileCode {
    /** Bytes of one column of a panel. */
    static final int COLUMN_BYTES = 64 * PanelShape.GROUPS;

    private static final int VECTORS = 2;

    private final Assembler a = new Assembler();
    private final TileFrame frame = new TileFrame(a);
    private final Vec[][] y = new Vec[VECTORS][];
    private final Vec[] weights;
    private final Vec x;

    private final Gpr panel = Gpr.RAX;
    private final Gpr columns = Gpr.RCX;
    private final TokenRows rows = new TokenRows(Gpr.RSI, Gpr.RDX, Gpr.R8);

    private FloatTileCode(int tokens, RegisterFile file) {
        for (int i = 0; i < VECTORS; i++) {
            y[i] = file.take("y" + i, tokens);
        }
        weights = file.take("weights", VECTORS);
        x = file.take("x");
    }

    /** The function for tiles of {@code tokens}, 1 to 6; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(int tokens, RegisterFile file) {
        return new FloatTileCode(tokens, file).tiles(tokens);
    }

    private Assembler tiles(int tokens) {
        int pass = VECTORS * x.width().bytes();
        frame.enter();
        for (int from = 0; from < COLUMN_BYTES; from += pass) {
            columns(tokens, from);
        }
        frame.leave(tokens, ProductArgument.QUANTS, ProductArgument.OUT);
        return a;
    }

    /** All columns of the output rows whose floats start at byte {@code from} of a panel's column. */
    private void columns(int tokens, int from) {
        Label column = a.label("column");
        a.mov(columns, ProductArgument.BLOCKS.at());
        a.mov(panel, ProductArgument.PANEL.at());
        frame.loadSums(y, from);
        rows.load(a, ProductArgument.QUANTS);
        frame.prefetchNextTile(rows, tokens, ProductArgument.QUANTS);
        a.align(32);
        a.bind(column);
        for (int i = 0; i < VECTORS; i++) {
            a.vmovups(weights[i], Mem.at(panel, from + (long) i * x.width().bytes()));
        }
        for (int t = 0; t < tokens; t++) {
            a.vbroadcastss(x, rows.at(t, 0));
            for (int i = 0; i < VECTORS; i++) {
                a.vfmadd231ps(y[i][t], weights[i], x);
            }
        }
        frame.prefetch();
        a.add(panel, COLUMN_BYTES);
        rows.advance(a, 4);
        a.dec(columns);
        a.jump(NOT_EQUAL, column);
        frame.storeSums(y, from, rows);
    }
}

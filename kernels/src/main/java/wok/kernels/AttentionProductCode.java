package wok.kernels;

import java.lang.foreign.Arena;
import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;

/**
 * Assembles the product of many queries with a panel of unpacked keys or values:
 *
 * <pre>
 * c[q][j] = fma chain over k = 0, 1, … of a[q][k] b[k][j]     from +0, or from what c holds
 *
 * scores:   a queries [q][dims], b keys   [dims][64 positions], c scores  [q][positions]
 * values:   a exponentials [q][positions], b values [positions][dims], c a record's values [q][dims]
 * </pre>
 *
 * <p>Loops: tiles of columns (four zmm or two ymm, what is left by single zmm), in each the queries by six and what is
 * left of them, in each the chain over k. A panel of 64 columns and 128 k is 32 KiB: it stays in the first-level cache
 * while all queries pass. A tile of 6 x 4 zmm takes 12 cycles of both multiply-add units a step, and loads 4 vectors
 * and 6 numbers meanwhile.
 *
 * <p>Arguments: RDI a, RSI b, RDX c, RCX length of the chain (1 and more), R8 queries, R9 sixteens of columns.
 * Registers: R10 a and R11 c of these queries, R12 queries left, RAX k, RBX b's row k; vectors as {@link SumTile}.
 */
final class AttentionProductCode {
    private static final Gpr A = Gpr.RDI;
    private static final Gpr B = Gpr.RSI;
    private static final Gpr C = Gpr.RDX;
    private static final Gpr LENGTH = Gpr.RCX;
    private static final Gpr QUERIES = Gpr.R8;
    private static final Gpr COLUMNS = Gpr.R9;
    private static final Gpr A_ROWS = Gpr.R10;
    private static final Gpr C_ROWS = Gpr.R11;
    private static final Gpr LEFT = Gpr.R12;
    private static final Gpr K = Gpr.RAX;
    private static final Gpr B_ROW = Gpr.RBX;

    /** Queries of one register tile. */
    private static final int QUERIES_MAX = 6;

    private final Assembler code = new Assembler();
    private final AttentionShape shape;
    private final int aRowBytes;
    private final int bRowBytes;
    private final int cRowBytes;
    private final boolean continues;

    private AttentionProductCode(AttentionShape shape, int aRowBytes, int bRowBytes, int cRowBytes, boolean continues) {
        this.shape = shape;
        this.aRowBytes = aRowBytes;
        this.bRowBytes = bRowBytes;
        this.cRowBytes = cRowBytes;
        this.continues = continues;
    }

    /** Scores; sixteen columns are a block. */
    static MachineFunction scores(AttentionShape shape, Arena arena) {
        int panelRow = AttentionShape.PANEL_ROW_BYTES;
        return new AttentionProductCode(shape, shape.scoredRowBytes(), panelRow, AttentionShape.SCORE_ROW_BYTES, false)
                .assemble("scores", arena);
    }

    /** Values weighed by exponentials, added to those of records. */
    static MachineFunction values(AttentionShape shape, Arena arena) {
        int panelRow = shape.valuePanelRowBytes();
        return new AttentionProductCode(shape, AttentionShape.SCORE_ROW_BYTES, panelRow, shape.recordBytes(), true)
                .assemble("values", arena);
    }

    private MachineFunction assemble(String name, Arena arena) {
        int vectorsMax = shape.sumsMax() / QUERIES_MAX;
        int sixteen = AttentionShape.BLOCK / shape.lanes();
        code.saving(List.of(B_ROW, LEFT), () -> {
            columnTiles(vectorsMax / sixteen, vectorsMax);
            if (vectorsMax > sixteen) {
                columnTiles(1, sixteen);
            }
        });
        code.leave();
        return MachineFunction.of(name, code, arena);
    }

    /** While there are so many sixteens of columns, which are so many vectors. */
    private void columnTiles(int sixteens, int vectors) {
        Label loop = code.label("columns");
        Label fewer = code.label("fewer columns");
        long bytes = (long) sixteens * 4 * AttentionShape.BLOCK;
        code.bind(loop);
        code.cmp(COLUMNS, sixteens);
        code.jump(Condition.LESS, fewer);
        code.mov(A_ROWS, A);
        code.mov(C_ROWS, C);
        code.mov(LEFT, QUERIES);
        int last = vectors * QUERIES_MAX == shape.sumsMax() ? 1 : QUERIES_MAX;
        for (int queries = QUERIES_MAX; queries >= last; queries--) {
            queryTiles(queries, vectors);
        }
        if (last > 1) {
            queryTiles(1, vectors);
        }
        code.add(B, bytes);
        code.add(C, bytes);
        code.sub(COLUMNS, sixteens);
        code.jump(loop);
        code.bind(fewer);
    }

    /** While there are so many queries left. */
    private void queryTiles(int queries, int vectors) {
        Label loop = code.label(queries + " queries");
        Label fewer = code.label("fewer than " + queries + " queries");
        code.bind(loop);
        code.cmp(LEFT, queries);
        code.jump(Condition.LESS, fewer);
        tile(queries, vectors);
        code.add(A_ROWS, (long) queries * aRowBytes);
        code.add(C_ROWS, (long) queries * cRowBytes);
        code.sub(LEFT, queries);
        code.jump(loop);
        code.bind(fewer);
    }

    private void tile(int queries, int vectors) {
        SumTile sums = new SumTile(code, shape.registers(), queries, vectors);
        Label loop = code.label("step");
        if (continues) {
            sums.load(this::cRow);
        } else {
            sums.clear();
        }
        code.mov(B_ROW, B);
        code.mov(K, 0);
        code.align(32);
        code.bind(loop);
        sums.step(q -> Mem.at(A_ROWS, K, 4).plus((long) q * aRowBytes), (to, v) -> code.vmovups(to, bVector(v)));
        code.add(B_ROW, bRowBytes);
        code.inc(K);
        code.cmp(K, LENGTH);
        code.jump(Condition.BELOW, loop);
        sums.store(this::cRow);
    }

    private Mem bVector(int vector) {
        return Mem.at(B_ROW, (long) vector * shape.width().bytes());
    }

    private Mem cRow(int query) {
        return Mem.at(C_ROWS, (long) query * cRowBytes);
    }
}

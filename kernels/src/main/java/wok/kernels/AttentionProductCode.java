package wok.kernels;

import java.lang.foreign.Arena;
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
 * <p>Loops: tiles of columns (four zmm or two ymm), in each the queries by six, in each the chain over k. A panel of 64
 * columns and 128 k is 32 KiB: it stays in the first-level cache while all queries pass. A tile of 6 x 4 zmm takes 12
 * cycles of both multiply-add units a step, and loads 4 vectors and 6 numbers meanwhile.
 *
 * <p>Arguments: RDI a, RSI b, RDX c, RCX length of the chain (1 and more), R8 queries (1 and more).
 * Registers: R9 a and R10 c of these six queries, R11 queries left, RAX k, RBX b's row k; vectors as {@link SumTile}.
 */
final class AttentionProductCode {
    private static final Gpr A = Gpr.RDI;
    private static final Gpr B = Gpr.RSI;
    private static final Gpr C = Gpr.RDX;
    private static final Gpr LENGTH = Gpr.RCX;
    private static final Gpr QUERIES = Gpr.R8;
    private static final Gpr A_ROWS = Gpr.R9;
    private static final Gpr C_ROWS = Gpr.R10;
    private static final Gpr LEFT = Gpr.R11;
    private static final Gpr K = Gpr.RAX;
    private static final Gpr B_ROW = Gpr.RBX;

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

    /** Scores of the positions of so many blocks. */
    static MachineFunction scores(AttentionShape shape, int blocks, Arena arena) {
        return new AttentionProductCode(
                        shape,
                        shape.queryBytes(),
                        AttentionShape.PANEL_ROW_BYTES,
                        AttentionShape.SCORE_ROW_BYTES,
                        false)
                .assemble("scores of " + blocks + " blocks", blocks * AttentionShape.BLOCK, arena);
    }

    /** Values weighed by exponentials, added to those of records. */
    static MachineFunction values(AttentionShape shape, Arena arena) {
        return new AttentionProductCode(
                        shape, AttentionShape.SCORE_ROW_BYTES, shape.valuePanelRowBytes(), shape.recordBytes(), true)
                .assemble("values", shape.paddedDims(), arena);
    }

    private MachineFunction assemble(String name, int columns, Arena arena) {
        int vectors = columns / shape.lanes();
        code.push(B_ROW);
        for (int first = 0; first < vectors; first += shape.tileVectors()) {
            columnTile(first * shape.width().bytes(), Math.min(shape.tileVectors(), vectors - first));
        }
        code.pop(B_ROW);
        code.vzeroupper();
        code.ret();
        return MachineFunction.of(name, code, arena);
    }

    private void columnTile(int columnBytes, int vectors) {
        int six = AttentionShape.TILE_QUERIES;
        Label loop = code.label("six queries");
        Label rest = code.label("fewer than six queries");
        Label done = code.label("all queries done");
        code.mov(A_ROWS, A);
        code.lea(C_ROWS, Mem.at(C, columnBytes));
        code.mov(LEFT, QUERIES);
        code.bind(loop);
        code.sub(LEFT, six);
        code.jump(Condition.LESS, rest);
        tile(columnBytes, six, vectors);
        code.add(A_ROWS, (long) six * aRowBytes);
        code.add(C_ROWS, (long) six * cRowBytes);
        code.jump(loop);
        code.bind(rest);
        for (int queries = 1; queries < six; queries++) {
            Label other = code.label("not " + queries);
            code.cmp(LEFT, queries - six);
            code.jump(Condition.NOT_EQUAL, other);
            tile(columnBytes, queries, vectors);
            code.jump(done);
            code.bind(other);
        }
        code.bind(done);
    }

    private void tile(int columnBytes, int queries, int vectors) {
        SumTile sums = new SumTile(code, shape.registers(), queries, vectors);
        Label loop = code.label("step");
        if (continues) {
            sums.load(this::cRow);
        } else {
            sums.clear();
        }
        code.lea(B_ROW, Mem.at(B, columnBytes));
        code.mov(K, 0);
        code.align(32);
        code.bind(loop);
        sums.step(
                q -> Mem.at(A_ROWS, K, 4).plus((long) q * aRowBytes),
                (to, v) ->
                        code.vmovups(to, Mem.at(B_ROW, (long) v * shape.width().bytes())));
        code.add(B_ROW, bRowBytes);
        code.inc(K);
        code.cmp(K, LENGTH);
        code.jump(Condition.BELOW, loop);
        sums.store(this::cRow);
    }

    private Mem cRow(int query) {
        return Mem.at(C_ROWS, (long) query * cRowBytes);
    }
}

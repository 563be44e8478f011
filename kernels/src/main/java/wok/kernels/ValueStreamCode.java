package wok.kernels;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Consumer;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.MachineFunction;
import wok.assembler.Mem;

/**
 * Assembles the weighing of half-precision values, straight from their blocks, by the exponentials of one row's
 * queries:
 *
 * <pre>
 * record values[q][d] = fma chain over the visible positions p in order of e[q][p] block[p / 16][p % 16][d]
 * </pre>
 *
 * <p>Lanes are dimensions. If the sums of all dimensions fit into registers they stay there for the whole split, else a
 * block is gone through several times, some dimensions each, and the sums rest in the record between blocks. Either
 * way memory is read from one end to the other: a block's values are one run of 32 * dims bytes. Meanwhile those of the
 * block after the next are fetched, for the reason given in {@link KeyStreamCode}.
 *
 * <p>Arguments: RDI exponential of the first visible position, RSI list of addresses of blocks' keys, from the block of
 * the first visible position on, with two more behind to be fetched, RDX place of that position in its block, RCX
 * visible positions (1 and more), R8 values of the first query's record, which hold +0. Registers: RAX values of the
 * position, R9 positions of this block, R10 positions left of this block, R11 its exponential, RBX what is fetched;
 * vectors as {@link SumTile}.
 */
final class ValueStreamCode {
    private static final Gpr EXPONENTIALS = Gpr.RDI;
    private static final Gpr LIST = Gpr.RSI;
    private static final Gpr PLACE = Gpr.RDX;
    private static final Gpr VISIBLE = Gpr.RCX;
    private static final Gpr RECORD = Gpr.R8;
    private static final Gpr VALUES = Gpr.RAX;
    private static final Gpr POSITIONS = Gpr.R9;
    private static final Gpr LEFT = Gpr.R10;
    private static final Gpr EXPONENTIAL = Gpr.R11;
    private static final Gpr FETCH = Gpr.RBX;

    private final Assembler code = new Assembler();
    private final AttentionShape shape;
    private final int queries;
    private final int vectors;

    private ValueStreamCode(AttentionShape shape) {
        this.shape = shape;
        queries = shape.streamedQueries();
        vectors = shape.paddedDims() / shape.lanes();
    }

    static MachineFunction assemble(AttentionShape shape, Arena arena) {
        return new ValueStreamCode(shape).assemble(arena);
    }

    private MachineFunction assemble(Arena arena) {
        int tile = Math.min(vectors, shape.sumsMax() / queries);
        code.saving(List.of(FETCH), () -> {
            if (tile == vectors) {
                inTile(0, vectors, sums -> overBlocks(() -> weigh(sums, 0)));
            } else {
                overBlocks(() -> tileByTile(tile));
            }
        });
        code.leave();
        return MachineFunction.of("values of " + queries + " queries from blocks", code, arena);
    }

    private void tileByTile(int tile) {
        for (int first = 0; first < vectors; first += tile) {
            int from = first;
            inTile(from, Math.min(tile, vectors - from), sums -> weigh(sums, from));
        }
    }

    /** The body between loading sums from the records and storing them. */
    private void inTile(int firstVector, int width, Consumer<SumTile> body) {
        SumTile sums = new SumTile(code, shape.registers(), queries, width);
        sums.load(q -> record(firstVector, q));
        body.accept(sums);
        sums.store(q -> record(firstVector, q));
    }

    private Mem record(int vector, int query) {
        return Mem.at(
                RECORD,
                (long) query * shape.recordBytes()
                        + (long) vector * shape.width().bytes());
    }

    /** For each block: PLACE and POSITIONS, what of it is visible. */
    private void overBlocks(Runnable body) {
        Label loop = code.label("block");
        code.bind(loop);
        code.mov(POSITIONS, AttentionShape.BLOCK);
        code.sub(POSITIONS, PLACE);
        code.cmp(POSITIONS, VISIBLE);
        code.cmov(Condition.GREATER, POSITIONS, VISIBLE);
        code.imul(PLACE, PLACE, shape.valueRowBytes());
        body.run();
        code.lea(EXPONENTIALS, Mem.at(EXPONENTIALS, POSITIONS, 4));
        code.add(LIST, Long.BYTES);
        code.mov(PLACE, 0);
        code.sub(VISIBLE, POSITIONS);
        code.jump(Condition.NOT_EQUAL, loop);
    }

    /** The block's visible positions, from a vector of dimensions on. */
    private void weigh(SumTile sums, int firstVector) {
        code.mov(VALUES, Mem.at(LIST));
        code.add(VALUES, PLACE);
        code.mov(EXPONENTIAL, EXPONENTIALS);
        code.mov(LEFT, POSITIONS);
        code.mov(FETCH, Mem.at(LIST, 2L * Long.BYTES));
        code.align(32);
        code.countDown("position", LEFT, () -> weighPosition(sums, firstVector));
    }

    private void weighPosition(SumTile sums, int firstVector) {
        long at = shape.valuesOffset()
                + (long) firstVector * shape.lanes() * shape.type().elementBytes();
        int vectorBytes = shape.lanes() * shape.type().elementBytes();
        for (int line = 0; firstVector == 0 && line < shape.valueRowBytes(); line += 64) {
            code.prefetcht1(Mem.at(FETCH, shape.valuesOffset() + (long) line));
        }
        code.add(FETCH, shape.valueRowBytes());
        sums.step(
                q -> Mem.at(EXPONENTIAL, (long) q * AttentionShape.SCORE_ROW_BYTES),
                (to, v) -> code.vcvtph2ps(to, Mem.at(VALUES, at + (long) v * vectorBytes)));
        code.add(VALUES, shape.valueRowBytes());
        code.add(EXPONENTIAL, 4);
    }
}

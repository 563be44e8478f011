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
 * Assembles the scores of one row's queries straight from blocks of half-precision keys, for decoding, where a key is
 * read once and a panel would cost as much as the product:
 *
 * <pre>
 * scores[q][16 b + p] = fma chain over d = 0, 1, … of q[q][d] block b [d][p], from +0
 * </pre>
 *
 * <p>Lanes are positions. Several blocks run at once, so that there are chains enough to hide a multiply-add's latency:
 * with one or two queries eight zmm of keys (eight blocks), with eight queries two. What is left runs by half as many
 * blocks, and so on.
 *
 * <p>A block's keys are one run of 32 * dims bytes, too short for the hardware to read ahead well. So while some blocks
 * are worked on, the next in the list are fetched into the second-level cache, one after the other, as many bytes a
 * step as the step reads: that takes reading from 11 to 15 GB/s on one core, where a plain loop over all memory reads
 * 16. {@link AttentionWorker} lists behind the last block what will be read after it.
 *
 * <p>Arguments: RDI queries [q][dims], RSI list of addresses of blocks' keys, with eight more behind to be fetched, RDX
 * blocks (1 and more), RCX scores of the first block. Registers: R8 4 * d; {@link #BLOCKS} blocks; R15 where d pauses
 * for the next address to fetch, RBP that address, RDX its place in the list; vectors as {@link SumTile}.
 */
final class KeyStreamCode {
    private static final Gpr QUERIES = Gpr.RDI;
    private static final Gpr LIST = Gpr.RSI;
    private static final Gpr COUNT = Gpr.RDX;
    private static final Gpr SCORES = Gpr.RCX;
    private static final Gpr D = Gpr.R8;
    private static final List<Gpr> BLOCKS =
            List.of(Gpr.RAX, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.RBX, Gpr.R12, Gpr.R13, Gpr.R14);
    private static final Gpr PAUSE = Gpr.R15;
    private static final Gpr FETCH = Gpr.RBP;
    private static final Gpr FETCH_LIST = COUNT;
    private static final List<Gpr> SAVED = List.of(Gpr.RBX, Gpr.R12, Gpr.R13, Gpr.R14, PAUSE, FETCH);

    private final Assembler code = new Assembler();
    private final AttentionShape shape;
    private final int queries;
    private final int parts;

    private KeyStreamCode(AttentionShape shape) {
        this.shape = shape;
        queries = shape.streamedQueries();
        parts = AttentionShape.BLOCK / shape.lanes();
    }

    static MachineFunction assemble(AttentionShape shape, Arena arena) {
        return new KeyStreamCode(shape).assemble(arena);
    }

    /** The greatest power of two of blocks, at most eight, whose sums have room. */
    private int blocksMax() {
        return Math.min(BLOCKS.size(), Integer.highestOneBit(shape.sumsMax() / (queries * parts)));
    }

    private MachineFunction assemble(Arena arena) {
        code.saving(SAVED, () -> {
            for (int blocks = blocksMax(); blocks > 0; blocks /= 2) {
                whileThereAre(blocks);
            }
        });
        code.leave();
        return MachineFunction.of("scores of " + queries + " queries from blocks", code, arena);
    }

    private void whileThereAre(int blocks) {
        Label loop = code.label(blocks + " blocks");
        Label fewer = code.label("fewer than " + blocks + " blocks");
        code.bind(loop);
        code.cmp(COUNT, blocks);
        code.jump(Condition.LESS, fewer);
        scores(blocks);
        code.add(LIST, (long) blocks * Long.BYTES);
        code.add(SCORES, 4L * blocks * AttentionShape.BLOCK);
        code.sub(COUNT, blocks);
        code.jump(loop);
        code.bind(fewer);
    }

    /** D counts in bytes of a query, of which a block has eight times as many in 16 halves. */
    private void scores(int blocks) {
        SumTile sums = new SumTile(code, shape.registers(), queries, blocks * parts);
        int run = 4 * ((shape.dims() + blocks - 1) / blocks);
        int runs = (shape.queryBytes() + run - 1) / run;
        Label nextRun = code.label("run of dimensions");
        Label loop = code.label("dimension");
        for (int b = 0; b < blocks; b++) {
            code.mov(BLOCKS.get(b), Mem.at(LIST, (long) b * Long.BYTES));
        }
        code.push(COUNT);
        code.lea(FETCH_LIST, Mem.at(LIST, (long) blocks * Long.BYTES));
        sums.clear();
        code.mov(D, 0);
        code.mov(PAUSE, shape.queryBytes() - runs * run);
        code.bind(nextRun);
        code.mov(FETCH, Mem.at(FETCH_LIST));
        code.add(FETCH_LIST, Long.BYTES);
        code.add(PAUSE, run);
        code.align(32);
        code.bind(loop);
        step(sums, blocks);
        code.cmp(D, PAUSE);
        code.jump(Condition.BELOW, loop);
        code.cmp(D, shape.queryBytes());
        code.jump(Condition.BELOW, nextRun);
        sums.store(q -> Mem.at(SCORES, (long) q * AttentionShape.SCORE_ROW_BYTES));
        code.pop(COUNT);
    }

    private void step(SumTile sums, int blocks) {
        int bytes = blocks * shape.keyRowBytes();
        for (int line = 0; line < bytes; line += 64) {
            code.prefetcht1(Mem.at(FETCH, line));
        }
        code.add(FETCH, bytes);
        sums.step(
                q -> Mem.at(QUERIES, D, 1).plus((long) q * shape.queryBytes()),
                (to, v) ->
                        code.vcvtph2ps(to, Mem.at(BLOCKS.get(v / parts), D, 8).plus(2L * shape.lanes() * (v % parts))));
        code.add(D, 4);
    }
}

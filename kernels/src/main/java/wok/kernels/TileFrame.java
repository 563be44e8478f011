package wok.kernels;

import static wok.assembler.Condition.ABOVE_OR_EQUAL;
import static wok.assembler.Condition.EQUAL;
import static wok.assembler.Condition.NOT_EQUAL;

import java.util.List;
import wok.assembler.Assembler;
import wok.assembler.Condition;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.Vec;

/**
 * What every kernel for tiles of tokens begins and ends with: saved registers, the loop over tiles, sums that are kept
 * in memory between chunks of columns, and the prefetching of the weights that are unpacked next, so that memory is read
 * while the multiply units work.
 *
 * <p>RDI is the argument block throughout, R14 and R15 walk ahead in the packed weights, and a kernel may use the rest.
 */
final class TileFrame {
    /** Bytes of one token's kept sums. */
    static final int KEPT_BYTES = 64 * PanelShape.GROUPS;

    /**
     * How far ahead activations are fetched within their row. A tile ahead would be simpler, but rows a multiple of 4 096
     * bytes apart share their sets of the first-level cache, and two tiles beside the panel overflow them.
     */
    static final int PREFETCH_BYTES = 64;

    private static final int LINE = 64;
    private static final List<Gpr> SAVED = List.of(Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15);

    private final Assembler a;
    private final Label tile;
    private final Gpr next = Gpr.R14;

    TileFrame(Assembler a) {
        this.a = a;
        tile = a.label("tile");
    }

    /** The function's beginning, and that of each tile. */
    void enter() {
        SAVED.forEach(a::push);
        a.mov(next, ProductArgument.NEXT.at());
        a.bind(tile);
    }

    /**
     * Sums start from zero in the first chunk, else from those kept. Uses R15.
     *
     * @param y [vectors][tokens]
     * @param from the byte of the first vector among a token's sums
     */
    void loadSums(Vec[][] y, int from) {
        Label first = a.label("first chunk");
        Label loaded = a.label("sums loaded");
        skipUnlessFirst(first, NOT_EQUAL);
        a.mov(Gpr.R15, ProductArgument.KEPT.at());
        for (int i = 0; i < y.length; i++) {
            for (int t = 0; t < y[i].length; t++) {
                a.vmovups(y[i][t], kept(Gpr.R15, t, from + i * y[i][t].width().bytes()));
            }
        }
        a.jump(loaded);
        a.bind(first);
        for (Vec[] tokens : y) {
            for (Vec sum : tokens) {
                a.zero(sum);
            }
        }
        a.bind(loaded);
    }

    /** Where sums stay in memory: zero there before the first chunk. Uses R15 and {@code zero}. */
    void clearFirstSums(int tokens, Vec zero) {
        Label later = a.label("later chunk");
        skipUnlessFirst(later, EQUAL);
        a.mov(Gpr.R15, ProductArgument.KEPT.at());
        a.zero(zero);
        for (int at = 0; at < tokens * KEPT_BYTES; at += zero.width().bytes()) {
            a.vmovups(Mem.at(Gpr.R15, at), zero);
        }
        a.bind(later);
    }

    /** Uses R15. */
    void skipUnlessFirst(Label to, Condition condition) {
        a.mov(Gpr.R15, ProductArgument.FIRST.at());
        a.test(Gpr.R15, Gpr.R15);
        a.jump(condition, to);
    }

    /** Kept sums of a token, counted from the tile's first, at byte {@code at} of its sums. */
    static Mem kept(Gpr sums, int token, int at) {
        return Mem.at(sums, KEPT_BYTES * (long) token + at);
    }

    /** Puts sums where they go behind this chunk; operands as of {@link #loadSums}. Uses the registers of {@code rows}. */
    void storeSums(Vec[][] y, int from, TokenRows rows) {
        rows.load(a, ProductArgument.OUT);
        for (int i = 0; i < y.length; i++) {
            for (int t = 0; t < y[i].length; t++) {
                a.vmovups(rows.at(t, from + i * y[i][t].width().bytes()), y[i][t]);
            }
        }
    }

    /** Copies a tile's kept sums to where they go behind this chunk. Uses R15 and the registers of {@code rows}. */
    void copySums(int tokens, Vec sum, TokenRows rows) {
        rows.load(a, ProductArgument.OUT);
        a.mov(Gpr.R15, ProductArgument.KEPT.at());
        for (int t = 0; t < tokens; t++) {
            for (int at = 0; at < KEPT_BYTES; at += sum.width().bytes()) {
                a.vmovups(sum, kept(Gpr.R15, t, at));
                a.vmovups(rows.at(t, at), sum);
            }
        }
    }

    /** Some lines of both groups' next weights towards the cache, until all are under way. Uses R15. */
    void prefetch() {
        Label line = a.label("line");
        Label done = a.label("prefetched");
        a.cmp(next, ProductArgument.NEXT_END.at());
        a.jump(ABOVE_OR_EQUAL, done);
        a.push(Gpr.RDI);
        a.mov(Gpr.R15, ProductArgument.NEXT_GROUP.at());
        a.mov(Gpr.RDI, ProductArgument.NEXT_LINES.at());
        a.bind(line);
        a.prefetcht0(Mem.at(next));
        a.prefetcht0(Mem.at(next, Gpr.R15, 1));
        a.add(next, 64);
        a.dec(Gpr.RDI);
        a.jump(NOT_EQUAL, line);
        a.pop(Gpr.RDI);
        a.bind(done);
    }

    /** The beginnings of the next tile's rows, which {@link #PREFETCH_BYTES} cannot reach. Uses R15. */
    void prefetchNextTile(TokenRows rows, int tokens, ProductArgument word) {
        int lines = word == ProductArgument.QUANTS ? PREFETCH_BYTES / LINE : 1;
        rows.prefetchNextTile(a, tokens, lines, word.stride(), Gpr.R15);
    }

    /** On to the next tile: the words of the block that walk, each by so many rows of its stride, and the kept sums. */
    void leave(int tokens, ProductArgument... walking) {
        for (ProductArgument word : walking) {
            a.imul(Gpr.R15, word.stride().at(), tokens);
            a.add(Gpr.R15, word.at());
            a.mov(word.at(), Gpr.R15);
        }
        a.mov(Gpr.R15, ProductArgument.KEPT.at());
        a.add(Gpr.R15, (long) tokens * KEPT_BYTES);
        a.mov(ProductArgument.KEPT.at(), Gpr.R15);
        a.mov(Gpr.R15, ProductArgument.TILES.at());
        a.dec(Gpr.R15);
        a.mov(ProductArgument.TILES.at(), Gpr.R15);
        a.jump(NOT_EQUAL, tile);
        a.mov(ProductArgument.NEXT.at(), next);
        SAVED.reversed().forEach(a::pop);
        a.vzeroupper();
        a.ret();
    }
}

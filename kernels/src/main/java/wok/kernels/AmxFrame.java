package wok.kernels;

import static wok.assembler.Condition.EQUAL;
import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.Tile;
import wok.assembler.TileShape;
import wok.assembler.Vec;

/**
 * What both AMX products share: tiles of {@value #TOKENS} tokens, registers, and the step that multiplies one run of
 * columns into 16 x 16 integers in memory.
 *
 * <p>A product of tiles lands in a tile register, which only memory connects with vector registers. So a kernel works on
 * two things at once: the tile unit multiplies the next run and stores it, while the vector units scale the one before
 * and add it to the sums. Both read and write the first-level cache; which of the two pairs of buffers is whose changes
 * with every step ({@link #swap}).
 */
final class AmxFrame {
    /** Rows of a tile. */
    static final int TOKENS = 16;

    /** Bytes of a tile of 16 x 16 integers. */
    static final int TILE_BYTES = 1024;

    private static final Tile DOTS = new Tile(0);
    private static final Tile X = new Tile(1);
    private static final Tile WEIGHTS = new Tile(2);
    private static final int LINE = 64;

    final Gpr quants = Gpr.RSI;
    final Gpr quantsStride = Gpr.RDX;
    final Gpr weights = Gpr.RAX;
    final Gpr blocks = Gpr.RCX;
    final Gpr scales = Gpr.R8;
    final EightRows rows = new EightRows(Gpr.R9, Gpr.R10, Gpr.R11, Gpr.RBX);
    /** Integers that wait to be scaled. */
    final Gpr pending = Gpr.R12;
    /** Where the next integers go. */
    final Gpr coming = Gpr.RBP;
    /** Free between two steps, as {@link #quantsStride} is where it is loaded again. */
    final Gpr free = Gpr.R15;

    private final Gpr line = Gpr.R13;
    private final Assembler a;
    private final TileFrame frame;

    AmxFrame(Assembler a) {
        this.a = a;
        frame = new TileFrame(a);
    }

    /**
     * The function: tiles are given their shapes, the loop over tokens runs, tiles are given back.
     *
     * @param runColumns columns that one step multiplies: 16 or 32
     */
    void enter(int runColumns) {
        Label body = a.label("body");
        a.ldtilecfg(new TileShape()
                .set(DOTS, TOKENS, LINE)
                .set(X, TOKENS, runColumns)
                .set(WEIGHTS, runColumns / 4, LINE));
        a.call(body);
        a.tilerelease();
        a.ret();
        a.align(LINE);
        a.bind(body);
        frame.enter();
    }

    /** The end of a tile of tokens and, behind the last, of the function. */
    void leave() {
        frame.leave(
                TOKENS,
                ProductArgument.QUANTS,
                ProductArgument.SCALES,
                ProductArgument.CORRECTIONS,
                ProductArgument.SUMS,
                ProductArgument.OUT);
    }

    /** The first block of a group. */
    void start(int group, PanelShape panel, int bufferTiles) {
        a.mov(quants, ProductArgument.QUANTS.at());
        a.mov(quantsStride, ProductArgument.QUANTS_STRIDE.at());
        a.mov(weights, ProductArgument.PANEL.at());
        a.add(weights, (long) group * panel.groupBytes());
        a.mov(blocks, ProductArgument.BLOCKS.at());
        a.mov(scales, ProductArgument.SCALES.at());
        a.mov(free, ProductArgument.SUMS.at());
        a.mov(ProductArgument.SUMS_HERE.at(), free);
        rows.load(a, ProductArgument.SCALES_STRIDE);
        a.mov(line, LINE);
        a.mov(coming, ProductArgument.DOTS.at());
        a.lea(pending, Mem.at(coming, (long) bufferTiles * TILE_BYTES));
    }

    /** 16 tokens times 16 output rows over one run of columns, into integers at {@code coming + to}. */
    void multiply(int column, int panelOffset, int to) {
        a.tileloadd(X, Mem.at(quants, quantsStride, 1).plus(column));
        a.tileloadd(WEIGHTS, Mem.at(weights, line, 1).plus(panelOffset));
        a.tilezero(DOTS);
        a.tdpbssd(DOTS, X, WEIGHTS);
        a.tilestored(Mem.at(coming, line, 1).plus(to), DOTS);
    }

    /** What came is pending now. */
    void swap() {
        a.mov(free, pending);
        a.mov(pending, coming);
        a.mov(coming, free);
    }

    /** Sums start from zero in the first chunk, else from those kept. */
    void loadSums(Vec[] y, int group) {
        Label first = a.label("first chunk");
        Label loaded = a.label("sums loaded");
        frame.skipUnlessFirst(first, NOT_EQUAL);
        a.mov(free, ProductArgument.KEPT.at());
        for (int t = 0; t < TOKENS; t++) {
            a.vmovups(y[t], TileFrame.kept(free, t, 64 * group));
        }
        a.jump(loaded);
        a.bind(first);
        for (Vec sum : y) {
            a.zero(sum);
        }
        a.bind(loaded);
    }

    void storeSums(Vec[] y, int group) {
        rows.load(a, ProductArgument.OUT_STRIDE);
        a.mov(free, ProductArgument.OUT.at());
        for (int t = 0; t < TOKENS; t++) {
            a.vmovups(row(free, t).plus(64L * group), y[t]);
        }
    }

    /** Row t of 16, asked for in order: the ninth moves the base on. */
    private Mem row(Gpr base, int t) {
        if (t == 8) {
            a.lea(base, rows.ninth(base));
        }
        return rows.at(base, t % 8);
    }

    /** Prefetches the next weights: once for both groups. */
    void prefetch(int group) {
        if (group == 0) {
            frame.prefetch();
        }
    }

    /** Jumps if that was the last block. */
    void countBlock(Label last) {
        a.dec(blocks);
        a.jump(EQUAL, last);
    }
}

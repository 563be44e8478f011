package wok.kernels;

import static wok.assembler.Condition.NOT_EQUAL;

import wok.assembler.Assembler;
import wok.assembler.Gpr;
import wok.assembler.Label;
import wok.assembler.Mem;
import wok.assembler.Operand;
import wok.assembler.RegisterFile;
import wok.assembler.Vec;

/**
 * Machine code for products of quantised weights with T tokens on AVX2, which multiplies bytes only to sums of two
 * products in words of 16 bits (vpmaddubsw): two groups of 16 output rows one after the other, a chunk of blocks, any
 * number of tiles of T tokens.
 *
 * <pre>
 * blocks         y = fma((float) dot, ws * as, y);  y = fma(-sum(x), min * as, y)             as {@link BlockTileCode}
 * super-blocks   y = fma((float) S, d * as, y);     y = fma(-(float) M, dmin * as, y)         as {@link SuperBlockTileCode}
 *
 * panel          {@link PanelShape#words}; x as the same classes read it
 * </pre>
 *
 * <p>How it works. Codes of 4 bits give pairs of at most 3 810, so eight of them, 32 columns, add up in 16 bits; of 5 bits
 * four, of 6 bits two. One vpmaddwd then widens the sums and multiplies them with the sub-scale (or 1). A code's offset is
 * subtracted with the sum of the activations: {@code dot - offset * sum(x)}. Eight bits and codebooks are signed: the
 * activation takes the weight's sign (vpsignb) and multiplies its size, and each pair is widened by itself. Every sum is
 * exact.
 *
 * <p>Order of operations: {@link ReferenceMatmul}. Registers at T = 4: S 8 (16 rows are two vectors), words 4, quants 1,
 * x 1, spare 2. y is kept in memory, touched once a block.
 */
final class WordTileCode {
    /** Tokens of the greatest tile. */
    static final int TOKENS_MAX = 4;

    private static final int VECTORS = 2;
    private static final int RUN_COLUMNS = 32;
    private static final int RUN_BYTES = 512;
    private static final int ONES = 0x0001_0001;

    private final Assembler a = new Assembler();
    private final TileFrame frame = new TileFrame(a);
    private final int tokens;
    private final PanelShape panel;

    private final RegisterFile file = RegisterFile.ymm();
    private final Vec[][] sums = new Vec[VECTORS][];
    private final Vec[] words;
    private final Vec quants;
    private final Vec x;
    private final Vec product;
    private final Vec sizes;

    private final Gpr weights = Gpr.RAX;
    private final Gpr blocks = Gpr.RCX;
    private final Gpr runs = Gpr.RBX;
    private final Gpr subFactors = Gpr.RBP;
    private final TokenRows quantRows = new TokenRows(Gpr.RSI, Gpr.RDX, Gpr.R8);
    private final TokenRows scaleRows = new TokenRows(Gpr.R9, Gpr.R10, Gpr.R11);
    /** Blocks of 32 count no runs. */
    private final TokenRows correctionRows = new TokenRows(Gpr.RBX, Gpr.RBP, Gpr.R11);
    /** Sums of super-blocks have a stride of their own, which is loaded when they are read. */
    private final TokenRows sumRows;

    private final Gpr kept = Gpr.R15;

    private WordTileCode(int tokens, PanelShape panel) {
        this.tokens = tokens;
        this.panel = panel;
        for (int i = 0; i < VECTORS; i++) {
            sums[i] = file.take("S" + i, tokens);
        }
        words = file.take("words", TOKENS_MAX);
        quants = file.take("quants");
        x = file.take("x");
        product = file.take("product");
        sizes = file.take("sizes");
        sumRows = new TokenRows(Gpr.R12, Gpr.R13, panel.superBlock() ? Gpr.R15 : Gpr.R11);
    }

    /** The function for tiles of {@code tokens}, 1 to 4; its argument is the address of a {@link ProductArgument} block. */
    static Assembler of(int tokens, PanelShape panel) {
        return new WordTileCode(tokens, panel).tiles();
    }

    private Assembler tiles() {
        frame.enter();
        frame.clearFirstSums(tokens, x);
        for (int group = 0; group < PanelShape.GROUPS; group++) {
            blocks(group);
        }
        frame.copySums(tokens, x, quantRows);
        frame.leave(
                tokens,
                ProductArgument.QUANTS,
                ProductArgument.SCALES,
                ProductArgument.CORRECTIONS,
                ProductArgument.SUMS,
                ProductArgument.OUT);
        return a;
    }

    /** All blocks of one group. */
    private void blocks(int group) {
        Label block = a.label("block");
        a.mov(blocks, ProductArgument.BLOCKS.at());
        a.mov(weights, ProductArgument.PANEL.at());
        a.add(weights, (long) group * panel.groupBytes());
        quantRows.load(a, ProductArgument.QUANTS);
        frame.prefetchNextTile(quantRows, tokens, ProductArgument.QUANTS);
        scaleRows.load(a, ProductArgument.SCALES);
        sumRows.load(a, ProductArgument.SUMS);
        if (!panel.superBlock()) {
            correctionRows.locate(a, ProductArgument.CORRECTIONS);
        }
        a.align(32);
        a.bind(block);
        integerSums();
        subtractOffsets();
        addScaled(group);
        a.add(weights, (long) panel.blockBytes() - panel.scalesOffset());
        scaleRows.advance(a, 4);
        sumRows.advance(a, panel.superBlock() ? 2 * panel.subBlocks() : 4);
        if (!panel.superBlock()) {
            correctionRows.advance(a, 4);
        }
        a.dec(blocks);
        a.jump(NOT_EQUAL, block);
    }

    /** S of one block; weights and activations have moved on by its columns afterwards. */
    private void integerSums() {
        for (Vec[] vector : sums) {
            for (Vec sum : vector) {
                a.zero(sum);
            }
        }
        if (panel.superBlock()) {
            Label run = a.label("32 columns");
            a.mov(runs, panel.columns() / RUN_COLUMNS);
            a.lea(subFactors, Mem.at(weights, panel.subScalesOffset()));
            a.align(32);
            a.bind(run);
            run();
            a.add(subFactors, 64L * RUN_COLUMNS / panel.subColumns());
            a.dec(runs);
            a.jump(NOT_EQUAL, run);
        } else {
            run();
        }
    }

    /** 32 columns. */
    private void run() {
        int columns = 4 * pairsInWord();
        for (int from = 0; from < RUN_COLUMNS; from += columns) {
            for (int vector = 0; vector < VECTORS; vector++) {
                if (panel.bytes() == QuantBytes.SIGNED) {
                    addSignedProducts(from, vector);
                } else {
                    addProducts(from, columns, vector);
                }
            }
        }
        frame.prefetch();
        quantRows.prefetch(a, tokens, TileFrame.PREFETCH_BYTES);
        a.add(weights, RUN_BYTES);
        quantRows.advance(a, RUN_COLUMNS);
    }

    /** How many results of vpmaddubsw add up in 16 bits whatever the data, within one sub-block. */
    private int pairsInWord() {
        if (panel.bytes() == QuantBytes.SIGNED) {
            return 1;
        }
        int greatest = (1 << panel.format().bits()) - 1;
        int fit = Short.MAX_VALUE / (2 * greatest * PanelShape.ACTIVATION_MAX);
        return Math.min(Integer.highestOneBit(fit), panel.subColumns() / 4);
    }

    /** {@code S += factor * (the products of some columns)}, summed in words of 16 bits first. */
    private void addProducts(int from, int columns, int vector) {
        for (int column = from; column < from + columns; column += 4) {
            a.vmovdqu(quants, inPanel(16 * column, vector));
            for (int t = 0; t < tokens; t++) {
                a.vpbroadcastd(x, quantRows.at(t, column));
                if (column == from) {
                    a.vpmaddubsw(words[t], quants, x);
                } else {
                    a.vpmaddubsw(product, quants, x);
                    a.vpaddw(words[t], words[t], product);
                }
            }
        }
        for (int t = 0; t < tokens; t++) {
            a.vpmaddwd(words[t], words[t], factor(from, vector));
            a.vpaddd(sums[vector][t], sums[vector][t], words[t]);
        }
    }

    /** The same for four columns of signed quants. */
    private void addSignedProducts(int column, int vector) {
        a.vmovdqu(quants, inPanel(16 * column, vector));
        a.vpabsb(sizes, quants);
        for (int t = 0; t < tokens; t++) {
            a.vpbroadcastd(x, quantRows.at(t, column));
            a.vpsignb(x, x, quants);
            a.vpmaddubsw(product, sizes, x);
            a.vpmaddwd(product, product, factor(column, vector));
            a.vpaddd(sums[vector][t], sums[vector][t], product);
        }
    }

    private Operand factor(int column, int vector) {
        return panel.superBlock()
                ? Mem.at(subFactors, 64L * (column / panel.subColumns()) + vectorAt(vector))
                : a.words(ONES, ONES, ONES, ONES, ONES, ONES, ONES, ONES);
    }

    /** {@code S -= offset * sum(x)} (times sub-scales) where codes keep their offset. */
    private void subtractOffsets() {
        if (!panel.keepsOffset()) {
            return;
        }
        int offsetBits = Integer.numberOfTrailingZeros(panel.format().offset());
        if (panel.superBlock()) {
            a.mov(sumRows.stride(), ProductArgument.SUMS_STRIDE.at());
        }
        for (int t = 0; t < tokens; t++) {
            if (panel.superBlock()) {
                pairSums(t);
            } else {
                a.vpbroadcastd(x, correctionRows.at(t, 0)); // -128 * sum(x)
                a.vpsrad(x, x, 7 - offsetBits);
            }
            for (int vector = 0; vector < VECTORS; vector++) {
                Vec sum = sums[vector][t];
                if (panel.superBlock()) {
                    a.vpslld(words[vector], words[vector], offsetBits);
                    a.vpsubd(sum, sum, words[vector]);
                } else {
                    a.vpaddd(sum, sum, x);
                }
            }
        }
    }

    /** The sum over sub-blocks of pair * sum(x) for a token, into words 0 and 1; uses x and product. */
    private void pairSums(int t) {
        for (int vector = 0; vector < VECTORS; vector++) {
            a.zero(words[vector]);
        }
        for (int pair = 0; pair < panel.subBlocks() / 2; pair++) {
            a.vpbroadcastd(x, sumRows.at(t, 4 * pair));
            for (int vector = 0; vector < VECTORS; vector++) {
                a.vpmaddwd(product, x, behindQuants(panel.pairsOffset() + 64 * pair, vector));
                a.vpaddd(words[vector], words[vector], product);
            }
        }
    }

    /** {@code y = fma((float) S, scale * as, y)} and the minimum's term; {@code weights} is behind the block's quants. */
    private void addScaled(int group) {
        Vec as = quants;
        Vec minimum = sizes;
        for (int t = 0; t < tokens; t++) {
            if (panel.minima() && panel.superBlock()) {
                a.mov(sumRows.stride(), ProductArgument.SUMS_STRIDE.at());
                pairSums(t);
            } else if (panel.minima()) {
                a.vbroadcastss(minimum, sumRows.at(t, 0));
            }
            a.vbroadcastss(as, scaleRows.at(t, 0));
            a.mov(kept, ProductArgument.KEPT.at());
            for (int vector = 0; vector < VECTORS; vector++) {
                Vec y = sums[vector][t];
                Mem place = TileFrame.kept(kept, t, 64 * group + vectorAt(vector));
                a.vmulps(product, as, behindQuants(panel.scalesOffset(), vector));
                a.vcvtdq2ps(y, y);
                a.vfmadd213ps(y, product, place);
                if (panel.minima()) {
                    a.vmulps(product, as, behindQuants(panel.minimaOffset(), vector));
                    if (panel.superBlock()) {
                        a.vcvtdq2ps(minimum, words[vector]);
                    }
                    a.vfnmadd231ps(y, minimum, product);
                }
                a.vmovups(place, y);
            }
        }
    }

    private int vectorAt(int vector) {
        return vector * x.width().bytes();
    }

    private Mem inPanel(int offset, int vector) {
        return Mem.at(weights, (long) offset + vectorAt(vector));
    }

    private Mem behindQuants(int offset, int vector) {
        return Mem.at(weights, (long) offset + vectorAt(vector) - panel.scalesOffset());
    }
}

package wok.kernels;

import wok.assembler.Gpr;
import wok.assembler.Mem;

/**
 * The argument block of the machine kernels that multiply several rows: one 64-bit word each, in a worker's memory, its
 * address in RDI. {@link MachineMatmul} fills it in; kernels move the words that walk from token to token.
 */
enum ProductArgument {
    /** The unpacked weights of two groups and one chunk of columns. */
    PANEL(0),
    /** Blocks (or columns, for float panels) of the chunk. */
    BLOCKS(1),
    /** Tiles of tokens to do. */
    TILES(2),
    /** Whether the chunk is the sum's first: 1 starts from zero, 0 from what KEPT holds. */
    FIRST(3),
    /** The first token's activations at the chunk's first column: i8, or f32 for float panels. */
    QUANTS(4),
    /** From one token's activations to the next one's. */
    QUANTS_STRIDE(5),
    /** The first token's block scales, f32. */
    SCALES(6),
    SCALES_STRIDE(7),
    /** The first token's corrections, i32: what integer dot products start from. */
    CORRECTIONS(8),
    CORRECTIONS_STRIDE(9),
    /** The first token's sums of quants, f32 or pairs of i16: for families with minima. */
    SUMS(10),
    SUMS_STRIDE(11),
    /** The first token's sums at the block under way: a kernel's own. */
    SUMS_HERE(12),
    /** The first token's sums so far, f32 [2 groups][16]; a token's follow the one's before. */
    KEPT(13),
    /** Where the first token's sums go: KEPT's place, or y behind the last chunk. */
    OUT(14),
    OUT_STRIDE(15),
    /** What is read next from memory: packed quants of the first group's following chunk, 64 bytes at a time. */
    NEXT(16),
    /** Where that ends. */
    NEXT_END(17),
    /** From the first group's to the second group's. */
    NEXT_GROUP(18),
    /** Lines of 64 bytes to prefetch for each block, 1 and more. */
    NEXT_LINES(19),
    /** AMX only: two buffers for the integers of its tiles. */
    DOTS(20);

    static final Gpr BLOCK = Gpr.RDI;
    private static final int WORDS = 21;

    private final int number;

    ProductArgument(int number) {
        this.number = number;
    }

    /** The word as an operand. */
    Mem at() {
        return Mem.at(BLOCK, offset());
    }

    long offset() {
        return 8L * number;
    }

    /** The word's place among all. */
    int index() {
        return number;
    }

    static int count() {
        return WORDS;
    }

    static long bytes() {
        return 8L * WORDS;
    }

    /** The word that says how far apart the rows are that this word walks along. */
    ProductArgument stride() {
        return switch (this) {
            case QUANTS -> QUANTS_STRIDE;
            case SCALES -> SCALES_STRIDE;
            case CORRECTIONS -> CORRECTIONS_STRIDE;
            case SUMS, SUMS_HERE -> SUMS_STRIDE;
            case OUT -> OUT_STRIDE;
            default -> throw new IllegalArgumentException(this + " (expected: the address of a token's row)");
        };
    }
}

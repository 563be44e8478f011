package wok.kernels;

import wok.assembler.Gpr;
import wok.assembler.Mem;

/**
 * The argument block of the machine kernels that multiply one row of activations: one 64-bit word each, in a worker's
 * memory, its address in RDI. {@link MachineRowProduct} fills it in; kernels move {@link #WEIGHTS} and {@link #OUT} from
 * group to group and count {@link #GROUPS} down.
 */
enum RowArgument {
    /** The first group of weights: its scales, or its first column if they are floats. */
    WEIGHTS(0),
    /** From a group's start to its minima. */
    MINS_OFFSET(1),
    /** From a group's start to its quants. */
    QUANTS_OFFSET(2),
    /** From one group to the next. */
    GROUP_BYTES(3),
    /** Groups to do, 1 and more. */
    GROUPS(4),
    /** Blocks of a row, columns if weights are floats; 1 and more. */
    BLOCKS(5),
    /** Where the first group's 16 outputs go, f32. */
    OUT(6),
    /** The row's quants i8, or its floats. */
    X(7),
    /** The row's block scales, f32. */
    SCALES(8),
    /** The row's corrections i32, per 16 or 32 columns as the weights' sub-scales are. */
    CORRECTIONS(9),
    /** The row's sums: f32 per 32 columns for blocks, i16 per sub-block for super-blocks. */
    SUMS(10);

    static final Gpr BLOCK = Gpr.RDI;

    private final int word;

    RowArgument(int word) {
        this.word = word;
    }

    /** The word as an operand. */
    Mem at() {
        return Mem.at(BLOCK, offset());
    }

    long offset() {
        return 8L * word;
    }

    static long bytes() {
        return 8L * values().length;
    }
}

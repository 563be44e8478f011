package wok.kernels;

/**
 * How a chunk of two groups of weights looks when it is unpacked for many tokens: {@code [block][2 groups]}, and a group
 * of a block is
 *
 * <pre>
 * quants      u8 [columns / 4][16 rows][4 columns]    quant + 128 if signed, else the quant
 * scales      f32 [16]
 * minima      f32 [16]                                only with minima
 * subScales   i32 [columns / subColumns][16]          only super-blocks; i16 and zeros above with short dots
 * subMinima   i16 [columns / subColumns / 2][16][2]   only super-blocks with minima
 * </pre>
 *
 * @param columns of a block: 32 or 256
 * @param subColumns columns of a sub-scale: 16 or 32
 * @param signed whether 128 was added
 * @param minima whether the family has minima
 * @param shortDots whether dot products over 16 columns fit into 16 bits whatever the data: then multiplying one with its
 *     sub-scale and adding it is one instruction on pairs of 16 bits (vpdpwssd) instead of three (vpmulld counts twice)
 */
record PanelShape(int columns, int subColumns, boolean signed, boolean minima, boolean shortDots) {
    /** Columns of a block that is no super-block, and of a run of codes. */
    static final int BLOCK_COLUMNS = 32;

    /** Groups of 16 output rows side by side. */
    static final int GROUPS = 2;

    private static final int LANES_BYTES = 64;
    private static final int ROWS = PackedMatrix.GROUP_ROWS;

    /** Columns of a dot product in 16 bits. */
    static final int SHORT_COLUMNS = 16;

    private static final int ACTIVATION_MAX = 127;

    static PanelShape of(QuantFormat format) {
        boolean shortDots = SHORT_COLUMNS * ACTIVATION_MAX * greatestQuant(format) <= Short.MAX_VALUE;
        return new PanelShape(
                format.blockColumns(), format.subColumns(), CodePlanes.signed(format), format.hasMin(), shortDots);
    }

    private static int greatestQuant(QuantFormat format) {
        int codes = 1 << format.bits();
        return format.codebook() == Codebook.NONE
                ? Math.max(format.offset(), codes - 1 - format.offset())
                : Codebook.OFFSET;
    }

    /** Columns of one integer dot product. */
    int dotColumns() {
        return superBlock() && shortDots ? SHORT_COLUMNS : subColumns;
    }

    boolean superBlock() {
        return columns > BLOCK_COLUMNS;
    }

    int subBlocks() {
        return columns / subColumns;
    }

    int scalesOffset() {
        return columns * ROWS;
    }

    int minimaOffset() {
        return scalesOffset() + LANES_BYTES;
    }

    int subScalesOffset() {
        return minima ? minimaOffset() + LANES_BYTES : minimaOffset();
    }

    int subMinimaOffset() {
        return superBlock() ? subScalesOffset() + subBlocks() * LANES_BYTES : subScalesOffset();
    }

    int groupBytes() {
        return superBlock() && minima ? subMinimaOffset() + subBlocks() / 2 * LANES_BYTES : subMinimaOffset();
    }

    int blockBytes() {
        return GROUPS * groupBytes();
    }
}

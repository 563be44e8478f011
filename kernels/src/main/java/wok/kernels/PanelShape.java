package wok.kernels;

/**
 * How a chunk of two groups of weights looks when it is unpacked for many tokens: {@code [block][2 groups]}, and a group
 * of a block is
 *
 * <pre>
 * quants      u8 or i8 [columns / 4][16 rows][4 columns]   see {@link QuantBytes}
 * scales      f32 [16]
 * minima      f32 [16]                                     only with minima
 * subScales   32 bits [columns / subColumns][16]           only super-blocks: see {@link SubScales}
 * pairs       i16 [columns / subColumns / 2][16][2]        only super-blocks with minima or an offset of codes:
 *                                                          sub-minima, or sub-scales once more
 * </pre>
 *
 * @param format of the packed weights
 * @param bytes of unpacked quants
 * @param subScales how sub-scales are written
 */
record PanelShape(QuantFormat format, QuantBytes bytes, SubScales subScales) {
    /** Columns of a block that is no super-block, and of a run of codes. */
    static final int BLOCK_COLUMNS = 32;

    /** Groups of 16 output rows side by side. */
    static final int GROUPS = 2;

    /** Columns of a dot product in 16 bits. */
    static final int SHORT_COLUMNS = 16;

    /** The greatest size of a quantised activation. */
    static final int ACTIVATION_MAX = 127;

    private static final int LANES_BYTES = 64;
    private static final int ROWS = PackedMatrix.GROUP_ROWS;

    /** The 32 bits of a sub-scale. */
    enum SubScales {
        /** A number of 32 bits: dot products are multiplied with it by vpmulld. */
        WORDS,
        /**
         * 16 bits, and zeros above. Dot products over 16 columns that fit into 16 bits whatever the data are multiplied
         * with it and added by one instruction on pairs of 16 bits (vpdpwssd) instead of three (vpmulld counts twice).
         */
        LOW_HALVES,
        /** A float: converted dot products are multiplied with it and added in one step, exactly. */
        FLOATS,
        /** 16 bits twice: sums of products of even and of odd columns, 16 bits each, are multiplied and added at once. */
        BOTH_HALVES
    }

    /** For vpdpbusd. */
    static PanelShape vnni(QuantFormat format) {
        boolean fits = SHORT_COLUMNS * ACTIVATION_MAX * greatestQuant(format) <= Short.MAX_VALUE;
        return new PanelShape(format, QuantBytes.SHIFTED, fits ? SubScales.LOW_HALVES : SubScales.WORDS);
    }

    /** For sums in words of 16 bits, from codes of up to 6 bits, and from signed bytes else. */
    static PanelShape words(QuantFormat format) {
        boolean small = format.bits() <= 6 && format.codebook() == Codebook.NONE;
        return new PanelShape(format, small ? QuantBytes.CODE : QuantBytes.SIGNED, SubScales.BOTH_HALVES);
    }

    /** For AMX. */
    static PanelShape amx(QuantFormat format) {
        return new PanelShape(format, QuantBytes.SIGNED, SubScales.FLOATS);
    }

    private static int greatestQuant(QuantFormat format) {
        int codes = 1 << format.bits();
        return format.codebook() == Codebook.NONE
                ? Math.max(format.offset(), codes - 1 - format.offset())
                : Codebook.OFFSET;
    }

    int columns() {
        return format.blockColumns();
    }

    int subColumns() {
        return format.subColumns();
    }

    boolean minima() {
        return format.hasMin();
    }

    boolean superBlock() {
        return format.superBlock();
    }

    int subBlocks() {
        return format.subBlocks();
    }

    /** Columns of one integer dot product of bytes. */
    int dotColumns() {
        return superBlock() && subScales == SubScales.LOW_HALVES ? SHORT_COLUMNS : subColumns();
    }

    /** Whether codes keep an offset, which is then subtracted together with the sums of the activations. */
    boolean keepsOffset() {
        return bytes == QuantBytes.CODE && format.offset() != 0;
    }

    boolean pairs() {
        return superBlock() && (minima() || keepsOffset());
    }

    int scalesOffset() {
        return columns() * ROWS;
    }

    int minimaOffset() {
        return scalesOffset() + LANES_BYTES;
    }

    int subScalesOffset() {
        return minima() ? minimaOffset() + LANES_BYTES : minimaOffset();
    }

    int pairsOffset() {
        return superBlock() ? subScalesOffset() + subBlocks() * LANES_BYTES : subScalesOffset();
    }

    int groupBytes() {
        return pairs() ? pairsOffset() + subBlocks() / 2 * LANES_BYTES : pairsOffset();
    }

    int blockBytes() {
        return GROUPS * groupBytes();
    }
}

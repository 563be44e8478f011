package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * Quantised weights in super-blocks of 256 columns with integer sub-scales, and perhaps sub-minima, per 16 or 32
 * columns: the shapes of ggml's K-quants. The weight's value is
 * {@code (scale * subScale) * quant - (minScale * subMin)}, rounded after each operation.
 *
 * <p>Sections as {@link PackedQuants} says; a super-block within the section of quants is
 * <pre>
 * i8  subScale[256 / subColumns][16 rows]
 * u8  subMin[256 / subColumns][16 rows]         only with minima
 * eight runs of codes of 32 columns, each as in {@link QuantFormat}
 * </pre>
 *
 * @param activationForm {@link ActivationForm#Q8_BLOCK256} or {@link ActivationForm#F32}
 */
record PackedSuperBlocks(MemorySegment memory, int rows, int columns, QuantFormat format, ActivationForm activationForm)
        implements PackedQuants {
    private static final int RUNS = 8;

    static PackedSuperBlocks of(
            PackingMemory memory, int rows, int columns, QuantFormat format, ActivationForm activationForm) {
        long bytes = PackedQuants.bytes(
                format, PackedMatrix.groups(rows), columns / format.blockColumns(), blockBytes(format));
        return new PackedSuperBlocks(memory.allocate(bytes), rows, columns, format, activationForm);
    }

    private static int subBytes(QuantFormat format) {
        return format.subBlocks() * GROUP_ROWS;
    }

    /** Where the codes start, from the start of a super-block. */
    static int runsOffset(QuantFormat format) {
        return subBytes(format) * (format.hasMin() ? 2 : 1);
    }

    /** Bytes of a super-block without its scale. */
    static int blockBytes(QuantFormat format) {
        return runsOffset(format) + RUNS * format.quantBytes();
    }

    @Override
    public int blockBytes() {
        return blockBytes(format);
    }

    /** Where the super-block of a group starts, with its sub-scales, in {@link #memory}. */
    long blockOffset(int group, int block) {
        return quantsOffset(group) + (long) block * blockBytes();
    }

    /** Where the sub-minima start, from the super-block's start. */
    int subMinsOffset() {
        return subBytes(format);
    }

    /** Where the codes start, from the super-block's start. */
    int runsOffset() {
        return runsOffset(format);
    }

    /** The sub-scale of sub-block {@code sub} of a super-block. */
    int subScale(int row, int block, int sub) {
        return memory.get(JAVA_BYTE, sub(row, block, sub));
    }

    /** The sub-minimum, 0 in a family without. */
    int subMin(int row, int block, int sub) {
        return format.hasMin() ? memory.get(JAVA_BYTE, sub(row, block, sub) + subMinsOffset()) & 0xFF : 0;
    }

    private long sub(int row, int block, int sub) {
        return blockOffset(row / GROUP_ROWS, block) + sub * (long) GROUP_ROWS + row % GROUP_ROWS;
    }

    @Override
    public int quant(int row, int column) {
        int inBlock = column % 256;
        long at =
                blockOffset(row / GROUP_ROWS, column / 256) + runsOffset() + inBlock / 32 * (long) format.quantBytes();
        return format.quant(memory, at, row % GROUP_ROWS, inBlock % 32);
    }
}

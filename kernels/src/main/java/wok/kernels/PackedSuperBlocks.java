package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Quantised weights in super-blocks of 256 columns with integer sub-scales, and perhaps sub-minima, per 16 or 32
 * columns: the shapes of ggml's K-quants. The weight's value is
 * {@code (scale * subScale) * quant - (minScale * subMin)}, rounded after each operation.
 *
 * <p>Layout: {@code [group][super-block]}, and a super-block of 16 rows is
 * <pre>
 * f32 scale[16 rows]                            64 bytes
 * f32 minScale[16 rows]                         64 bytes, only with minima
 * i8  subScale[256 / subColumns][16 rows]
 * u8  subMin[256 / subColumns][16 rows]         only with minima
 * quants of eight runs of 32 columns, each as in {@link PackedBlocks}
 * </pre>
 *
 * @param format bits, sub-blocks, offset, minima
 * @param activationForm {@link ActivationForm#Q8_BLOCK256} or {@link ActivationForm#F32}
 */
record PackedSuperBlocks(MemorySegment memory, int rows, int columns, QuantFormat format, ActivationForm activationForm)
        implements PackedMatrix {
    static final int BLOCK_COLUMNS = 256;
    private static final int LANES_BYTES = 64;

    static PackedSuperBlocks of(
            PackingMemory memory, int rows, int columns, QuantFormat format, ActivationForm activationForm) {
        long blocks = PackedBlocks.paddedRows(rows) / GROUP_ROWS * (columns / BLOCK_COLUMNS);
        return new PackedSuperBlocks(
                memory.allocate(blocks * blockBytes(format)), rows, columns, format, activationForm);
    }

    private static int subBytes(QuantFormat format) {
        return BLOCK_COLUMNS / format.subColumns() * GROUP_ROWS;
    }

    private static int quantsOffset(QuantFormat format) {
        return (LANES_BYTES + subBytes(format)) * (format.hasMin() ? 2 : 1);
    }

    private static int blockBytes(QuantFormat format) {
        return quantsOffset(format) + 8 * PackedBlocks.quantBytes(format.bits());
    }

    @Override
    public String family() {
        return "Q" + format.bits() + "x" + BLOCK_COLUMNS / format.subColumns() + (format.hasMin() ? "+min" : "");
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    int blocks() {
        return columns / BLOCK_COLUMNS;
    }

    int blockBytes() {
        return blockBytes(format);
    }

    /** Where the super-block of a group starts. */
    long blockOffset(int group, int block) {
        return ((long) group * blocks() + block) * blockBytes();
    }

    /** Where the minima's scales start, from the super-block's start. */
    int minScalesOffset() {
        return LANES_BYTES;
    }

    /** Where the sub-scales start, from the super-block's start. */
    int subScalesOffset() {
        return format.hasMin() ? 2 * LANES_BYTES : LANES_BYTES;
    }

    /** Where the sub-minima start, from the super-block's start. */
    int subMinsOffset() {
        return subScalesOffset() + subBytes(format);
    }

    /** Where the quants start, from the super-block's start. */
    int quantsOffset() {
        return quantsOffset(format);
    }

    float scale(int row, int block) {
        return memory.get(JAVA_FLOAT, blockOffset(row / GROUP_ROWS, block) + 4L * (row % GROUP_ROWS));
    }

    /** The scale of the sub-minima, +0 in a family without. */
    float minScale(int row, int block) {
        return format.hasMin()
                ? memory.get(
                        JAVA_FLOAT, blockOffset(row / GROUP_ROWS, block) + minScalesOffset() + 4L * (row % GROUP_ROWS))
                : 0;
    }

    /** The sub-scale of sub-block {@code sub} of a super-block. */
    int subScale(int row, int block, int sub) {
        return memory.get(JAVA_BYTE, sub(row, block, sub) + subScalesOffset());
    }

    /** The sub-minimum, 0 in a family without. */
    int subMin(int row, int block, int sub) {
        return format.hasMin() ? memory.get(JAVA_BYTE, sub(row, block, sub) + subMinsOffset()) & 0xFF : 0;
    }

    private long sub(int row, int block, int sub) {
        return blockOffset(row / GROUP_ROWS, block) + sub * (long) GROUP_ROWS + row % GROUP_ROWS;
    }

    /** The signed quant of (row, column). */
    int quant(int row, int column) {
        int inBlock = column % BLOCK_COLUMNS;
        long quants = blockOffset(row / GROUP_ROWS, column / BLOCK_COLUMNS)
                + quantsOffset()
                + inBlock / 32 * (long) PackedBlocks.quantBytes(format.bits());
        return PackedBlocks.readQuant(memory, quants, row % GROUP_ROWS, inBlock % 32, format.bits()) - format.offset();
    }
}

package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Quantised weights in blocks of 32 columns with one scale, and perhaps one minimum: families Q8 and Q4.
 * The weight's value is {@code scale * quant - min}, rounded after each operation.
 *
 * <p>Layout: {@code [group][block]}, and a block of 16 rows is
 * <pre>
 * byte 0     f32 scale[16 rows]
 * byte 64    f32 min[16 rows]                      only with minima
 * quants     u8 [8][16 rows][4 columns]            8 bits: quant + offset, 512 bytes
 *            u8 [4][16 rows][4 columns]            4 bits: columns 0-15 in the low halves, 16-31 in the high, 256 bytes
 * </pre>
 * so that 64 bytes hold 16 lanes of four neighbouring columns.
 *
 * @param bits 8 or 4
 * @param offset what was added to make quants unsigned
 * @param activationForm {@link ActivationForm#Q8_BLOCK32} or {@link ActivationForm#F32}
 */
record PackedBlocks(
        MemorySegment memory,
        int rows,
        int columns,
        int bits,
        int offset,
        boolean hasMin,
        ActivationForm activationForm)
        implements PackedMatrix {
    static final int BLOCK_COLUMNS = 32;
    private static final int LANES_BYTES = 64;
    /** What a lane of a vector is: four columns of one row, the first in the lowest byte. */
    static final ValueLayout.OfInt FOUR_COLUMNS = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    static PackedBlocks of(
            PackingMemory memory, int rows, int columns, QuantFormat format, ActivationForm activationForm) {
        int blockBytes = blockBytes(format.bits(), format.hasMin());
        long bytes = paddedRows(rows) / GROUP_ROWS * (columns / BLOCK_COLUMNS) * blockBytes;
        return new PackedBlocks(
                memory.allocate(bytes), rows, columns, format.bits(), format.offset(), format.hasMin(), activationForm);
    }

    static long paddedRows(int rows) {
        return ((long) rows + GROUP_ROWS - 1) / GROUP_ROWS * GROUP_ROWS;
    }

    private static int blockBytes(int bits, boolean hasMin) {
        return (hasMin ? 2 : 1) * LANES_BYTES + quantBytes(bits);
    }

    /** Bytes of the quants of 32 columns and 16 rows. */
    static int quantBytes(int bits) {
        return BLOCK_COLUMNS * GROUP_ROWS * bits / 8;
    }

    @Override
    public String family() {
        return "Q" + bits + (hasMin ? "+min" : "");
    }

    @Override
    public long bytes() {
        return memory.byteSize();
    }

    int blocks() {
        return columns / BLOCK_COLUMNS;
    }

    int blockBytes() {
        return blockBytes(bits, hasMin);
    }

    /** Where the block of a group starts. */
    long blockOffset(int group, int block) {
        return ((long) group * blocks() + block) * blockBytes();
    }

    /** Where a block's quants start, from the block's start. */
    int quantsOffset() {
        return hasMin ? 2 * LANES_BYTES : LANES_BYTES;
    }

    float scale(int row, int block) {
        return memory.get(JAVA_FLOAT, blockOffset(row / GROUP_ROWS, block) + 4L * (row % GROUP_ROWS));
    }

    /** The block's minimum, +0 in a family without. */
    float min(int row, int block) {
        return hasMin
                ? memory.get(JAVA_FLOAT, blockOffset(row / GROUP_ROWS, block) + LANES_BYTES + 4L * (row % GROUP_ROWS))
                : 0;
    }

    /** The signed quant of (row, column). */
    int quant(int row, int column) {
        long quants = blockOffset(row / GROUP_ROWS, column / BLOCK_COLUMNS) + quantsOffset();
        return readQuant(memory, quants, row % GROUP_ROWS, column % BLOCK_COLUMNS, bits) - offset;
    }

    /** The unsigned quant of a lane and a column among the 32 whose panel starts at {@code quants}. */
    static int readQuant(MemorySegment memory, long quants, int lane, int column, int bits) {
        int packedColumn = bits == 8 ? column : column % 16;
        int packed =
                memory.get(JAVA_BYTE, quants + packedColumn / 4 * (long) LANES_BYTES + lane * 4L + packedColumn % 4)
                        & 0xFF;
        return bits == 8 ? packed : column < 16 ? packed & 0xF : packed >>> 4;
    }
}

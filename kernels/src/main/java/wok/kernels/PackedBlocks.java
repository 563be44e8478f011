package wok.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Quantised weights in blocks of 32 columns with one scale, and perhaps one minimum. The weight's value is
 * {@code scale * quant - min}, rounded after each operation. Sections as {@link PackedQuants} says; a block of quants is
 * one run of codes as {@link QuantFormat} says, 256 to 512 bytes.
 *
 * @param activationForm {@link ActivationForm#Q8_BLOCK32} or {@link ActivationForm#F32}
 */
record PackedBlocks(MemorySegment memory, int rows, int columns, QuantFormat format, ActivationForm activationForm)
        implements PackedQuants {

    static PackedBlocks of(
            PackingMemory memory, int rows, int columns, QuantFormat format, ActivationForm activationForm) {
        long bytes = PackedQuants.bytes(
                format, PackedMatrix.groups(rows), columns / format.blockColumns(), format.quantBytes());
        return new PackedBlocks(memory.allocate(bytes), rows, columns, format, activationForm);
    }

    @Override
    public int blockBytes() {
        return format.quantBytes();
    }

    @Override
    public int quant(int row, int column) {
        long at = quantsOffset(row / GROUP_ROWS) + column / 32 * (long) blockBytes();
        return format.quant(memory, at, row % GROUP_ROWS, column % 32);
    }
}

package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import wok.tensor.DType;

/**
 * Quantised weights, and where their parts lie.
 *
 * <p>Layout: {@code [group]}, and a group of 16 output rows is sections, each padded with zeros to 64 bytes:
 * <pre>
 * scales   f16 or f32 [blocks][16 rows]
 * minima   f16 [blocks][16 rows]              only with minima
 * quants   [blocks] of {@link #blockBytes}    as {@link PackedBlocks} or {@link PackedSuperBlocks} say
 * </pre>
 * Scales apart from quants keep every quant on a whole cache line, and are read by their own, slower stream.
 */
sealed interface PackedQuants extends PackedMatrix permits PackedBlocks, PackedSuperBlocks {
    /** All groups, in native byte order, from a multiple of 64 on. */
    MemorySegment memory();

    QuantFormat format();

    /** Bytes of one block within the section of quants. */
    int blockBytes();

    /** The signed quant of (row, column). */
    int quant(int row, int column);

    @Override
    default String family() {
        return format().family();
    }

    @Override
    default long bytes() {
        return memory().byteSize();
    }

    /** Blocks of {@link QuantFormat#blockColumns} columns. */
    default int blocks() {
        return columns() / format().blockColumns();
    }

    /** From one group to the next. */
    default long groupBytes() {
        return quantsOffset(format(), blocks()) + (long) blocks() * blockBytes();
    }

    /** The machine address of a group's scales. */
    default long scalesAt(int group) {
        return memory().address() + groupOffset(group);
    }

    /** The machine address of a group's minima, of its quants in a family without. */
    default long minsAt(int group) {
        return memory().address() + minsOffset(group);
    }

    /** The machine address of a group's quants; those of super-blocks start with sub-scales. */
    default long quantsAt(int group) {
        return memory().address() + quantsOffset(group);
    }

    /** Where a group, and its scales, start in {@link #memory}. */
    default long groupOffset(int group) {
        return group * groupBytes();
    }

    /** Where a group's minima start in {@link #memory}. */
    default long minsOffset(int group) {
        return groupOffset(group) + scalesBytes(format(), blocks());
    }

    /** Where a group's quants start in {@link #memory}. */
    default long quantsOffset(int group) {
        return groupOffset(group) + quantsOffset(format(), blocks());
    }

    private static long quantsOffset(QuantFormat format, int blocks) {
        return (format.hasMin() ? 2 : 1) * scalesBytes(format, blocks);
    }

    /** Bytes of a section of scales. */
    private static long scalesBytes(QuantFormat format, int blocks) {
        long bytes = (long) blocks * GROUP_ROWS * format.scaleBytes();
        return (bytes + FloatRows.ALIGNMENT - 1) / FloatRows.ALIGNMENT * FloatRows.ALIGNMENT;
    }

    /** Bytes of a matrix of {@code groups} groups of {@code blocks} blocks. */
    static long bytes(QuantFormat format, int groups, int blocks, int blockBytes) {
        return groups * (quantsOffset(format, blocks) + (long) blocks * blockBytes);
    }

    default float scale(int row, int block) {
        return scaleAt(groupOffset(row / GROUP_ROWS), row % GROUP_ROWS, block);
    }

    /** The block's minimum, or the scale of a super-block's minima; +0 in a family without. */
    default float min(int row, int block) {
        return format().hasMin() ? scaleAt(minsOffset(row / GROUP_ROWS), row % GROUP_ROWS, block) : 0;
    }

    private float scaleAt(long section, int lane, int block) {
        long at = section + ((long) block * GROUP_ROWS + lane) * format().scaleBytes();
        return format().scaleType() == DType.F16
                ? Float.float16ToFloat(memory().get(JAVA_SHORT, at))
                : memory().get(JAVA_FLOAT, at);
    }
}

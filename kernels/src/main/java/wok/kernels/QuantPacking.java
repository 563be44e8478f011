package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * Packs some groups of a quantised matrix. Up to {@value #CHUNK_COLUMNS} columns of 16 rows are copied into an array,
 * interleaved there, and copied out: loops over arrays are quick long before C2 has compiled accesses to a segment, and
 * a model is packed in the first second of a process.
 *
 * <p>One task of one thread.
 */
final class QuantPacking {
    /** Columns at once: 16 rows of them and their packed form stay in the second-level cache. */
    private static final int CHUNK_COLUMNS = 2048;

    private static final int GROUP = PackedMatrix.GROUP_ROWS;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor weight;
    private final PackedQuants packed;
    private final DType type;
    private final int chunkBlocks;
    private final int rowBytes;
    private final byte[] file;
    private final byte[] quants;
    private final short[] scales;
    private final short[] mins;
    private final float[] floatScales;

    private QuantPacking(Tensor weight, PackedQuants packed) {
        this.weight = weight;
        this.packed = packed;
        type = weight.dtype();
        chunkBlocks = Math.min(packed.blocks(), CHUNK_COLUMNS / type.blockElements());
        rowBytes = chunkBlocks * type.blockBytes();
        file = new byte[GROUP * rowBytes];
        quants = new byte[chunkBlocks * packed.blockBytes()];
        scales = new short[chunkBlocks * GROUP];
        mins = new short[chunkBlocks * GROUP];
        floatScales = new float[chunkBlocks * GROUP];
    }

    /** Groups {@code from} to {@code to - 1}. */
    static void run(Tensor weight, PackedQuants packed, int from, int to) {
        QuantPacking packing = new QuantPacking(weight, packed);
        GroupRows rows = new GroupRows(weight, from, to);
        for (int group = from; group < to; group++) {
            if (rows(packed, group) < GROUP) {
                packing = new QuantPacking(weight, packed); // its zeros are the padding
            }
            MemorySegment weights = rows.group(group);
            for (int block = 0; block < packed.blocks(); block += packing.chunkBlocks) {
                packing.chunk(weights, group, block, Math.min(packing.chunkBlocks, packed.blocks() - block));
            }
        }
    }

    /** Output rows of a group without padding. */
    private static int rows(PackedQuants packed, int group) {
        return Math.min(GROUP, packed.rows() - group * GROUP);
    }

    private void chunk(MemorySegment weights, int group, int block, int count) {
        int rows = rows(packed, group);
        for (int lane = 0; lane < rows; lane++) {
            long at = lane * weight.rowBytes() + (long) block * type.blockBytes();
            MemorySegment.copy(weights, JAVA_BYTE, at, file, lane * rowBytes, count * type.blockBytes());
        }
        interleave(rows, count);
        long to = packed.quantsOffset(group) + (long) block * packed.blockBytes();
        MemorySegment.copy(quants, 0, packed.memory(), JAVA_BYTE, to, count * packed.blockBytes());
        scales(group, block, rows, count);
    }

    private void interleave(int rows, int count) {
        int blockBytes = packed.blockBytes();
        int fileBytes = type.blockBytes();
        for (int i = 0; i < count; i++) {
            for (int lane = 0; lane < rows; lane++) {
                BlockPlanes.pack(type, file, lane * rowBytes + i * fileBytes, quants, i * blockBytes, lane);
            }
        }
    }

    private void scales(int group, int block, int rows, int count) {
        long first = (long) block * GROUP * packed.format().scaleBytes();
        if (packed.format().scaleType() == DType.F32) {
            singles(rows, count);
            copy(floatScales, packed.groupOffset(group) + first, count);
            return;
        }
        halves(BlockPlanes.scaleAt(type), 0, scales, rows, count);
        copy(scales, packed.groupOffset(group) + first, count);
        if (packed.format().hasMin()) {
            halves(BlockPlanes.minAt(type), BlockPlanes.minSign(type), mins, rows, count);
            copy(mins, packed.minsOffset(group) + first, count);
        }
    }

    private void copy(short[] from, long to, int count) {
        MemorySegment.copy(from, 0, packed.memory(), SHORT, to, count * GROUP);
    }

    private void copy(float[] from, long to, int count) {
        MemorySegment.copy(from, 0, packed.memory(), FLOAT, to, count * GROUP);
    }

    private void halves(int at, int sign, short[] out, int rows, int count) {
        for (int i = 0; i < count; i++) {
            for (int lane = 0; lane < rows; lane++) {
                int from = lane * rowBytes + i * type.blockBytes() + at;
                out[i * GROUP + lane] = (short) (((file[from] & 0xFF) | file[from + 1] << 8) ^ sign);
            }
        }
    }

    private void singles(int rows, int count) {
        for (int i = 0; i < count; i++) {
            for (int lane = 0; lane < rows; lane++) {
                floatScales[i * GROUP + lane] = BlockPlanes.scale(type, file, lane * rowBytes + i * type.blockBytes());
            }
        }
    }
}

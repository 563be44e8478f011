package wok.formats;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import wok.tensor.DType;
import wok.tensor.RowConversion;
import wok.tensor.Shape;
import wok.tensor.Tensor;

/**
 * gpt-oss's experts: codes and scales of MXFP4 in tensors of their own, which become one tensor of {@link DType#MXFP4}
 * blocks without a bit of arithmetic.
 *
 * <pre>
 * X_blocks  U8 [expert, row, block, 16]     byte j: element 2 j in the low half, 2 j + 1 in the high
 * X_scales  U8 [expert, row, block]         exponent + 127
 * X         MXFP4 [expert, row, 32 blocks]  scale, then byte j: element j in the low half, j + 16 in the high
 * </pre>
 *
 * An output of the layer is a row, in contrast to unquantised gpt-oss folders, whose X is [expert, column, row].
 */
final class Mxfp4Weights implements RowConversion {
    private static final String BLOCKS = "_blocks";
    private static final String SCALES = "_scales";
    private static final int CODE_BYTES = 16;

    /** Sixteen rows of such blocks fit an array. */
    private static final int ROW_BLOCKS_MAX = 1 << 22;

    private final MemorySegment blocks;
    private final MemorySegment scales;
    private final int rowBlocks;

    private Mxfp4Weights(Tensor blocks, Tensor scales) {
        this.blocks = blocks.data();
        this.scales = scales.data();
        rowBlocks = Math.toIntExact(scales.shape().columns());
    }

    static void make(StoredTensors tensors) {
        for (Tensor blocks : tensors.all()) {
            if (blocks.name().endsWith(BLOCKS)) {
                String name = blocks.name().substring(0, blocks.name().length() - BLOCKS.length());
                Tensor scales = tensors.part(name, name + SCALES);
                tensors.take(scales.name());
                tensors.replace(blocks.name(), joined(tensors, name, blocks, scales));
            } else if (blocks.name().endsWith(SCALES)) {
                String name = blocks.name().substring(0, blocks.name().length() - SCALES.length());
                tensors.part(name, name + BLOCKS);
            }
        }
    }

    private static Tensor joined(StoredTensors tensors, String name, Tensor blocks, Tensor scales) {
        if (blocks.dtype() != DType.U8
                || blocks.shape().rank() < 3
                || blocks.shape().columns() != CODE_BYTES) {
            throw tensors.failure(blocks, blocks.dtype() + " " + blocks.shape(), "U8 [expert, row, block, 16]");
        }
        List<Long> each = new ArrayList<>(blocks.shape().dimensions());
        each.removeLast();
        if (scales.dtype() != DType.U8 || !scales.shape().equals(new Shape(each))) {
            throw tensors.failure(scales, scales.dtype() + " " + scales.shape(), "U8 " + each);
        }
        if (blocks.bytes() == 0 || each.getLast() > ROW_BLOCKS_MAX) {
            throw tensors.failure(blocks, "shape " + blocks.shape(), "rows of 1 to " + ROW_BLOCKS_MAX + " blocks");
        }
        each.add(each.removeLast() * DType.MXFP4.blockElements());
        return Tensor.converted(
                name,
                DType.MXFP4,
                new Shape(each),
                new Mxfp4Weights(blocks, scales),
                List.of(blocks.data(), scales.data()));
    }

    @Override
    public void convert(long first, int count, byte[] to) {
        byte[] codes = new byte[CODE_BYTES * rowBlocks];
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(blocks, JAVA_BYTE, (first + i) * codes.length, codes, 0, codes.length);
            for (int block = 0; block < rowBlocks; block++) {
                int at = (i * rowBlocks + block) * DType.MXFP4.blockBytes();
                to[at] = scales.get(JAVA_BYTE, (first + i) * rowBlocks + block);
                reorder(codes, block * CODE_BYTES, to, at + 1);
            }
        }
    }

    /** Neighbours in a byte become halves of a block. */
    private static void reorder(byte[] codes, int from, byte[] to, int at) {
        for (int j = 0; j < 8; j++) {
            int low = codes[from + j] & 0xFF;
            int high = codes[from + 8 + j] & 0xFF;
            to[at + 2 * j] = (byte) ((low & 0xF) | (high & 0xF) << 4);
            to[at + 2 * j + 1] = (byte) (low >>> 4 | (high & 0xF0));
        }
    }
}

package wok.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Objects;

/**
 * Keys and values of one layer, in blocks of 16 positions that sequences own. Off heap, owned by an arena.
 *
 * <p>Layout: {@code [block][head]}, and of a block and head
 * <pre>
 * keys     [headDim][16 positions]      lanes are positions
 *          f32 scale[(headDim + 31) / 32][16 positions]     Q8 only
 * values   [16 positions][headDim]      lanes are dimensions
 *          f32 scale[16 positions][(headDim + 31) / 32]     Q8 only
 * </pre>
 * keys and values each padded to a multiple of 64 bytes. A Q8 element is {@code scale * quant}, rounded to f32, quantised
 * by the rule of {@link QuantisedRows} over 32 dimensions.
 *
 * <p>A joined layer has no keys of its own: what a position's values are, its key is too (latent attention). It costs
 * half the memory, and whoever wants keys with lanes of positions turns them itself.
 *
 * <p>Rows that are written belong to one owner thread's batch; a team's workers write different rows and read any.
 */
public final class KvLayer {
    /** Positions of one block. */
    public static final int BLOCK_POSITIONS = 16;

    /** Dimensions that share a scale, Q8 only. */
    static final int SCALE_DIMS = 32;

    /** Allocated behind the last block: machine code may load sixteen numbers where fewer are left, and ignore them. */
    private static final int LOADABLE_BYTES = 64;

    private final MemorySegment memory;
    private final int blocks;
    private final int kvHeads;
    private final int headDim;
    private final KvType type;
    private final boolean joined;

    private KvLayer(MemorySegment memory, int blocks, int kvHeads, int headDim, KvType type, boolean joined) {
        this.memory = memory;
        this.blocks = blocks;
        this.kvHeads = kvHeads;
        this.headDim = headDim;
        this.type = type;
        this.joined = joined;
    }

    /**
     * New blocks.
     *
     * @param allocator of zeros: an arena, or a {@link WeightMemory} for large pages
     */
    public static KvLayer allocate(SegmentAllocator allocator, int blocks, int kvHeads, int headDim, KvType type) {
        return allocate(allocator, blocks, kvHeads, headDim, type, false);
    }

    /**
     * New blocks of one head whose values are its keys.
     *
     * @param allocator of zeros, as for {@link #allocate}
     */
    public static KvLayer allocateJoined(SegmentAllocator allocator, int blocks, int headDim, KvType type) {
        return allocate(allocator, blocks, 1, headDim, type, true);
    }

    private static KvLayer allocate(
            SegmentAllocator allocator, int blocks, int kvHeads, int headDim, KvType type, boolean joined) {
        if (blocks < 1 || kvHeads < 1 || headDim < 1) {
            throw new IllegalArgumentException("blocks, kvHeads, headDim: " + blocks + ", " + kvHeads + ", " + headDim
                    + " (expected: 1 or more of each)");
        }
        long block = joined ? joinedBlockBytes(headDim, type) : blockBytes(kvHeads, headDim, type);
        long bytes = Math.multiplyExact(block, (long) blocks);
        MemorySegment memory = allocator.allocate(Math.addExact(bytes, LOADABLE_BYTES), FloatRows.ALIGNMENT);
        return new KvLayer(memory.asSlice(0, bytes, FloatRows.ALIGNMENT), blocks, kvHeads, headDim, type, joined);
    }

    /** Bytes of one block of one layer: keys and values of 16 positions. */
    public static long blockBytes(int kvHeads, int headDim, KvType type) {
        return Math.multiplyExact(2L * kvHeads, halfBytes(headDim, type));
    }

    /** Bytes of one block of a joined layer: 16 positions. */
    public static long joinedBlockBytes(int headDim, KvType type) {
        return halfBytes(headDim, type);
    }

    /** Bytes of the keys, or of the values, of one block and head. */
    static long halfBytes(int headDim, KvType type) {
        long scales = type == KvType.Q8 ? 4L * BLOCK_POSITIONS * scaleBlocks(headDim) : 0;
        long bytes = (long) BLOCK_POSITIONS * headDim * type.elementBytes() + scales;
        return (bytes + 63) / 64 * 64;
    }

    static int scaleBlocks(int headDim) {
        return (headDim + SCALE_DIMS - 1) / SCALE_DIMS;
    }

    public int blocks() {
        return blocks;
    }

    public int kvHeads() {
        return kvHeads;
    }

    public int headDim() {
        return headDim;
    }

    public KvType type() {
        return type;
    }

    /** Whether values are keys too. */
    public boolean joined() {
        return joined;
    }

    public long bytes() {
        return memory.byteSize();
    }

    /** Copies a block's keys and values, for a sequence that goes its own way after a shared prefix. */
    public void copyBlock(int from, int to) {
        Objects.checkIndex(from, blocks);
        Objects.checkIndex(to, blocks);
        long size = memory.byteSize() / blocks;
        MemorySegment.copy(memory, from * size, memory, to * size, size);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where the keys of a block and head start. */
    long keys(int block, int head) {
        Objects.checkIndex(block, blocks);
        return ((long) block * kvHeads + head) * (joined ? 1 : 2) * halfBytes(headDim, type);
    }

    /** Where the values of a block and head start. */
    long values(int block, int head) {
        return keys(block, head) + (joined ? 0 : halfBytes(headDim, type));
    }

    /** From the start of keys or values to their Q8 scales. */
    long scalesOffset() {
        return (long) BLOCK_POSITIONS * headDim;
    }

    int scaleBlocks() {
        return scaleBlocks(headDim);
    }

    float key(int block, int head, int place, int dim) {
        if (joined) {
            return value(block, head, place, dim);
        }
        long scale = scalesOffset() + 4L * (dim / SCALE_DIMS * (long) BLOCK_POSITIONS + place);
        return element(keys(block, head), (long) dim * BLOCK_POSITIONS + place, scale);
    }

    float value(int block, int head, int place, int dim) {
        long scale = scalesOffset() + 4L * ((long) place * scaleBlocks() + dim / SCALE_DIMS);
        return element(values(block, head), (long) place * headDim + dim, scale);
    }

    private float element(long at, long index, long scale) {
        return switch (type) {
            case F16 -> Float.float16ToFloat(memory.get(JAVA_SHORT, at + 2 * index));
            case F32 -> memory.get(JAVA_FLOAT, at + 4 * index);
            case Q8 -> memory.get(JAVA_FLOAT, at + scale) * memory.get(JAVA_BYTE, at + index);
        };
    }

    /** Copies one position of another layer of the same shape and type, both joined. */
    void copyPosition(KvLayer from, int fromBlock, int fromPlace, int block, int place) {
        copy(from, from.values(fromBlock, 0), fromPlace, values(block, 0), place, headDim * type.elementBytes(), 0);
        if (type == KvType.Q8) {
            copy(
                    from,
                    from.values(fromBlock, 0),
                    fromPlace,
                    values(block, 0),
                    place,
                    4 * scaleBlocks(),
                    scalesOffset());
        }
    }

    private void copy(KvLayer from, long fromAt, int fromPlace, long at, int place, int bytes, long offset) {
        MemorySegment.copy(
                from.memory,
                fromAt + offset + (long) fromPlace * bytes,
                memory,
                at + offset + (long) place * bytes,
                bytes);
    }

    /** Stores one row's keys and values [kvHeads * headDim] at a place of a block; a joined layer takes the values. */
    void append(FloatRows k, FloatRows v, int row, int block, int place) {
        for (int head = 0; head < kvHeads; head++) {
            for (int from = 0; from < headDim; from += SCALE_DIMS) {
                int dims = Math.min(SCALE_DIMS, headDim - from);
                int column = head * headDim + from;
                int scaleBlock = from / SCALE_DIMS;
                if (!joined) {
                    long keyAt = keys(block, head);
                    long keyScale = keyAt + scalesOffset() + 4L * ((long) scaleBlock * BLOCK_POSITIONS + place);
                    long first = (long) from * BLOCK_POSITIONS + place;
                    appendDims(k, k.offset(row, column), dims, keyAt, first, BLOCK_POSITIONS, keyScale);
                }
                long valueAt = values(block, head);
                long valueScale = valueAt + scalesOffset() + 4L * ((long) place * scaleBlocks() + scaleBlock);
                appendDims(v, v.offset(row, column), dims, valueAt, (long) place * headDim + from, 1, valueScale);
            }
        }
    }

    /** Up to 32 dimensions: element i of the source goes to element {@code first + i * step} behind byte {@code at}. */
    private void appendDims(FloatRows source, long from, int dims, long at, long first, int step, long scaleAt) {
        float inverse = type == KvType.Q8 ? writeScale(source.memory(), from, dims, scaleAt) : 0;
        for (int i = 0; i < dims; i++) {
            float x = source.memory().get(JAVA_FLOAT, from + 4L * i);
            long index = first + (long) i * step;
            switch (type) {
                case F16 -> memory.set(JAVA_SHORT, at + 2 * index, Float.floatToFloat16(x));
                case F32 -> memory.set(JAVA_FLOAT, at + 4 * index, x);
                case Q8 -> memory.set(JAVA_BYTE, at + index, (byte) Math.rint(x * inverse));
            }
        }
    }

    /** Writes the scale of up to 32 dimensions and returns what they are multiplied with. */
    private float writeScale(MemorySegment source, long from, int dims, long scaleAt) {
        float greatest = 0;
        for (int i = 0; i < dims; i++) {
            greatest = Math.max(greatest, Math.abs(source.get(JAVA_FLOAT, from + 4L * i)));
        }
        float scale = QuantisedRows.scaleFor(greatest);
        memory.set(JAVA_FLOAT, scaleAt, scale);
        return QuantisedRows.inverse(scale);
    }
}

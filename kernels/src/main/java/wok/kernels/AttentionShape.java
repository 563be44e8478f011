package wok.kernels;

import wok.assembler.RegisterFile;
import wok.assembler.Width;

/**
 * What attention code is assembled for, and where its numbers are in memory. All distances in bytes. Immutable.
 *
 * <pre>
 * scores    [queries][512 positions of a split], rows 2112 bytes apart (33 cache lines: rows do not share cache sets)
 * panel     keys: [dims][64 positions];  values: [64 positions][dims, padded to 16]           f32
 * records   [queries]: what a query knows of a split
 *           f32 greatest score, f32 sum of exponentials, 56 bytes unused, f32 values[dims, padded to 16]
 * </pre>
 *
 * @param grouped query heads that share a key/value head
 * @param scale multiplies each score
 * @param softcap 0 for none
 * @param joined whether values are keys too; then scores are computed with positions for queries and queries for
 *     positions, see {@link AttentionWorker}
 */
record AttentionShape(
        MachineTier tier, KvType type, int dims, int grouped, float scale, float softcap, boolean joined) {
    /** Positions of one block of keys and values. */
    static final int BLOCK = KvLayer.BLOCK_POSITIONS;
    /** Blocks that are unpacked at once. */
    static final int PANEL_BLOCKS = 4;

    static final int PANEL_POSITIONS = PANEL_BLOCKS * BLOCK;
    static final int PANEL_ROW_BYTES = 4 * PANEL_POSITIONS;
    /** Blocks of one split. */
    static final int SPLIT_BLOCKS = AttentionTask.SPLIT_POSITIONS / BLOCK;

    static final int SCORE_ROW_BYTES = 4 * AttentionTask.SPLIT_POSITIONS + 64;

    /** From the start of a record to the sum of exponentials. */
    static final int RECORD_TOTAL = 4;
    /** From the start of a record to its values. */
    static final int RECORD_VALUES = 64;

    static AttentionShape of(MachineTier tier, KvLayer kv, AttentionSpec spec) {
        return new AttentionShape(
                tier, kv.type(), spec.headDim(), spec.groupedHeads(), spec.scale(), spec.softcap(), kv.joined());
    }

    boolean serves(KvLayer kv, AttentionSpec spec) {
        return type == kv.type()
                && dims == spec.headDim()
                && grouped == spec.groupedHeads()
                && scale == spec.scale()
                && softcap == spec.softcap()
                && joined == kv.joined();
    }

    /** Dimensions of one head with those that fill the last sixteen; what stands there is never looked at. */
    int paddedDims() {
        return padded(dims);
    }

    private static int padded(int dims) {
        return (dims + 15) / 16 * 16;
    }

    int recordBytes() {
        return recordBytes(dims);
    }

    static int recordBytes(int dims) {
        return RECORD_VALUES + 4 * padded(dims);
    }

    /** One query's row of one head. */
    int queryBytes() {
        return 4 * dims;
    }

    /** Keys of one dimension: 16 positions. */
    int keyRowBytes() {
        return BLOCK * type.elementBytes();
    }

    /** Values of one position. */
    int valueRowBytes() {
        return dims * type.elementBytes();
    }

    /** From a block's keys to its values. */
    int valuesOffset() {
        return joined ? 0 : Math.toIntExact(KvLayer.halfBytes(dims, type));
    }

    /** From the start of keys or values to their scales, Q8 only. */
    int scalesOffset() {
        return BLOCK * dims;
    }

    /** One row of a panel of values. */
    int valuePanelRowBytes() {
        return 4 * paddedDims();
    }

    /** From one of the rows that meet a panel in scores to the next: queries, or positions where the panel is of queries. */
    int scoredRowBytes() {
        return joined ? valuePanelRowBytes() : queryBytes();
    }

    /** Of a panel of either. */
    int panelBytes() {
        return PANEL_POSITIONS * 4 * paddedDims();
    }

    Width width() {
        return tier.width();
    }

    int lanes() {
        return tier.width().lanes();
    }

    RegisterFile registers() {
        return tier.registers();
    }

    /** Registers for sums in a tile of products: the rest holds what is multiplied. */
    int sumsMax() {
        return switch (tier) {
            case AVX512 -> 24;
            case AVX2 -> 12;
        };
    }

    /**
     * Queries that read blocks together when one row is decoded: all heads of the group if their sums have room, else
     * in as few passes as there must be.
     */
    int streamedQueries() {
        int most = switch (tier) {
            case AVX512 -> 8;
            case AVX2 -> 6;
        };
        int passes = (grouped + most - 1) / most;
        return (grouped + passes - 1) / passes;
    }
}

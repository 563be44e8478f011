package wok.kernels;

/**
 * The operands of one attention: queries and outputs [rows][heads * headDim].
 */
record AttentionTask(FloatRows q, KvLayer kv, RowMap map, AttentionSpec spec, FloatRows out) {
    /** Positions of one split of a long context: softmax is taken per split, and splits combine in order. */
    static final int SPLIT_POSITIONS = 512;
}

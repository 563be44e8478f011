package wok.model;

/**
 * Grouped-query softmax attention of one layer.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headDim numbers in a head
 * @param scale what scores are multiplied by before the softmax
 * @param window how many positions a position sees, itself included; 0 = all before it
 * @param softcap scores become {@code softcap * tanh(score / softcap)}; 0 = they don't
 * @param inputBias whether queries, keys and values have biases
 * @param outputBias whether the output projection has a bias
 * @param headNorms whether every query and key head has an RMSNorm before it turns
 */
public record AttentionConfig(
        int heads,
        int kvHeads,
        int headDim,
        double scale,
        int window,
        double softcap,
        RopeConfig rope,
        boolean inputBias,
        boolean outputBias,
        boolean headNorms) {
    static final int HEADS_MAX = 1 << 12;
    static final int HEAD_DIM_MAX = 1 << 12;

    public AttentionConfig {
        String kvHeadsName = "kvHeads (num_key_value_heads, attention.head_count_kv)";
        ConfigRule.positive("heads (num_attention_heads, attention.head_count)", heads, HEADS_MAX);
        ConfigRule.positive(kvHeadsName, kvHeads, HEADS_MAX);
        ConfigRule.require(heads % kvHeads == 0, kvHeadsName, kvHeads, "a divisor of the heads, " + heads);
        requireHeadDim(headDim);
        ConfigRule.require(
                rope.dimensions() <= headDim, RopeConfig.DIMENSIONS, rope.dimensions(), "at most headDim, " + headDim);
        ConfigRule.positive("scale (query_pre_attn_scalar)", scale);
        ConfigRule.require(
                window >= 0, "window (sliding_window, attention.sliding_window)", window, "0 for none, or more");
        ConfigRule.require(
                softcap >= 0 && softcap < Double.POSITIVE_INFINITY,
                "softcap (attn_logit_softcapping)",
                softcap,
                "0 for none, or a finite number above it");
    }

    /**
     * What is asked of a head's size, for readers that derive other sizes from it.
     *
     * @throws ModelException if it is out of range or odd
     */
    static void requireHeadDim(int headDim) {
        String name = "headDim (head_dim, attention.key_length)";
        ConfigRule.positive(name, headDim, HEAD_DIM_MAX);
        ConfigRule.require(headDim % 2 == 0, name, headDim, "an even number");
    }

    /** The same with another window. */
    AttentionConfig withWindow(int positions) {
        return new AttentionConfig(
                heads, kvHeads, headDim, scale, positions, softcap, rope, inputBias, outputBias, headNorms);
    }

    /** The length of a row of queries: all heads side by side. */
    public int queryColumns() {
        return heads * headDim;
    }

    /** The length of a row of keys, and of values. */
    public int keyColumns() {
        return kvHeads * headDim;
    }
}

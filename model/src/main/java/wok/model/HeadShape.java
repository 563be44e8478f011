package wok.model;

/**
 * The heads of softmax attention.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headDim numbers in a head
 */
public record HeadShape(int heads, int kvHeads, int headDim) {
    static final int HEADS_MAX = 1 << 12;
    static final int HEAD_DIM_MAX = 1 << 12;

    public HeadShape {
        String kvHeadsName = "kvHeads (num_key_value_heads, attention.head_count_kv)";
        ConfigRule.positive("heads (num_attention_heads, attention.head_count)", heads, HEADS_MAX);
        ConfigRule.positive(kvHeadsName, kvHeads, HEADS_MAX);
        ConfigRule.require(heads % kvHeads == 0, kvHeadsName, kvHeads, "a divisor of the heads, " + heads);
        requireHeadDim(headDim);
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
}

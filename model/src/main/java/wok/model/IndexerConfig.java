package wok.model;

/**
 * What chooses the positions that a row attends to (DeepSeek V3.2).
 *
 * @param heads small queries of a row
 * @param dims of each, and of a position's one small key
 * @param chosen how many positions a row attends to at most
 * @param rope how the first dimensions of queries and keys turn
 */
public record IndexerConfig(int heads, int dims, int chosen, RopeConfig rope) {
    static final int CHOSEN_MAX = 1 << 16;

    public IndexerConfig {
        ConfigRule.positive("heads (index_n_heads)", heads, HeadShape.HEADS_MAX);
        ConfigRule.positive("dims (index_head_dim)", dims, HeadShape.HEAD_DIM_MAX);
        ConfigRule.positive("chosen (index_topk)", chosen, CHOSEN_MAX);
        ConfigRule.require(
                rope.dimensions() <= dims, RopeConfig.DIMENSIONS, rope.dimensions(), "at most index_head_dim, " + dims);
    }
}

package wok.model;

import wok.kernels.HeadColumns;

/**
 * The sizes of latent attention.
 *
 * @param heads query heads
 * @param queryRank the length of what queries are made from; 0 = they are made from the input itself (V2-Lite)
 * @param latentRank the length of what keys and values of all heads are made from
 * @param plainDims dimensions of a query that meet a head's own key
 * @param turningDims those that meet the one key of all heads, which turns with its position
 * @param valueDims dimensions of a head's values
 */
public record LatentShape(int heads, int queryRank, int latentRank, int plainDims, int turningDims, int valueDims) {
    static final int RANK_MAX = 1 << 14;

    public LatentShape {
        ConfigRule.positive("heads (num_attention_heads, attention.head_count)", heads, HeadShape.HEADS_MAX);
        ConfigRule.require(
                queryRank >= 0 && queryRank <= RANK_MAX,
                "queryRank (q_lora_rank, attention.q_lora_rank)",
                queryRank,
                "0 for none, to " + RANK_MAX);
        ConfigRule.positive("latentRank (kv_lora_rank, attention.kv_lora_rank)", latentRank, RANK_MAX);
        ConfigRule.positive("plainDims (qk_nope_head_dim)", plainDims, HeadShape.HEAD_DIM_MAX);
        ConfigRule.positive(
                "turningDims (qk_rope_head_dim, rope.dimension_count)", turningDims, HeadShape.HEAD_DIM_MAX);
        ConfigRule.require(
                turningDims % 2 == 0,
                "turningDims (qk_rope_head_dim, rope.dimension_count)",
                turningDims,
                "an even number");
        ConfigRule.positive("valueDims (v_head_dim)", valueDims, HeadShape.HEAD_DIM_MAX);
    }

    /** Dimensions of a query as the file's matrices make it. */
    public int queryDims() {
        return plainDims + turningDims;
    }

    /** What a position leaves in the cache: its latent and its turned key. */
    public int cachedDims() {
        return latentRank + turningDims;
    }

    /** Of a query, what meets a head's own key. */
    HeadColumns plainOfQuery() {
        return new HeadColumns(queryDims(), 0, plainDims);
    }

    /** Of a query, what turns. */
    HeadColumns turningOfQuery() {
        return new HeadColumns(queryDims(), plainDims, turningDims);
    }

    /** Of a cached row, or of a query that meets one, the latent. */
    HeadColumns latentOfCached() {
        return new HeadColumns(cachedDims(), 0, latentRank);
    }

    /** The rest of it. */
    HeadColumns turningOfCached() {
        return new HeadColumns(cachedDims(), latentRank, turningDims);
    }
}

package wok.model;

/**
 * One layer: attention, then feed-forward, each added to the residual stream.
 *
 * @param normsAfter whether each block's output has an RMSNorm of its own, beside the one on its input
 */
public record LayerConfig(AttentionConfig attention, FeedForwardConfig feedForward, boolean normsAfter) {}

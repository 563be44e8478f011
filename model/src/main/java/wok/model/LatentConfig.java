package wok.model;

import java.util.Optional;

/**
 * Multi-head latent attention (DeepSeek V2 and V3): keys and values of all heads are made from one short latent, and only
 * that is kept. Source: arXiv 2405.04434, section 2.1.
 *
 * @param rope how the turning dimensions turn; empty = they don't (Kimi Linear)
 * @param bias whether the projections to the latents and to the output have biases
 * @param indexer what chooses the positions that a row attends to; empty = it attends to all (all but V3.2)
 */
public record LatentConfig(
        LatentShape shape, ScoreConfig scores, Optional<RopeConfig> rope, boolean bias, Optional<IndexerConfig> indexer)
        implements MixerConfig {
    /** Latents are normed with this, whatever the residual stream's norms have. */
    static final NormConfig NORM = NormConfig.rms(1e-6);

    public LatentConfig {
        int dimensions = rope.map(RopeConfig::dimensions).orElse(shape.turningDims());
        ConfigRule.require(
                dimensions == shape.turningDims(),
                RopeConfig.DIMENSIONS,
                dimensions,
                "turningDims, " + shape.turningDims());
        ConfigRule.require(
                indexer.isEmpty() || shape.queryRank() > 0,
                "queryRank (q_lora_rank)",
                shape.queryRank(),
                "above 0 where an indexer chooses positions");
    }

    /** Attention to all positions. */
    public LatentConfig(LatentShape shape, ScoreConfig scores, Optional<RopeConfig> rope, boolean bias) {
        this(shape, scores, rope, bias, Optional.empty());
    }
}

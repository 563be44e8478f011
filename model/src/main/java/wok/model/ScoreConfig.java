package wok.model;

import java.util.Optional;

/**
 * From queries and keys to the softmax.
 *
 * @param scale what scores are multiplied by before the softmax
 * @param softcap scores become {@code softcap * tanh(score / softcap)}; 0 = they don't
 * @param sinks whether every query head has a learned score that joins its softmax without a value (gpt-oss)
 * @param queryScale a factor on queries by their position
 */
public record ScoreConfig(
        double scale, AttentionSpan span, double softcap, boolean sinks, Optional<QueryScale> queryScale) {
    public ScoreConfig {
        ConfigRule.positive("scale (query_pre_attn_scalar)", scale);
        ConfigRule.require(
                softcap >= 0 && softcap < Double.POSITIVE_INFINITY,
                "softcap (attn_logit_softcapping)",
                softcap,
                "0 for none, or a finite number above it");
    }

    /** All positions, no cap, no sinks. */
    public static ScoreConfig of(double scale) {
        return new ScoreConfig(scale, new AttentionSpan.Full(), 0, false, Optional.empty());
    }

    ScoreConfig withSpan(AttentionSpan other) {
        return new ScoreConfig(scale, other, softcap, sinks, queryScale);
    }

    ScoreConfig withSoftcap(double cap) {
        return new ScoreConfig(scale, span, cap, sinks, queryScale);
    }

    ScoreConfig withSinks() {
        return new ScoreConfig(scale, span, softcap, true, queryScale);
    }

    ScoreConfig withQueryScale(Optional<QueryScale> factor) {
        return new ScoreConfig(scale, span, softcap, sinks, factor);
    }
}

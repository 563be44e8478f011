package wok.model;

/**
 * Factors on the way through a model; 1 nearly everywhere.
 *
 * @param embedding what embeddings are multiplied by
 * @param residual what every block's output is multiplied by before it is added (Granite)
 * @param logits what logits are multiplied by
 * @param logitsSoftcap logits become {@code cap * tanh(logit / cap)}; 0 = they don't
 */
public record Scales(float embedding, float residual, float logits, float logitsSoftcap) {
    public Scales {
        ConfigRule.positive("embedding (embedding_multiplier, embedding_scale, hidden_size)", embedding);
        ConfigRule.positive("residual (residual_multiplier, residual_scale)", residual);
        ConfigRule.positive("logits (logits_scaling, logit_scale)", logits);
        ConfigRule.require(
                logitsSoftcap >= 0 && logitsSoftcap < Float.POSITIVE_INFINITY,
                "logitsSoftcap (final_logit_softcapping)",
                logitsSoftcap,
                "0 for none, or a finite number above it");
    }

    /** All 1, no cap. */
    public static Scales none() {
        return new Scales(1, 1, 1, 0);
    }

    public static Scales of(double embedding, double logitsSoftcap) {
        return new Scales((float) embedding, 1, 1, (float) logitsSoftcap);
    }
}

package wok.model;

/**
 * The norms of the residual stream.
 *
 * @param epsilon what is added to the mean square, or to the variance
 */
public record NormConfig(Kind kind, float epsilon) {

    /** What a norm computes. */
    public enum Kind {
        /** {@code x / sqrt(mean(x^2) + epsilon) * weight}. */
        RMS,
        /** {@code (x - mean(x)) / sqrt(variance(x) + epsilon) * weight}: Cohere. */
        LAYER
    }

    public NormConfig {
        ConfigRule.positive(
                "epsilon (rms_norm_eps, layer_norm_eps, attention.layer_norm_rms_epsilon, attention.layer_norm_epsilon)",
                epsilon);
    }

    public static NormConfig rms(double epsilon) {
        return new NormConfig(Kind.RMS, (float) epsilon);
    }
}

package wok.model;

import wok.kernels.GatedActivation;

/**
 * A gated feed-forward block: {@code down(activation(gate x) * up x)}.
 *
 * @param inner rows of gate and up, columns of down
 * @param bias whether the three projections have biases
 * @param limit gate is cut above it, up above and below; 0 = they are not
 */
public record DenseConfig(int inner, GatedActivation activation, boolean bias, double limit)
        implements FeedForwardConfig {
    public DenseConfig {
        ConfigRule.positive("inner (intermediate_size, feed_forward_length)", inner, INNER_MAX);
        ConfigRule.require(
                limit >= 0 && limit < Double.POSITIVE_INFINITY,
                "limit (swiglu_limit)",
                limit,
                "0 for none, or a finite number above it");
    }

    /** Without a limit. */
    public DenseConfig(int inner, GatedActivation activation, boolean bias) {
        this(inner, activation, bias, 0);
    }
}

package wok.model;

import wok.kernels.GatedActivation;

/**
 * The gated feed-forward block of one layer: {@code down(activation(gate x) * up x)}.
 *
 * @param inner rows of gate and up, columns of down
 * @param bias whether the three projections have biases
 */
public record FeedForwardConfig(int inner, GatedActivation activation, boolean bias) {
    static final int INNER_MAX = 1 << 20;

    public FeedForwardConfig {
        ConfigRule.positive("inner (intermediate_size, feed_forward_length)", inner, INNER_MAX);
    }
}

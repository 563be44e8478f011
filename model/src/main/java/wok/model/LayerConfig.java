package wok.model;

/**
 * One layer: a mixer, then a feed-forward block, each added to the residual stream.
 *
 * @param mixer how positions see each other
 * @param norms where the norms stand
 */
public record LayerConfig(MixerConfig mixer, FeedForwardConfig feedForward, NormPlacement norms) {

    /**
     * The mixer of a layer that has softmax attention.
     *
     * @throws IllegalStateException if it has another
     */
    public AttentionConfig attention() {
        if (mixer instanceof AttentionConfig attention) {
            return attention;
        }
        throw new IllegalStateException("mixer: " + mixer + " (expected: softmax attention)");
    }

    /**
     * The feed-forward block of a layer without experts.
     *
     * @throws IllegalStateException if it has some
     */
    public DenseConfig dense() {
        if (feedForward instanceof DenseConfig dense) {
            return dense;
        }
        throw new IllegalStateException("feedForward: " + feedForward + " (expected: no experts)");
    }
}

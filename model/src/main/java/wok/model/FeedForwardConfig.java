package wok.model;

/** The second half of a layer, which looks at one position at a time. */
public sealed interface FeedForwardConfig permits DenseConfig, ExpertsConfig {
    int INNER_MAX = 1 << 20;
}

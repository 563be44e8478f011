package wok.model;

import java.util.Optional;

/**
 * Grouped-query softmax attention of one layer.
 *
 * @param rope how queries and keys turn with their position; empty = they don't
 */
public record AttentionConfig(
        HeadShape shape, ScoreConfig scores, Optional<RopeConfig> rope, ProjectionConfig projections)
        implements MixerConfig {

    public AttentionConfig {
        int headDim = shape.headDim();
        int dimensions = rope.map(RopeConfig::dimensions).orElse(0);
        ConfigRule.require(dimensions <= headDim, RopeConfig.DIMENSIONS, dimensions, "at most headDim, " + headDim);
    }

    /** The same with another span. */
    AttentionConfig withSpan(AttentionSpan span) {
        return new AttentionConfig(shape, scores.withSpan(span), rope, projections);
    }

    /** The same with another window; 0 = all positions. */
    AttentionConfig withWindow(int positions) {
        return withSpan(AttentionSpan.window(positions));
    }

    public int heads() {
        return shape.heads();
    }

    public int kvHeads() {
        return shape.kvHeads();
    }

    public int headDim() {
        return shape.headDim();
    }

    /** How many positions a position sees, itself included; 0 = all before it, or those of its chunk. */
    public int window() {
        return scores.span() instanceof AttentionSpan.Window window ? window.positions() : 0;
    }

    /** The length of a row of queries: all heads side by side. */
    public int queryColumns() {
        return heads() * headDim();
    }

    /** The length of a row of keys, and of values. */
    public int keyColumns() {
        return kvHeads() * headDim();
    }
}

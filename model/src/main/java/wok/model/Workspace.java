package wok.model;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import wok.kernels.Activations;
import wok.kernels.FloatRows;

/**
 * The memory that a forward pass computes in, allocated once for a batch's greatest number of rows. Layers of the same
 * shape share their buffers, since only one block is at work at a time.
 *
 * @param residual the stream that every block adds to: rows x hidden
 * @param input what a block reads, normed: rows x hidden
 * @param output what a block gives: rows x hidden
 * @param attention by layer
 * @param feedForward by layer
 * @param last the rows that want logits: logits rows x hidden
 * @param logits logits rows x vocabulary
 */
record Workspace(
        FloatRows residual,
        Activations input,
        FloatRows output,
        List<AttentionBuffers> attention,
        List<FeedForwardBuffers> feedForward,
        Activations last,
        FloatRows logits) {

    /**
     * @param queries rows x (heads x headDim)
     * @param keys rows x (kvHeads x headDim), as are values
     * @param mixed what attention gives to the output projection: rows x (heads x headDim)
     */
    record AttentionBuffers(FloatRows queries, FloatRows keys, FloatRows values, Activations mixed) {}

    /** @param inner gate, activated and multiplied by up: rows x inner, as are the other two */
    record FeedForwardBuffers(FloatRows gate, FloatRows up, Activations inner) {}

    static Workspace allocate(Arena arena, ModelConfig config, int rows, int logitsRows) {
        Map<Long, AttentionBuffers> attention = new HashMap<>();
        Map<Integer, FeedForwardBuffers> feedForward = new HashMap<>();
        return new Workspace(
                FloatRows.allocate(arena, rows, config.hidden()),
                Activations.allocate(arena, rows, config.hidden()),
                FloatRows.allocate(arena, rows, config.hidden()),
                config.layers().stream()
                        .map(LayerConfig::attention)
                        .map(a -> attention.computeIfAbsent(
                                ((long) a.queryColumns() << 32) | a.keyColumns(), shape -> attention(arena, rows, a)))
                        .toList(),
                config.layers().stream()
                        .map(LayerConfig::feedForward)
                        .map(f -> feedForward.computeIfAbsent(f.inner(), inner -> feedForward(arena, rows, inner)))
                        .toList(),
                Activations.allocate(arena, logitsRows, config.hidden()),
                FloatRows.allocate(arena, logitsRows, config.vocabularySize()));
    }

    private static AttentionBuffers attention(Arena arena, int rows, AttentionConfig a) {
        return new AttentionBuffers(
                FloatRows.allocate(arena, rows, a.queryColumns()),
                FloatRows.allocate(arena, rows, a.keyColumns()),
                FloatRows.allocate(arena, rows, a.keyColumns()),
                Activations.allocate(arena, rows, a.queryColumns()));
    }

    private static FeedForwardBuffers feedForward(Arena arena, int rows, int inner) {
        return new FeedForwardBuffers(
                FloatRows.allocate(arena, rows, inner),
                FloatRows.allocate(arena, rows, inner),
                Activations.allocate(arena, rows, inner));
    }
}

package wok.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.kernels.AttentionSpec;
import wok.kernels.FloatRows;
import wok.kernels.RopeTable;

/**
 * Makes a model's blocks, in their order, from its configuration and its weights. Here a new kind of block enters.
 * One use, one thread.
 */
final class BlockBuilder {
    private final ModelConfig config;
    private final WeightReader weights;
    private final boolean normsAddOne;
    private final Map<RopeConfig, RopeTable> ropeTables = new HashMap<>();

    /** @param normsAddOne whether a norm multiplies by 1 + what the file has */
    BlockBuilder(ModelConfig config, WeightReader weights, boolean normsAddOne) {
        this.config = config;
        this.weights = weights;
        this.normsAddOne = normsAddOne;
    }

    List<ResidualBlock> blocks() {
        List<ResidualBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            LayerConfig l = config.layers().get(layer);
            blocks.add(new ResidualBlock(
                    norm(layer, TensorRole.ATTENTION_NORM),
                    attention(layer, l.attention()),
                    l.normsAfter() ? Optional.of(norm(layer, TensorRole.ATTENTION_AFTER_NORM)) : Optional.empty()));
            blocks.add(new ResidualBlock(
                    norm(layer, l.normsAfter() ? TensorRole.FEED_FORWARD_NORM_OF_FOUR : TensorRole.FEED_FORWARD_NORM),
                    feedForward(layer, l.feedForward()),
                    l.normsAfter() ? Optional.of(norm(layer, TensorRole.FEED_FORWARD_AFTER_NORM)) : Optional.empty()));
        }
        return List.copyOf(blocks);
    }

    /** The norm behind the last block. */
    Norm outputNorm() {
        return norm(weights.vector(TensorRole.OUTPUT_NORM, config.hidden()));
    }

    private Attention attention(int layer, AttentionConfig a) {
        int hidden = config.hidden();
        return new Attention(
                layer,
                new AttentionSpec(
                        a.heads(), a.kvHeads(), a.headDim(), (float) a.scale(), a.window(), (float) a.softcap()),
                ropeTables.computeIfAbsent(a.rope(), this::ropeTable),
                weights.linear(layer, TensorRole.QUERY, a.queryColumns(), hidden, a.inputBias()),
                weights.linear(layer, TensorRole.KEY, a.keyColumns(), hidden, a.inputBias()),
                weights.linear(layer, TensorRole.VALUE, a.keyColumns(), hidden, a.inputBias()),
                weights.linear(layer, TensorRole.ATTENTION_OUTPUT, hidden, a.queryColumns(), a.outputBias()),
                a.headNorms() ? Optional.of(headNorms(layer, a.headDim())) : Optional.empty());
    }

    private Attention.HeadNorms headNorms(int layer, int headDim) {
        return new Attention.HeadNorms(
                norm(weights.vector(layer, TensorRole.QUERY_NORM, headDim)),
                norm(weights.vector(layer, TensorRole.KEY_NORM, headDim)));
    }

    private FeedForward feedForward(int layer, FeedForwardConfig f) {
        int hidden = config.hidden();
        return new FeedForward(
                layer,
                f.activation(),
                weights.linear(layer, TensorRole.GATE, f.inner(), hidden, f.bias()),
                weights.linear(layer, TensorRole.UP, f.inner(), hidden, f.bias()),
                weights.linear(layer, TensorRole.DOWN, hidden, f.inner(), f.bias()));
    }

    private Norm norm(int layer, TensorRole role) {
        return norm(weights.vector(layer, role, config.hidden()));
    }

    private Norm norm(FloatRows weight) {
        if (normsAddOne) {
            for (int i = 0; i < weight.columns(); i++) {
                weight.set(0, i, weight.get(0, i) + 1);
            }
        }
        return new Norm(weight, config.normEpsilon());
    }

    private RopeTable ropeTable(RopeConfig rope) {
        return RopeTable.create(rope.pairing(), rope.frequencies(), rope.magnitude(), config.contextLength());
    }
}

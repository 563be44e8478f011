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
    private final ExpertsBuilder experts;
    private final Map<RopeConfig, RopeTable> ropeTables = new HashMap<>();

    /** @param normsAddOne whether a norm multiplies by 1 + what the file has */
    BlockBuilder(ModelConfig config, WeightReader weights, boolean normsAddOne) {
        this.config = config;
        this.weights = weights;
        this.normsAddOne = normsAddOne;
        this.experts = new ExpertsBuilder(config.hidden(), weights);
    }

    List<ResidualBlock> blocks() {
        List<ResidualBlock> blocks = new ArrayList<>();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            LayerConfig l = config.layers().get(layer);
            blocks.add(placed(layer, l.norms(), mixer(layer, l.mixer()), true));
            blocks.add(placed(layer, l.norms(), feedForward(layer, l.feedForward()), false));
        }
        return List.copyOf(blocks);
    }

    /** @param first whether it is the layer's first block, the mixer */
    private ResidualBlock placed(int layer, NormPlacement norms, Block block, boolean first) {
        float scale = config.scales().residual();
        TensorRole after = first ? TensorRole.ATTENTION_AFTER_NORM : TensorRole.FEED_FORWARD_AFTER_NORM;
        return switch (norms) {
            case BEFORE ->
                new ResidualBlock(
                        normed(layer, first ? TensorRole.ATTENTION_NORM : TensorRole.FEED_FORWARD_NORM),
                        block,
                        Optional.empty(),
                        scale);
            case BEFORE_AND_AFTER ->
                new ResidualBlock(
                        normed(layer, first ? TensorRole.ATTENTION_NORM : TensorRole.FEED_FORWARD_NORM_OF_FOUR),
                        block,
                        Optional.of(norm(layer, after)),
                        scale);
            case AFTER ->
                new ResidualBlock(new ResidualBlock.Entry.Plain(), block, Optional.of(norm(layer, after)), scale);
            case PARALLEL ->
                new ResidualBlock(
                        first ? normed(layer, TensorRole.ATTENTION_NORM) : new ResidualBlock.Entry.Shared(),
                        block,
                        Optional.empty(),
                        scale);
        };
    }

    private ResidualBlock.Entry normed(int layer, TensorRole role) {
        return new ResidualBlock.Entry.Normed(norm(layer, role));
    }

    /** The norm behind the last block. */
    Norm outputNorm() {
        return norm(weights.vector(TensorRole.OUTPUT_NORM, config.hidden()));
    }

    private Block mixer(int layer, MixerConfig mixer) {
        return switch (mixer) {
            case AttentionConfig attention -> attention(layer, attention);
            case LatentConfig latent ->
                new LatentBuilder(config, weights, rope -> ropeTables.computeIfAbsent(rope, this::ropeTable))
                        .build(layer, latent);
            case DeltaRuleConfig delta -> new DeltaBuilder(config, weights).build(layer, delta);
        };
    }

    private Attention attention(int layer, AttentionConfig a) {
        return new Attention(
                layer,
                spec(a),
                a.rope().map(rope -> ropeTables.computeIfAbsent(rope, this::ropeTable)),
                projections(layer, a),
                queryKeyNorms(layer, a),
                a.scores().sinks()
                        ? Optional.of(weights.bareVector(layer, TensorRole.SINKS, a.heads()))
                        : Optional.empty(),
                a.scores().queryScale());
    }

    private static AttentionSpec spec(AttentionConfig a) {
        int chunk = a.scores().span() instanceof AttentionSpan.Chunk c ? c.positions() : 0;
        return new AttentionSpec(
                a.heads(),
                a.kvHeads(),
                a.headDim(),
                (float) a.scores().scale(),
                a.window(),
                (float) a.scores().softcap(),
                chunk);
    }

    private Attention.Projections projections(int layer, AttentionConfig a) {
        int hidden = config.hidden();
        ProjectionConfig p = a.projections();
        Linear output = weights.linear(layer, TensorRole.ATTENTION_OUTPUT, hidden, a.queryColumns(), p.outputBias());
        int queries = p.gate() ? 2 * a.queryColumns() : a.queryColumns();
        int keys = a.keyColumns();
        if (weights.has(layer, TensorRole.QUERY_KEY_VALUE)) {
            TensorRole joined = TensorRole.QUERY_KEY_VALUE;
            int total = queries + 2 * keys;
            return new Attention.Projections(
                    weights.part(layer, joined, 0, queries, total, hidden, p.inputBias()),
                    weights.part(layer, joined, queries, keys, total, hidden, p.inputBias()),
                    weights.part(layer, joined, queries + keys, keys, total, hidden, p.inputBias()),
                    output,
                    p.gate());
        }
        return new Attention.Projections(
                weights.linear(layer, TensorRole.QUERY, queries, hidden, p.inputBias()),
                weights.linear(layer, TensorRole.KEY, keys, hidden, p.inputBias()),
                weights.linear(layer, TensorRole.VALUE, keys, hidden, p.inputBias()),
                output,
                p.gate());
    }

    private Attention.QueryKeyNorms queryKeyNorms(int layer, AttentionConfig a) {
        return switch (a.projections().norms()) {
            case NONE -> new Attention.QueryKeyNorms.None();
            case HEADS ->
                new Attention.QueryKeyNorms.Heads(
                        norm(weights.vector(layer, TensorRole.QUERY_NORM, a.headDim())),
                        norm(weights.vector(layer, TensorRole.KEY_NORM, a.headDim())));
            case PROJECTIONS ->
                new Attention.QueryKeyNorms.Whole(
                        norm(weights.vector(layer, TensorRole.QUERY_NORM, a.queryColumns())),
                        norm(weights.vector(layer, TensorRole.KEY_NORM, a.keyColumns())));
            case HEADS_AFTER_TURNING ->
                new Attention.QueryKeyNorms.HeadsAfterTurning(new Norm(config.norm(), weights.ones(a.headDim())));
        };
    }

    private Block feedForward(int layer, FeedForwardConfig feedForward) {
        return switch (feedForward) {
            case DenseConfig dense -> feedForward(layer, dense);
            case ExpertsConfig e -> experts.experts(layer, e);
        };
    }

    private FeedForward feedForward(int layer, DenseConfig f) {
        int hidden = config.hidden();
        if (weights.hasRows(layer, TensorRole.GATE_UP, 2L * f.inner())) {
            return new FeedForward(
                    layer,
                    f,
                    weights.part(layer, TensorRole.GATE_UP, 0, f.inner(), 2 * f.inner(), hidden, f.bias()),
                    weights.part(layer, TensorRole.GATE_UP, f.inner(), f.inner(), 2 * f.inner(), hidden, f.bias()),
                    weights.linear(layer, TensorRole.DOWN, hidden, f.inner(), f.bias()));
        }
        return new FeedForward(
                layer,
                f,
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
        return new Norm(config.norm(), weight);
    }

    private RopeTable ropeTable(RopeConfig rope) {
        return RopeTable.create(
                rope.pairing(), rope.frequencies(config.contextLength()), rope.magnitude(), config.contextLength());
    }
}

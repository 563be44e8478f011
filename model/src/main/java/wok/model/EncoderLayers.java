package wok.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import wok.kernels.AttentionSpec;
import wok.kernels.RopeTable;

/** Reads the layers, those of the same rotary positions sharing a table. One use, one thread. */
final class EncoderLayers {
    private final EncoderConfig config;
    private final EncoderWeights weights;
    private final Map<RopeConfig, RopeTable> ropes = new HashMap<>();

    EncoderLayers(EncoderConfig config, EncoderWeights weights) {
        this.config = config;
        this.weights = weights;
    }

    EncoderLayer layer(int index) {
        EncoderLayerConfig layer = config.layers().get(index);
        int width = config.hidden();
        int headDim = config.headDim();
        float scale = (float) (1 / Math.sqrt(headDim));
        EncoderConfig.Biases biases = config.biases();
        boolean normed = layer.normed() || !config.normsFirst();
        boolean gateUp = weights.names().ofLayer(index, EncoderRole.GATE_UP).isPresent();
        return new EncoderLayer(
                new AttentionSpec(config.heads(), config.heads(), headDim, scale, layer.window(), 0),
                layer.rope().map(this::table),
                projections(index),
                weights.linear(weights.ofLayer(index, EncoderRole.ATTENTION_OUTPUT), width, width, biases.attention()),
                normed ? Optional.of(norm(index, EncoderRole.ATTENTION_NORM)) : Optional.empty(),
                config.activation(),
                gateUp ? half(index, 0) : inner(index, config.gated() ? EncoderRole.GATE : EncoderRole.UP),
                !config.gated()
                        ? Optional.empty()
                        : Optional.of(gateUp ? half(index, 1) : inner(index, EncoderRole.UP)),
                weights.linear(weights.ofLayer(index, EncoderRole.DOWN), width, config.inner(), biases.feedForward()),
                norm(index, EncoderRole.FEED_FORWARD_NORM),
                config.normsFirst());
    }

    private EncoderNorm norm(int layer, EncoderRole role) {
        return weights.norm(
                weights.ofLayer(layer, role), config.hidden(), config.biases().norms(), config.normEpsilon());
    }

    private Linear inner(int layer, EncoderRole role) {
        return weights.linear(
                weights.ofLayer(layer, role),
                config.inner(),
                config.hidden(),
                config.biases().feedForward());
    }

    private Linear half(int layer, int part) {
        String stem = weights.ofLayer(layer, EncoderRole.GATE_UP);
        return weights.part(
                stem, part, 2, config.inner(), config.hidden(), config.biases().feedForward());
    }

    private EncoderLayer.Projections projections(int layer) {
        Optional<String> joined = weights.names()
                .ofLayer(layer, EncoderRole.QUERY_KEY_VALUE)
                .filter(stem -> weights.has(stem + ".weight")
                        || weights.names().ofLayer(layer, EncoderRole.QUERY).isEmpty());
        return new EncoderLayer.Projections(
                projection(layer, joined, 0, EncoderRole.QUERY),
                projection(layer, joined, 1, EncoderRole.KEY),
                projection(layer, joined, 2, EncoderRole.VALUE));
    }

    private Linear projection(int layer, Optional<String> joined, int part, EncoderRole role) {
        int width = config.hidden();
        boolean bias = config.biases().attention();
        return joined.isPresent()
                ? weights.part(joined.get(), part, 3, width, width, bias)
                : weights.linear(weights.ofLayer(layer, role), width, width, bias);
    }

    private RopeTable table(RopeConfig rope) {
        return ropes.computeIfAbsent(
                rope,
                key -> RopeTable.create(key.pairing(), key.frequencies(), key.magnitude(), config.contextLength()));
    }
}

package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.kernels.RopePairing;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Tensor;

/** The metadata and tensors of a GGUF file with what all families' readers do with them. One use, one thread. */
final class GgufFields {
    /** Llama 3's scaling, worked out by the converter. */
    private static final String DIVISORS = "rope_freqs.weight";
    /** LongRoPE's. */
    private static final String LONG_FACTORS = "rope_factors_long.weight";

    private static final String SHORT_FACTORS = "rope_factors_short.weight";

    private final Family family;
    private final String prefix;
    private final GgufMetadata metadata;
    private final ConfigFields fields;
    private final Map<String, Tensor> tensors;
    private final int layers;
    private final int hidden;

    GgufFields(Family family, String architecture, GgufModel gguf) {
        this.family = family;
        this.prefix = architecture + ".";
        this.metadata = gguf.metadata();
        this.fields = ConfigFields.of(gguf.path().toString(), metadata);
        this.tensors = gguf.tensors();
        this.layers = fields.size(prefix + "block_count");
        this.hidden = fields.size(prefix + "embedding_length");
        ConfigRule.positive(prefix + "block_count", layers, ModelConfig.LAYERS_MAX);
        ConfigRule.positive(prefix + "embedding_length", hidden, ModelConfig.HIDDEN_MAX);
    }

    Family family() {
        return family;
    }

    ConfigFields fields() {
        return fields;
    }

    /** A key of the architecture, whole. */
    String key(String name) {
        return prefix + name;
    }

    int layers() {
        return layers;
    }

    /** Without those at the end that predict further tokens (GLM's and DeepSeek's nextn layers), which Wok does not use. */
    int layersWithoutPredicting() {
        String key = prefix + "nextn_predict_layers";
        int predicting = fields.count(key, 0);
        if (predicting >= layers) {
            throw fields.wrong(key, predicting, "fewer than block_count, " + layers);
        }
        return layers - predicting;
    }

    int hidden() {
        return hidden;
    }

    Optional<Object> value(String name) {
        return Optional.ofNullable(metadata.values().get(prefix + name));
    }

    /** The whole model from its layers. */
    ModelConfig model(List<LayerConfig> list, NormConfig norm, Scales scales) {
        return new ModelConfig(
                family,
                vocabulary(),
                fields.size(prefix + "context_length"),
                hidden,
                list,
                norm,
                scales,
                !tensors.containsKey("output.weight"));
    }

    NormConfig rmsNorm() {
        return NormConfig.rms(fields.real(prefix + "attention.layer_norm_rms_epsilon"));
    }

    /** {@code key_length}, or the part of the embedding that a head has; values must be as long. */
    int headDim(int heads) {
        int headDim = fields.maybeSize(prefix + "attention.key_length").orElseGet(() -> headDimOf(heads));
        HeadShape.requireHeadDim(headDim);
        int valueDim = fields.size(prefix + "attention.value_length", headDim);
        if (valueDim != headDim) {
            throw fields.wrong(prefix + "attention.value_length", valueDim, "attention.key_length, " + headDim);
        }
        return headDim;
    }

    /** The rotary embedding with the file's base and scaling. */
    RopeConfig rope(RopePairing pairing, int headDim, double baseWhenAbsent) {
        int dimensions = fields.size(prefix + "rope.dimension_count", headDim);
        double base = fields.real(prefix + "rope.freq_base", baseWhenAbsent);
        return new RopeConfig(pairing, dimensions, base, scaling());
    }

    RopeScaling scaling() {
        if (tensors.containsKey(DIVISORS)) {
            return new RopeScaling.Divisors(factors(DIVISORS));
        }
        if (tensors.containsKey(LONG_FACTORS) || tensors.containsKey(SHORT_FACTORS)) {
            return new RopeScaling.LongRope(
                    factors(SHORT_FACTORS).stream().map(Float::doubleValue).toList(),
                    factors(LONG_FACTORS).stream().map(Float::doubleValue).toList(),
                    fields.size(
                            prefix + "rope.scaling.original_context_length", fields.size(prefix + "context_length")),
                    fields.real(prefix + "rope.scaling.attn_factor", 1));
        }
        String key = prefix + "rope.scaling.type";
        if (!fields.has(key) && fields.has(prefix + "rope.scale_linear")) {
            return new RopeScaling.Linear(fields.real(prefix + "rope.scale_linear"));
        }
        String type = fields.maybeText(key).orElse("none");
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(fields.real(prefix + "rope.scaling.factor"));
            case "yarn" -> yarn();
            default -> throw fields.wrong(key, ConfigFields.quoted(type), "none, linear or yarn");
        };
    }

    private List<Float> factors(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw fields.missing("tensor " + name, "F32, half the rotary dimensions");
        }
        if (tensor.dtype() != DType.F32 || tensor.shape().elements() > HeadShape.HEAD_DIM_MAX) {
            throw fields.wrong(
                    "tensor " + name, tensor.dtype() + " " + tensor.shape(), "F32, half the rotary dimensions");
        }
        List<Float> list = new ArrayList<>();
        for (float factor : WeightPacker.floats(tensor)) {
            list.add(factor);
        }
        return list;
    }

    /** llama.cpp rounds the ramp's ends whatever the checkpoint said, and {@code attn_factor} multiplies. */
    private RopeScaling yarn() {
        double factor = fields.real(prefix + "rope.scaling.factor");
        return new RopeScaling.Yarn(
                factor,
                fields.size(prefix + "rope.scaling.original_context_length", fields.size(prefix + "context_length")),
                fields.real(prefix + "rope.scaling.yarn_beta_fast", 32),
                fields.real(prefix + "rope.scaling.yarn_beta_slow", 1),
                RopeScaling.Yarn.magnitude(factor, 1) * fields.real(prefix + "rope.scaling.attn_factor", 1),
                true);
    }

    /** A size that is one number for all layers, or a list with one for each. */
    List<Integer> perLayer(String name, Optional<List<Integer>> absent) {
        String key = prefix + name;
        if (absent.isPresent() && !fields.has(key)) {
            return absent.get();
        }
        Optional<List<Long>> list = metadata.integers(key);
        List<Integer> sizes = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            if (list.isEmpty()) {
                sizes.add(fields.size(key));
            } else if (list.get().size() != layers) {
                throw fields.wrong(key, list.get(), "a number, or one for each of " + layers + " layers");
            } else {
                sizes.add(Math.toIntExact(Math.clamp(list.get().get(layer), -1, Integer.MAX_VALUE)));
            }
        }
        return sizes;
    }

    /**
     * Whether a layer sees a window only: all but every so manieth, or what {@code attention.sliding_window_pattern}
     * says, a number or a list of flags (true = windowed).
     */
    boolean isWindowed(int layer, int periodWhenAbsent) {
        String key = prefix + "attention.sliding_window_pattern";
        if (metadata.values().get(key) instanceof List<?> flags) {
            if (flags.size() != layers || !(flags.get(layer) instanceof Boolean windowed)) {
                throw fields.wrong(key, flags, "true or false for each of " + layers + " layers");
            }
            return windowed;
        }
        return (layer + 1) % fields.size(key, periodWhenAbsent) != 0;
    }

    private int headDimOf(int heads) {
        if (heads < 1 || hidden % heads != 0) {
            throw fields.wrong(prefix + "attention.head_count", heads, "a divisor of embedding_length, " + hidden);
        }
        return hidden / heads;
    }

    private int vocabulary() {
        return fields.maybeSize(prefix + "vocab_size").orElseGet(() -> {
            Tensor embedding = tensors.get("token_embd.weight");
            if (embedding == null) {
                throw fields.missing(prefix + "vocab_size", "an integer, or the tensor token_embd.weight");
            }
            return (int) Math.min(embedding.shape().rows(), Integer.MAX_VALUE);
        });
    }

    /** Whether a layer has a tensor. */
    boolean has(int layer, String name) {
        return tensors.containsKey("blk." + layer + "." + name);
    }
}

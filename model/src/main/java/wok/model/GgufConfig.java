package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wok.formats.GgufMetadata;
import wok.formats.GgufModel;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.kernels.WeightPacker;
import wok.tensor.DType;
import wok.tensor.Tensor;

/**
 * Reads a GGUF file's metadata. Keys are those of {@code gguf-py/gguf/constants.py}; what is written nowhere in the
 * file but in llama.cpp is said where it is used. Biases and tied embeddings have no keys: their tensors are there or
 * not.
 */
final class GgufConfig {
    /** The 27B model of Gemma 3, the one of its sizes whose queries are not scaled by the head's own size. */
    private static final int GEMMA3_27B_LAYERS = 62;

    /** Llama 3's scaling, worked out by the converter. */
    private static final String DIVISORS = "rope_freqs.weight";

    private final Family family;
    private final String prefix;
    private final GgufMetadata metadata;
    private final ConfigFields fields;
    private final Map<String, Tensor> tensors;
    private final int layers;
    private final int hidden;

    private GgufConfig(Family family, String architecture, GgufModel gguf) {
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

    static ModelConfig read(GgufModel gguf) {
        String where = gguf.path().toString();
        String architecture = ConfigFields.of(where, gguf.metadata()).text("general.architecture");
        Family family =
                Family.ofGgufArchitecture(architecture).orElseThrow(() -> Family.unsupported(where, architecture));
        try {
            GgufConfig config = new GgufConfig(family, architecture, gguf);
            if (config.fields.count(config.prefix + "expert_count", 0) != 0) {
                throw Family.unsupported(where, architecture + " with experts");
            }
            return config.read();
        } catch (ModelException e) {
            throw e.in(where);
        }
    }

    private ModelConfig read() {
        List<Integer> heads = perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = perLayer("attention.head_count_kv", Optional.of(heads));
        List<Integer> inner = perLayer("feed_forward_length", Optional.empty());
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            AttentionConfig attention = attention(layer, heads.get(layer), kvHeads.get(layer));
            boolean bias = has(layer, "ffn_gate.bias");
            GatedActivation activation = family == Family.GEMMA3 ? GatedActivation.GELU_TANH : GatedActivation.SILU;
            list.add(new LayerConfig(
                    attention, new FeedForwardConfig(inner.get(layer), activation, bias), family == Family.GEMMA3));
        }
        return new ModelConfig(
                family,
                vocabulary(),
                fields.size(prefix + "context_length"),
                hidden,
                list,
                (float) fields.real(prefix + "attention.layer_norm_rms_epsilon"),
                family == Family.GEMMA3 ? (float) Math.sqrt(hidden) : 1,
                (float) fields.real(prefix + "final_logit_softcapping", 0),
                !tensors.containsKey("output.weight"));
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = fields.maybeSize(prefix + "attention.key_length").orElseGet(() -> headDimOf(heads));
        AttentionConfig.requireHeadDim(headDim);
        int valueDim = fields.size(prefix + "attention.value_length", headDim);
        if (valueDim != headDim) {
            throw fields.wrong(prefix + "attention.value_length", valueDim, "attention.key_length, " + headDim);
        }
        int window = window(layer);
        double divisor = family == Family.GEMMA3 && layers == GEMMA3_27B_LAYERS ? (double) hidden / heads : headDim;
        return new AttentionConfig(
                heads,
                kvHeads,
                headDim,
                1 / Math.sqrt(divisor),
                window,
                fields.real(prefix + "attn_logit_softcapping", 0),
                rope(headDim, family == Family.GEMMA3 && window > 0),
                family == Family.QWEN2 || has(layer, "attn_q.bias"),
                has(layer, "attn_output.bias"),
                family == Family.QWEN3 || family == Family.GEMMA3);
    }

    private RopeConfig rope(int headDim, boolean local) {
        int dimensions = fields.size(prefix + "rope.dimension_count", headDim);
        RopePairing pairing = family == Family.LLAMA ? RopePairing.NEIGHBOURS : RopePairing.HALVES;
        if (local) {
            double base = fields.real(prefix + "rope.freq_base_swa", 10_000);
            return new RopeConfig(pairing, dimensions, base, new RopeScaling.None());
        }
        double base = fields.real(prefix + "rope.freq_base", family == Family.GEMMA3 ? 1_000_000 : 10_000);
        return new RopeConfig(pairing, dimensions, base, scaling());
    }

    private RopeScaling scaling() {
        Tensor divisors = tensors.get(DIVISORS);
        if (divisors != null) {
            return divisors(divisors);
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

    private RopeScaling divisors(Tensor tensor) {
        if (tensor.dtype() != DType.F32 || tensor.shape().elements() > AttentionConfig.HEAD_DIM_MAX) {
            throw fields.wrong(
                    "tensor " + DIVISORS, tensor.dtype() + " " + tensor.shape(), "F32, half the rotary dimensions");
        }
        List<Float> list = new ArrayList<>();
        for (float divisor : WeightPacker.floats(tensor)) {
            list.add(divisor);
        }
        return new RopeScaling.Divisors(list);
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

    /** Qwen's converters write no window; where a file has one nevertheless, llama.cpp doesn't read it. */
    private int window(int layer) {
        return switch (family) {
            case LLAMA, MISTRAL -> fields.count(prefix + "attention.sliding_window", 0);
            case QWEN2, QWEN3 -> 0;
            case GEMMA3 -> isGlobal(layer) ? 0 : fields.count(prefix + "attention.sliding_window", 0);
        };
    }

    /** Every sixth layer is global, or what a number or a list of flags (true = windowed) says. */
    private boolean isGlobal(int layer) {
        String key = prefix + "attention.sliding_window_pattern";
        if (metadata.values().get(key) instanceof List<?> flags) {
            if (flags.size() != layers || !(flags.get(layer) instanceof Boolean windowed)) {
                throw fields.wrong(key, flags, "true or false for each of " + layers + " layers");
            }
            return !windowed;
        }
        return (layer + 1) % fields.size(key, 6) == 0;
    }

    /** A size that is one number for all layers, or a list with one for each. */
    private List<Integer> perLayer(String name, Optional<List<Integer>> absent) {
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

    private boolean has(int layer, String name) {
        return tensors.containsKey("blk." + layer + "." + name);
    }
}

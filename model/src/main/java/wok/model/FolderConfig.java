package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.HuggingFaceFolder;
import wok.formats.Json;
import wok.kernels.GatedActivation;

/**
 * Reads config.json of a Hugging Face folder, as transformers 4 wrote it ({@code rope_theta}, {@code rope_scaling}) and
 * as transformers 5 does ({@code rope_parameters}, {@code layer_types}). What a key's absence means is what the
 * {@code configuration_*.py} of transformers says for keys that published files leave out.
 */
final class FolderConfig {
    private final Family family;
    private final ConfigFields fields;
    private final Json.Obj config;
    private final FolderRope ropes;
    private final int layers;

    private FolderConfig(Family family, String where, Json.Obj config) {
        this.family = family;
        this.config = config;
        this.fields = ConfigFields.of(where, config);
        this.ropes = new FolderRope(where, config);
        this.layers = family == Family.GEMMA3 ? fields.size("num_hidden_layers", 26) : fields.size("num_hidden_layers");
        ConfigRule.positive("num_hidden_layers", layers, ModelConfig.LAYERS_MAX);
    }

    static ModelConfig read(HuggingFaceFolder folder) {
        String where = folder.path().resolve("config.json").toString();
        Json.Obj config = folder.config();
        String modelType = ConfigFields.of(where, config).text("model_type");
        Family family = Family.ofModelType(modelType).orElseThrow(() -> Family.unsupported(where, modelType));
        if (config.get("quantization_config").isPresent()) {
            throw new ModelException(where + ": quantization_config: present (expected: none; of quantised models Wok"
                    + " reads GGUF files)");
        }
        Json.Obj text = config.object("text_config").orElse(config);
        try {
            return new FolderConfig(family, where, text).read();
        } catch (ModelException e) {
            throw e.in(where);
        }
    }

    private ModelConfig read() {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> plain();
            case GEMMA3 -> gemma3();
        };
    }

    private ModelConfig plain() {
        int hidden = fields.size("hidden_size");
        int context = fields.size("max_position_embeddings", contextWhenAbsent());
        AttentionConfig attention = plainAttention(hidden, context);
        FeedForwardConfig feedForward = new FeedForwardConfig(
                fields.size("intermediate_size"),
                activation("hidden_act", "silu"),
                family == Family.LLAMA && fields.flag("mlp_bias", false));
        List<LayerConfig> list = windows().stream()
                .map(window -> new LayerConfig(attention.withWindow(window), feedForward, false))
                .toList();
        return model(fields.size("vocab_size"), context, hidden, list, 1, fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig plainAttention(int hidden, int context) {
        int heads = fields.size("num_attention_heads");
        int headDim = family == Family.QWEN3
                ? fields.size("head_dim", 128)
                : fields.maybeSize("head_dim").orElseGet(() -> headDimOf(hidden, heads));
        boolean bias = (family == Family.LLAMA || family == Family.QWEN3) && fields.flag("attention_bias", false);
        return new AttentionConfig(
                heads,
                fields.size("num_key_value_heads", kvHeadsWhenAbsent(heads)),
                headDim,
                1 / Math.sqrt(headDim),
                0,
                0,
                ropes.read(ropes.flat(), headDim, context),
                bias || family == Family.QWEN2,
                bias,
                family == Family.QWEN3);
    }

    /** Multimodal checkpoints give only what differs from the defaults of {@code Gemma3TextConfig}. */
    private ModelConfig gemma3() {
        if (fields.flag("use_bidirectional_attention", false)) {
            throw fields.wrong("use_bidirectional_attention", true, "false: Wok runs Gemma 3 as a causal model only");
        }
        if (fields.has("attn_logit_softcapping")) {
            // transformers has the key and overlooks it, so that nobody can say what such a file means.
            throw fields.wrong(
                    "attn_logit_softcapping",
                    fields.real("attn_logit_softcapping"),
                    "null: Gemma 3 has no cap on scores");
        }
        int hidden = fields.size("hidden_size", 2304);
        int context = fields.size("max_position_embeddings", 131_072);
        AttentionConfig global = gemma3Attention(ropes.ofLayerType("full_attention", 1_000_000), context);
        AttentionConfig local = gemma3Attention(ropes.local(), context);
        FeedForwardConfig feedForward = new FeedForwardConfig(
                fields.size("intermediate_size", 9216), activation("hidden_activation", "gelu_pytorch_tanh"), false);
        List<LayerConfig> list = windows().stream()
                .map(window -> new LayerConfig(window == 0 ? global : local.withWindow(window), feedForward, true))
                .toList();
        return model(
                fields.size("vocab_size", 262_208),
                context,
                hidden,
                list,
                (float) Math.sqrt(hidden),
                fields.flag("tie_word_embeddings", true));
    }

    private AttentionConfig gemma3Attention(Json.Obj rope, int context) {
        int headDim = fields.size("head_dim", 256);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                fields.size("num_attention_heads", 8),
                fields.size("num_key_value_heads", 4),
                headDim,
                1 / Math.sqrt(fields.real("query_pre_attn_scalar", 256)),
                0,
                0,
                ropes.read(rope, headDim, context),
                bias,
                bias,
                true);
    }

    private ModelConfig model(
            int vocabulary, int context, int hidden, List<LayerConfig> list, float embeddingScale, boolean tied) {
        return new ModelConfig(
                family,
                vocabulary,
                context,
                hidden,
                list,
                (float) fields.real("rms_norm_eps", 1e-6),
                embeddingScale,
                (float) fields.real("final_logit_softcapping", 0),
                tied);
    }

    private int headDimOf(int hidden, int heads) {
        if (hidden % heads != 0) {
            throw fields.wrong("num_attention_heads", heads, "a divisor of hidden_size, " + hidden);
        }
        return hidden / heads;
    }

    private int contextWhenAbsent() {
        return switch (family) {
            case LLAMA -> 2048;
            case MISTRAL, GEMMA3 -> 131_072;
            case QWEN2, QWEN3 -> 32_768;
        };
    }

    private int kvHeadsWhenAbsent(int heads) {
        return switch (family) {
            case LLAMA -> heads;
            case MISTRAL -> 8;
            case QWEN2, QWEN3 -> 32;
            case GEMMA3 -> 4;
        };
    }

    /** The window of every layer; 0 for a layer that sees everything before it. */
    private List<Integer> windows() {
        int window = window();
        Optional<Json.Arr> types = config.array("layer_types");
        if (types.isPresent() && family != Family.LLAMA && family != Family.MISTRAL) {
            return windowsOfTypes(types.get(), window);
        }
        List<Integer> windows = new ArrayList<>();
        int pattern = fields.size("_sliding_window_pattern", fields.size("sliding_window_pattern", 6));
        int firstWindowed = fields.count("max_window_layers", 28);
        for (int layer = 0; layer < layers; layer++) {
            boolean windowed = switch (family) {
                case LLAMA, MISTRAL -> true;
                case QWEN2, QWEN3 -> layer >= firstWindowed;
                case GEMMA3 -> (layer + 1) % pattern != 0;
            };
            windows.add(windowed ? window : 0);
        }
        return windows;
    }

    /** What {@code sliding_window} says for the layers that have one; absent and null differ. */
    private int window() {
        boolean isNull = config.has("sliding_window") && !fields.has("sliding_window");
        return switch (family) {
            case LLAMA -> 0;
            case MISTRAL -> isNull ? 0 : fields.size("sliding_window", 4096);
            case QWEN2, QWEN3 ->
                fields.flag("use_sliding_window", false) && !isNull ? fields.size("sliding_window", 4096) : 0;
            case GEMMA3 -> fields.size("sliding_window", 4096);
        };
    }

    private List<Integer> windowsOfTypes(Json.Arr types, int window) {
        if (types.elements().size() != layers) {
            throw fields.wrong("layer_types", types.elements().size() + " elements", "num_hidden_layers, " + layers);
        }
        List<Integer> windows = new ArrayList<>();
        for (Json type : types.elements()) {
            windows.add(
                    switch (type instanceof Json.Str s ? s.value() : type.toString()) {
                        case "full_attention" -> 0;
                        case "sliding_attention" -> window;
                        default ->
                            throw fields.wrong(
                                    "layer_types", type, "full_attention or sliding_attention for " + family.label());
                    });
        }
        return windows;
    }

    private GatedActivation activation(String key, String absent) {
        String name = fields.maybeText(key).orElse(absent);
        return switch (name) {
            case "silu", "swish" -> GatedActivation.SILU;
            case "gelu_pytorch_tanh", "gelu_new" -> GatedActivation.GELU_TANH;
            default -> throw fields.wrong(key, ConfigFields.quoted(name), "silu, swish, gelu_pytorch_tanh or gelu_new");
        };
    }
}

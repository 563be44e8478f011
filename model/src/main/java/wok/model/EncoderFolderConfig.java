package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.Activation;
import wok.kernels.RopePairing;

/**
 * Reads an encoder's config.json, as transformers 4 or 5 wrote it, or as Nomic's own code has it (GPT-2's words). One
 * use, one thread.
 */
final class EncoderFolderConfig {
    private static final double NOMIC_BASE = 1000;
    private static final double MODERN_LOCAL_BASE = 10_000;
    private static final double MODERN_GLOBAL_BASE = 160_000;

    private final String where;
    private final Json.Obj config;
    private final ConfigFields fields;

    EncoderFolderConfig(String where, Json.Obj config) {
        this.where = where;
        this.config = config;
        this.fields = ConfigFields.of(where + ": config.json", config);
    }

    EncoderConfig read() {
        String type = fields.text("model_type");
        EncoderFamily family =
                EncoderFamily.ofModelType(type).orElseThrow(() -> EncoderFamily.unsupported(where, type));
        return switch (family) {
            case BERT -> bert(family, 0);
            case ROBERTA, XLM_ROBERTA -> bert(family, fields.count("pad_token_id", 1) + 1);
            case NOMIC_BERT -> fields.has("n_embd") ? nomicOfItsOwnCode() : nomic();
            case MODERNBERT -> modern();
        };
    }

    private EncoderConfig bert(EncoderFamily family, int offset) {
        String positions = fields.maybeText("position_embedding_type").orElse("absolute");
        if (!positions.equals("absolute")) {
            throw fields.wrong("position_embedding_type", ConfigFields.quoted(positions), "absolute");
        }
        int rows = fields.size("max_position_embeddings");
        if (rows <= offset) {
            throw fields.wrong("max_position_embeddings", rows, "more than pad_token_id + 1, " + offset);
        }
        return new EncoderConfig(
                family,
                fields.size("vocab_size"),
                fields.size("hidden_size"),
                fields.size("num_attention_heads"),
                fields.size("intermediate_size"),
                rows - offset,
                offset,
                fields.count("type_vocab_size", 2),
                activation("hidden_act"),
                false,
                false,
                (float) fields.real("layer_norm_eps", family == EncoderFamily.BERT ? 1e-12 : 1e-5),
                new EncoderConfig.Biases(true, true, true),
                plainLayers(Optional.empty()));
    }

    private List<EncoderLayerConfig> plainLayers(Optional<RopeConfig> rope) {
        return repeated(fields.size("num_hidden_layers"), new EncoderLayerConfig(0, rope, false));
    }

    /** The count is checked before the list is made. */
    static List<EncoderLayerConfig> repeated(int count, EncoderLayerConfig layer) {
        ConfigRule.positive("layers (num_hidden_layers, block_count)", count, EncoderConfig.LAYERS_MAX);
        return java.util.Collections.nCopies(count, layer);
    }

    private Activation activation(String key) {
        String name = fields.maybeText(key).orElse("gelu");
        return switch (name) {
            case "gelu", "gelu_python" -> Activation.GELU_ERF;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            default ->
                throw fields.wrong(
                        key, ConfigFields.quoted(name), "gelu, gelu_new, gelu_pytorch_tanh, relu, silu or swish");
        };
    }

    private EncoderConfig nomic() {
        Json.Obj rope = config.object("rope_parameters").orElse(Json.Obj.of());
        ConfigFields parameters = ConfigFields.of(fields.where() + ": rope_parameters", rope);
        String kind = parameters.maybeText("rope_type").orElse("default");
        if (!kind.equals("default")) {
            throw parameters.wrong("rope_type", ConfigFields.quoted(kind), "default");
        }
        int hidden = fields.size("hidden_size");
        int heads = fields.size("num_attention_heads");
        double base = parameters.real("rope_theta", fields.real("rope_theta", NOMIC_BASE));
        return nomic(
                hidden,
                heads,
                fields.size("intermediate_size"),
                fields.size("max_position_embeddings"),
                activation("hidden_act"),
                new EncoderConfig.Biases(false, false, true),
                (float) fields.real("layer_norm_eps", 1e-12),
                plainLayers(Optional.of(rope(hidden, heads, base))));
    }

    private static RopeConfig rope(int hidden, int heads, double base) {
        ConfigRule.positive("heads (num_attention_heads, n_head)", heads, hidden);
        return new RopeConfig(RopePairing.HALVES, hidden / heads, base, new RopeScaling.None());
    }

    private EncoderConfig nomic(
            int hidden,
            int heads,
            int inner,
            int context,
            Activation activation,
            EncoderConfig.Biases biases,
            float epsilon,
            List<EncoderLayerConfig> layers) {
        return new EncoderConfig(
                EncoderFamily.NOMIC_BERT,
                fields.size("vocab_size"),
                hidden,
                heads,
                inner,
                context,
                -1,
                fields.count("type_vocab_size", 2),
                activation,
                true,
                false,
                epsilon,
                biases,
                layers);
    }

    /** What is not said here has one value in all published files; another one is refused and not guessed at. */
    private EncoderConfig nomicOfItsOwnCode() {
        requireFlag("prenorm", false);
        requireFlag("rotary_emb_interleaved", false);
        requireFlag("use_rms_norm", false);
        double fraction = fields.real("rotary_emb_fraction", 0);
        if (fraction != 1) {
            throw fields.wrong("rotary_emb_fraction", fraction, "1");
        }
        String activation = fields.text("activation_function");
        if (!activation.equals("swiglu")) {
            throw fields.wrong("activation_function", ConfigFields.quoted(activation), "swiglu");
        }
        int hidden = fields.size("n_embd");
        int heads = fields.size("n_head");
        double base = fields.real("rotary_emb_base", NOMIC_BASE);
        return nomic(
                hidden,
                heads,
                fields.size("n_inner"),
                fields.size("max_trained_positions", fields.size("n_positions")),
                Activation.SILU,
                new EncoderConfig.Biases(fields.flag("qkv_proj_bias", true), fields.flag("mlp_fc1_bias", true), true),
                (float) fields.real("layer_norm_epsilon", 1e-12),
                repeated(
                        fields.size("n_layer"),
                        new EncoderLayerConfig(0, Optional.of(rope(hidden, heads, base)), false)));
    }

    private void requireFlag(String key, boolean value) {
        if (fields.flag(key, value) != value) {
            throw fields.wrong(key, !value, String.valueOf(value));
        }
    }

    private EncoderConfig modern() {
        return new EncoderConfig(
                EncoderFamily.MODERNBERT,
                fields.size("vocab_size"),
                fields.size("hidden_size"),
                fields.size("num_attention_heads"),
                fields.size("intermediate_size"),
                fields.size("max_position_embeddings"),
                -1,
                0,
                activation("hidden_activation"),
                true,
                true,
                (float) fields.real("norm_eps", 1e-5),
                new EncoderConfig.Biases(
                        fields.flag("attention_bias", false),
                        fields.flag("mlp_bias", false),
                        fields.flag("norm_bias", false)),
                modernLayers());
    }

    private List<EncoderLayerConfig> modernLayers() {
        int hidden = fields.size("hidden_size");
        int heads = fields.size("num_attention_heads");
        int window = fields.size("local_attention", 128) / 2 + 1;
        Optional<RopeConfig> local = Optional.of(
                rope(hidden, heads, modernBase("sliding_attention", "local_rope_theta", MODERN_LOCAL_BASE)));
        Optional<RopeConfig> global =
                Optional.of(rope(hidden, heads, modernBase("full_attention", "global_rope_theta", MODERN_GLOBAL_BASE)));
        int count = fields.size("num_hidden_layers");
        ConfigRule.positive("layers (num_hidden_layers)", count, EncoderConfig.LAYERS_MAX);
        List<EncoderLayerConfig> layers = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            boolean seesAll = seesAll(layer, count);
            layers.add(new EncoderLayerConfig(seesAll ? 0 : window, seesAll ? global : local, layer > 0));
        }
        return layers;
    }

    private boolean seesAll(int layer, int count) {
        Optional<Json.Arr> types = config.array("layer_types");
        if (types.isEmpty()) {
            return layer % fields.size("global_attn_every_n_layers", 3) == 0;
        }
        List<Json> elements = types.get().elements();
        String type = elements.size() == count && elements.get(layer) instanceof Json.Str text ? text.value() : "";
        return switch (type) {
            case "full_attention" -> true;
            case "sliding_attention" -> false;
            default ->
                throw fields.wrong("layer_types", elements, count + " times full_attention or sliding_attention");
        };
    }

    private double modernBase(String layerType, String oldKey, double absent) {
        Optional<Json.Obj> parameters = config.object("rope_parameters");
        if (parameters.isEmpty()) {
            return fields.real(oldKey, absent);
        }
        ConfigFields rope = ConfigFields.of(
                fields.where() + ": rope_parameters." + layerType,
                parameters.get().object(layerType).orElse(Json.Obj.of()));
        String kind = rope.maybeText("rope_type").orElse("default");
        if (!kind.equals("default")) {
            throw rope.wrong("rope_type", ConfigFields.quoted(kind), "default");
        }
        return rope.real("rope_theta", absent);
    }
}

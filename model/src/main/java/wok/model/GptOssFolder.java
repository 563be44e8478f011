package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.GatedActivation;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.Scoring;

/** Reads the config.json of gpt-oss. */
record GptOssFolder(FolderFields folder) {
    /** What gate and up are cut at; {@code swiglu_limit}, where transformers has it as a constant. */
    static final double LIMIT = 7;

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 2880);
        int context = fields.size("max_position_embeddings", 131_072);
        AttentionConfig attention = attention(hidden, context);
        ExpertsConfig experts = experts();
        List<LayerConfig> list = windows(folder.layers(36)).stream()
                .map(window -> new LayerConfig(attention.withWindow(window), experts, NormPlacement.BEFORE))
                .toList();
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 201_088),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 64);
        int headDim = fields.has("head_dim") ? folder.headDim(hidden, heads) : 64;
        boolean bias = fields.flag("attention_bias", true);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", 8), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)).withSinks(),
                Optional.of(folder.ropes().read(rope(), headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.NONE));
    }

    /** Without any parameters in the file, those of the published models. */
    private Json.Obj rope() {
        boolean given =
                folder.config().has("rope_parameters") || folder.config().has("rope_scaling");
        Json.Obj parameters = folder.ropes().ofLayerType("full_attention", 150_000);
        return given
                ? parameters
                : parameters
                        .with("rope_type", Json.of("yarn"))
                        .with("factor", Json.of(32.0))
                        .with("original_max_position_embeddings", Json.of(4096L))
                        .with("truncate", Json.of(false));
    }

    private ExpertsConfig experts() {
        ConfigFields fields = folder.fields();
        DenseConfig expert = new DenseConfig(
                fields.size("intermediate_size", 2880),
                GatedActivation.SWISH_ONE_MORE,
                true,
                fields.real("swiglu_limit", LIMIT));
        return new ExpertsConfig(
                fields.size("num_local_experts", 128),
                fields.size("num_experts_per_tok", fields.size("experts_per_token", 4)),
                expert,
                RouterConfig.of(Scoring.SOFTMAX_OF_CHOSEN, false).withBias(),
                Optional.empty(),
                false);
    }

    /** Without a list of types every other layer is windowed, the first one too. */
    private List<Integer> windows(int layers) {
        int window = folder.fields().size("sliding_window", 128);
        return folder.windowsOfTypes(layers, window).orElseGet(() -> {
            List<Integer> windows = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                windows.add(layer % 2 == 0 ? window : 0);
            }
            return windows;
        });
    }
}

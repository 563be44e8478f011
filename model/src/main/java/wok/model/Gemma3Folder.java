package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.model.ProjectionConfig.QueryNorms;

/**
 * Reads the config.json of Gemma 3. Multimodal checkpoints give only what differs from the defaults of
 * {@code Gemma3TextConfig}.
 */
record Gemma3Folder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
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
        AttentionConfig global = attention(folder.ropes().ofLayerType("full_attention", 1_000_000), context);
        AttentionConfig local = attention(folder.ropes().local(), context);
        DenseConfig feedForward = new DenseConfig(
                fields.size("intermediate_size", 9216),
                folder.activation("hidden_activation", "gelu_pytorch_tanh"),
                false);
        List<LayerConfig> list = windows(folder.layers(26)).stream()
                .map(window -> new LayerConfig(
                        window == 0 ? global : local.withWindow(window), feedForward, NormPlacement.BEFORE_AND_AFTER))
                .toList();
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 262_208),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.of(Math.sqrt(hidden), fields.real("final_logit_softcapping", 0)),
                fields.flag("tie_word_embeddings", true));
    }

    private AttentionConfig attention(Json.Obj rope, int context) {
        ConfigFields fields = folder.fields();
        int headDim = fields.size("head_dim", 256);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(fields.size("num_attention_heads", 8), fields.size("num_key_value_heads", 4), headDim),
                ScoreConfig.of(1 / Math.sqrt(fields.real("query_pre_attn_scalar", 256))),
                Optional.of(folder.ropes().read(rope, headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.HEADS));
    }

    /** Layers without a list of types: all but every so manieth are local. */
    private List<Integer> windows(int layers) {
        ConfigFields fields = folder.fields();
        int window = fields.size("sliding_window", 4096);
        return folder.windowsOfTypes(layers, window).orElseGet(() -> {
            int pattern = fields.size("_sliding_window_pattern", fields.size("sliding_window_pattern", 6));
            List<Integer> windows = new ArrayList<>();
            for (int layer = 0; layer < layers; layer++) {
                windows.add((layer + 1) % pattern == 0 ? 0 : window);
            }
            return windows;
        });
    }
}

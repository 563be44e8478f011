package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of SmolLM3: Llama's mathematics, but some layers have no rotary embedding. */
record SmolLm3Folder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 2048);
        int context = fields.size("max_position_embeddings", 32_768);
        int layers = folder.layers(36);
        AttentionConfig turning = attention(hidden, context);
        AttentionConfig still =
                new AttentionConfig(turning.shape(), turning.scores(), Optional.empty(), turning.projections());
        DenseConfig feedForward = new DenseConfig(
                fields.size("intermediate_size", 11_008),
                folder.activation("hidden_act", "silu"),
                fields.flag("mlp_bias", false));
        List<Boolean> turns = turns(layers);
        List<Integer> windows = windows(turns);
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            AttentionConfig attention = turns.get(layer) ? turning : still;
            list.add(new LayerConfig(attention.withWindow(windows.get(layer)), feedForward, NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 128_256),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.none(),
                fields.flag("tie_word_embeddings", true));
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 16);
        int headDim = folder.headDim(hidden, heads);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", 4), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(folder.ropes().read(folder.ropes().flat(2_000_000), headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.NONE));
    }

    /** {@code no_rope_layers} has 1 where a layer's queries and keys turn; without it every fourth layer's don't. */
    private List<Boolean> turns(int layers) {
        List<Long> given = folder.integers("no_rope_layers");
        if (!given.isEmpty() && given.size() < layers) {
            throw folder.fields().wrong("no_rope_layers", given.size() + " elements", "num_hidden_layers, " + layers);
        }
        int interval = folder.fields().size("no_rope_layer_interval", 4);
        List<Boolean> turns = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            turns.add(given.isEmpty() ? (layer + 1) % interval != 0 : given.get(layer) != 0);
        }
        return turns;
    }

    private List<Integer> windows(List<Boolean> turns) {
        int window = folder.window(0);
        boolean used = folder.fields().flag("use_sliding_window", false);
        return folder.windowsOfTypes(turns.size(), window)
                .orElseGet(() -> turns.stream()
                        .map(turning -> used && !turning ? window : 0)
                        .toList());
    }
}

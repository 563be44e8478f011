package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of OLMo 2 and of OLMo 3, which has windows in most layers. */
record OlmoFolder(FolderFields folder) {
    /** OLMo 3's own, and in the old style the only one that transformers gives its sliding layers. */
    private static final double BASE_OF_OLMO_3 = 500_000;

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 4096);
        int context = fields.size("max_position_embeddings", 2048);
        DenseConfig feedForward = new DenseConfig(
                fields.size("intermediate_size", 11_008), folder.activation("hidden_act", "silu"), false);
        List<LayerConfig> list = new ArrayList<>();
        for (AttentionConfig attention : attentions(hidden, context, folder.layers(32))) {
            list.add(new LayerConfig(attention, feedForward, NormPlacement.AFTER));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 50_304),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private List<AttentionConfig> attentions(int hidden, int context, int layers) {
        List<AttentionConfig> attentions = new ArrayList<>();
        if (folder.family() == Family.OLMO2) {
            AttentionConfig attention = attention(folder.ropes().flat(), hidden, context);
            for (int layer = 0; layer < layers; layer++) {
                attentions.add(attention);
            }
            return attentions;
        }
        int window = folder.window(4096);
        AttentionConfig global =
                attention(folder.ropes().ofLayerType("full_attention", BASE_OF_OLMO_3), hidden, context);
        AttentionConfig local = attention(folder.ropes().ofSlidingLayers(BASE_OF_OLMO_3), hidden, context);
        for (boolean sliding : folder.slidingLayers(layers, 4)) {
            attentions.add(sliding ? local.withWindow(window) : global);
        }
        return attentions;
    }

    private AttentionConfig attention(Json.Obj rope, int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 32);
        int headDim = folder.headDim(hidden, heads);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", heads), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(folder.ropes().read(rope, headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.PROJECTIONS));
    }
}

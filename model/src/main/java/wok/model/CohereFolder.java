package wok.model;

import java.util.List;
import java.util.Optional;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/**
 * Reads the config.json of Cohere 2 (Command R7B, Command A): attention and feed-forward side by side behind one
 * LayerNorm, rotary embedding in the sliding layers only.
 */
record CohereFolder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 8192);
        int context = fields.size("max_position_embeddings", 8192);
        int heads = fields.size("num_attention_heads", 64);
        int headDim = folder.headDim(hidden, heads);
        RopeConfig rope = folder.ropes().readPart(folder.ropes().flat(), RopePairing.NEIGHBOURS, headDim, context, 1);
        AttentionConfig local = attention(heads, headDim, Optional.of(rope)).withWindow(folder.window(4096));
        AttentionConfig global = attention(heads, headDim, Optional.empty());
        DenseConfig feedForward = new DenseConfig(
                fields.size("intermediate_size", 22_528), folder.activation("hidden_act", "silu"), false);
        List<LayerConfig> list =
                folder.slidingLayers(folder.layers(40), fields.size("sliding_window_pattern", 4)).stream()
                        .map(sliding -> new LayerConfig(sliding ? local : global, feedForward, NormPlacement.PARALLEL))
                        .toList();
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 256_000),
                context,
                hidden,
                list,
                new NormConfig(NormConfig.Kind.LAYER, (float) fields.real("layer_norm_eps", 1e-5)),
                new Scales(1, 1, (float) fields.real("logit_scale", 0.0625), 0),
                fields.flag("tie_word_embeddings", true));
    }

    private AttentionConfig attention(int heads, int headDim, Optional<RopeConfig> rope) {
        ConfigFields fields = folder.fields();
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", heads), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                rope,
                ProjectionConfig.of(bias, bias, QueryNorms.NONE));
    }
}

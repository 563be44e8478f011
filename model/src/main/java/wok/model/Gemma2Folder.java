package wok.model;

import java.util.List;
import java.util.Optional;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of Gemma 2: caps on scores and logits, and a window in every second layer. */
record Gemma2Folder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        if (fields.flag("use_bidirectional_attention", false)) {
            throw fields.wrong("use_bidirectional_attention", true, "false: Wok runs Gemma 2 as a causal model only");
        }
        int hidden = fields.size("hidden_size", 2304);
        int context = fields.size("max_position_embeddings", 8192);
        AttentionConfig global = attention(context);
        AttentionConfig local = global.withWindow(folder.window(4096));
        DenseConfig feedForward = new DenseConfig(
                fields.size("intermediate_size", 9216),
                folder.activation("hidden_activation", "gelu_pytorch_tanh"),
                false);
        List<LayerConfig> list = folder.slidingLayers(folder.layers(26), 2).stream()
                .map(sliding -> new LayerConfig(sliding ? local : global, feedForward, NormPlacement.BEFORE_AND_AFTER))
                .toList();
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 256_000),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.of(Math.sqrt(hidden), cap("final_logit_softcapping", 30)),
                fields.flag("tie_word_embeddings", true));
    }

    private AttentionConfig attention(int context) {
        ConfigFields fields = folder.fields();
        int headDim = fields.size("head_dim", 256);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(fields.size("num_attention_heads", 8), fields.size("num_key_value_heads", 4), headDim),
                ScoreConfig.of(1 / Math.sqrt(fields.real("query_pre_attn_scalar", 256)))
                        .withSoftcap(cap("attn_logit_softcapping", 50)),
                Optional.of(folder.ropes().read(folder.ropes().flat(), headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.NONE));
    }

    /** Null means none. */
    private double cap(String key, double absent) {
        return folder.config().has(key) ? folder.fields().real(key, 0) : absent;
    }
}

package wok.model;

import java.util.Collections;
import java.util.Optional;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of Granite 3: Llama's mathematics with four factors on the way. */
record GraniteFolder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 4096);
        int context = fields.size("max_position_embeddings", 2048);
        LayerConfig layer = new LayerConfig(
                attention(hidden, context),
                new DenseConfig(
                        fields.size("intermediate_size", 11_008),
                        folder.activation("hidden_act", "silu"),
                        fields.flag("mlp_bias", false)),
                NormPlacement.BEFORE);
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 32_000),
                context,
                hidden,
                Collections.nCopies(folder.layers(32), layer),
                folder.rmsNorm(1e-6),
                scales(),
                fields.flag("tie_word_embeddings", false));
    }

    /** Logits are divided by theirs. */
    private Scales scales() {
        ConfigFields fields = folder.fields();
        return new Scales(
                (float) fields.real("embedding_multiplier", 1),
                (float) fields.real("residual_multiplier", 1),
                (float) (1 / fields.real("logits_scaling", 1)),
                0);
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 32);
        int headDim = folder.headDim(hidden, heads);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", heads), headDim),
                ScoreConfig.of(fields.real("attention_multiplier", 1)),
                Optional.of(folder.ropes().read(folder.ropes().flat(), headDim, context)),
                ProjectionConfig.of(bias, bias, QueryNorms.NONE));
    }
}

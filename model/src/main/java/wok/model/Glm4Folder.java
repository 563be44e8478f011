package wok.model;

import java.util.Collections;
import java.util.Optional;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;

/** Reads the config.json of GLM-4-0414, dense: half of each head turns, norms stand before and after both blocks. */
record Glm4Folder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int context = fields.size("max_position_embeddings", 131_072);
        LayerConfig layer = new LayerConfig(
                attention(context),
                new DenseConfig(
                        fields.size("intermediate_size", 13_696), folder.activation("hidden_act", "silu"), false),
                NormPlacement.BEFORE_AND_AFTER);
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 151_552),
                context,
                fields.size("hidden_size", 4096),
                Collections.nCopies(folder.layers(40), layer),
                folder.rmsNorm(1.5625e-7),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int context) {
        ConfigFields fields = folder.fields();
        int headDim = fields.size("head_dim", 128);
        return new AttentionConfig(
                new HeadShape(fields.size("num_attention_heads", 32), fields.size("num_key_value_heads", 2), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(
                        folder.ropes().readPart(folder.ropes().flat(), RopePairing.NEIGHBOURS, headDim, context, 0.5)),
                ProjectionConfig.of(fields.flag("attention_bias", true), false, QueryNorms.NONE));
    }
}

package wok.model;

import java.util.Collections;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.RopePairing;

/** Reads the config.json of Phi 3, 3.5 and 4: queries, keys and values in one matrix, gate and up in another. */
record PhiFolder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 3072);
        int context = fields.size("max_position_embeddings", 4096);
        LayerConfig layer = new LayerConfig(
                attention(hidden, context).withWindow(folder.window(0)),
                new DenseConfig(fields.size("intermediate_size", 8192), folder.activation("hidden_act", "silu"), false),
                NormPlacement.BEFORE);
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 32_064),
                context,
                hidden,
                Collections.nCopies(folder.layers(32), layer),
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 32);
        int headDim = folder.headDim(hidden, heads);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", heads), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(folder.ropes().readPart(rope(), RopePairing.HALVES, headDim, context, 1)),
                ProjectionConfig.plain());
    }

    /** In the first Phi 3 models LongRoPE is called su, and in some copies yarn, which it is not. */
    private Json.Obj rope() {
        Json.Obj parameters = folder.ropes().flat();
        boolean misnamed = parameters.get("rope_type").or(() -> parameters.get("type")).stream()
                .anyMatch(type -> type instanceof Json.Str name && name.value().equals("yarn"));
        return misnamed ? parameters.with("rope_type", new Json.Str("longrope")) : parameters;
    }
}

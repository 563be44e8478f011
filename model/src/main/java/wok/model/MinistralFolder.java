package wok.model;

import java.util.Collections;
import java.util.Optional;
import wok.formats.Json;

/** Reads the config.json of Ministral 3: Llama's mathematics with YaRN and queries that grow with their position. */
record MinistralFolder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 4096);
        int context = fields.size("max_position_embeddings", 262_144);
        LayerConfig layer = new LayerConfig(
                attention(hidden, context).withWindow(folder.window(0)),
                new DenseConfig(
                        fields.size("intermediate_size", 14_336), folder.activation("hidden_act", "silu"), false),
                NormPlacement.BEFORE);
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 131_072),
                context,
                hidden,
                Collections.nCopies(folder.layers(34), layer),
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int hidden, int context) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 32);
        boolean isNull = folder.config().has("head_dim") && !fields.has("head_dim");
        int headDim = isNull ? folder.headDim(hidden, heads) : fields.size("head_dim", 128);
        Json.Obj rope = rope();
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", 8), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)).withQueryScale(queryScale(rope, context)),
                Optional.of(folder.ropes().read(rope, headDim, context)),
                ProjectionConfig.plain());
    }

    private Optional<QueryScale> queryScale(Json.Obj rope, int context) {
        ConfigFields fields = folder.ropes().scalars(rope);
        return fields.maybeReal("llama_4_scaling_beta")
                .map(beta -> new QueryScale(beta, fields.size("original_max_position_embeddings", context), 0));
    }

    /** A file without any scaling means that of the published models. */
    private Json.Obj rope() {
        if (folder.config().object("rope_parameters").isPresent()
                || folder.config().object("rope_scaling").isPresent()) {
            return folder.ropes().flat();
        }
        return Json.Obj.of()
                .with("rope_type", new Json.Str("yarn"))
                .with("rope_theta", Json.of(1e6))
                .with("factor", Json.of(16))
                .with("original_max_position_embeddings", Json.of(16_384))
                .with("mscale", Json.of(1))
                .with("mscale_all_dim", Json.of(1))
                .with("llama_4_scaling_beta", Json.of(0.1));
    }
}

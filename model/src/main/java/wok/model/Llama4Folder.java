package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.Scoring;

/** Reads the config.json of Llama 4's text part. */
record Llama4Folder(FolderFields folder) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", 5120);
        int context = fields.size("max_position_embeddings", 131_072);
        int layers = folder.layers(48);
        List<Boolean> turning = turning(layers);
        List<AttentionSpan> spans = spans(layers, turning);
        List<Long> withExperts = withExperts(layers);
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerConfig(
                    attention(hidden, context, turning.get(layer)).withSpan(spans.get(layer)),
                    withExperts.contains((long) layer) ? experts() : dense("intermediate_size_mlp", 16_384),
                    NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 202_048),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    /** @param turns whether the layer has rotary embedding; if not, its queries grow with the position */
    private AttentionConfig attention(int hidden, int context, boolean turns) {
        ConfigFields fields = folder.fields();
        int heads = fields.size("num_attention_heads", 40);
        int headDim = fields.has("head_dim") ? folder.headDim(hidden, heads) : 128;
        boolean bias = fields.flag("attention_bias", false);
        boolean normed = turns && fields.flag("use_qk_norm", true);
        boolean scaled = !turns && fields.flag("attn_temperature_tuning", true);
        return new AttentionConfig(
                new HeadShape(heads, fields.size("num_key_value_heads", 8), headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim))
                        .withQueryScale(scaled ? Optional.of(queryScale()) : Optional.empty()),
                turns ? Optional.of(rope(headDim, context)) : Optional.empty(),
                ProjectionConfig.of(bias, bias, normed ? QueryNorms.HEADS_AFTER_TURNING : QueryNorms.NONE));
    }

    private QueryScale queryScale() {
        return new QueryScale(
                folder.fields().real("attn_scale", 0.1), folder.fields().real("floor_scale", 8192), 1);
    }

    private RopeConfig rope(int headDim, int context) {
        RopeConfig halves =
                folder.ropes().read(folder.ropes().ofLayerType("full_attention", 500_000), headDim, context);
        return new RopeConfig(RopePairing.NEIGHBOURS, halves.dimensions(), halves.base(), halves.scaling());
    }

    private ExpertsConfig experts() {
        ConfigFields fields = folder.fields();
        DenseConfig expert = dense("intermediate_size", 8192);
        return new ExpertsConfig(
                fields.size("num_local_experts", 16),
                fields.size("num_experts_per_tok", 1),
                expert,
                RouterConfig.of(Scoring.SIGMOID_OF_CHOSEN, false).withScaledInput(),
                Optional.of(expert),
                false);
    }

    private DenseConfig dense(String innerKey, int absent) {
        return new DenseConfig(folder.fields().size(innerKey, absent), folder.activation("hidden_act", "silu"), false);
    }

    /** Which layers have rotary embedding: all but every fourth, or what a list with a 1 for each of them says. */
    private List<Boolean> turning(int layers) {
        List<Long> list = folder.integers("no_rope_layers");
        if (!list.isEmpty() && list.size() < layers) {
            throw folder.fields().wrong("no_rope_layers", list.size() + " elements", "num_hidden_layers, " + layers);
        }
        int interval = folder.fields().size("no_rope_layer_interval", 4);
        List<Boolean> turning = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            turning.add(list.isEmpty() ? (layer + 1) % interval != 0 : list.get(layer) != 0);
        }
        return turning;
    }

    /** Without a list of types, those layers see chunks that have rotary embedding. */
    private List<AttentionSpan> spans(int layers, List<Boolean> turning) {
        ConfigFields fields = folder.fields();
        boolean chunksAreOff = folder.config().has("attention_chunk_size") && !fields.has("attention_chunk_size");
        AttentionSpan chunk = chunksAreOff
                ? new AttentionSpan.Full()
                : new AttentionSpan.Chunk(fields.size("attention_chunk_size", 8192));
        List<String> types = folder.layerTypes(layers)
                .orElseGet(() -> turning.stream()
                        .map(turns -> turns ? "chunked_attention" : "full_attention")
                        .toList());
        return types.stream()
                .map(type -> switch (type) {
                    case "chunked_attention" -> chunk;
                    case "full_attention" -> new AttentionSpan.Full();
                    default -> throw fields.wrong("layer_types", type, "chunked_attention or full_attention");
                })
                .toList();
    }

    private List<Long> withExperts(int layers) {
        if (folder.config().array("moe_layers").isPresent()) {
            return folder.integers("moe_layers");
        }
        int step = folder.fields().size("interleave_moe_layer_step", 1);
        List<Long> list = new ArrayList<>();
        for (long layer = step - 1L; layer < layers; layer += step) {
            list.add(layer);
        }
        return list;
    }
}

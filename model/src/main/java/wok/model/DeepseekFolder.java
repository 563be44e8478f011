package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.RopePairing;

/**
 * Reads the config.json of DeepSeek V2, V3 and V3.2, of Kimi K2, and of Mistral 4, which has their attention.
 *
 * <p>As transformers does, V2 takes no heed of norm_topk_prob (no published V2 has it true), and latents are normed with
 * 1e-6 whatever rms_norm_eps says.
 *
 * @param modelType what the file calls itself
 */
record DeepseekFolder(FolderFields folder, String modelType) {

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int context = fields.size("max_position_embeddings");
        LatentConfig latent = latent(context);
        List<LayerConfig> layers = new ArrayList<>();
        for (int layer = 0; layer < folder.layers(); layer++) {
            layers.add(new LayerConfig(
                    latent,
                    hasExperts(layer) ? experts() : dense(fields.size("intermediate_size")),
                    NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size"),
                context,
                fields.size("hidden_size"),
                layers,
                folder.rmsNorm(1e-6),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private boolean isV2() {
        return modelType.equals("deepseek_v2");
    }

    private LatentConfig latent(int context) {
        ConfigFields fields = folder.fields();
        boolean isNull = folder.config().has("q_lora_rank") && !fields.has("q_lora_rank");
        LatentShape shape = new LatentShape(
                fields.size("num_attention_heads"),
                isNull ? 0 : fields.size("q_lora_rank", folder.family() == Family.MISTRAL4 ? 1024 : 1536),
                fields.size("kv_lora_rank", folder.family() == Family.MISTRAL4 ? 256 : 512),
                fields.size("qk_nope_head_dim", folder.family() == Family.MISTRAL4 ? 64 : 128),
                fields.size("qk_rope_head_dim", 64),
                fields.size("v_head_dim", 128));
        boolean neighbours = isV2() || folder.family() == Family.DEEPSEEK_V32 || fields.flag("rope_interleave", true);
        Json.Obj parameters = folder.ropes().flat();
        RopeConfig rope = folder.ropes()
                .read(
                        parameters,
                        neighbours ? RopePairing.NEIGHBOURS : RopePairing.HALVES,
                        shape.turningDims(),
                        context);
        ConfigFields scaling = ConfigFields.of(fields.where() + ": rope_scaling", parameters);
        ScoreConfig scores = ScoreConfig.of(scale(shape, rope, scaling.real("mscale_all_dim", 0)))
                .withQueryScale(queryScale(scaling));
        return new LatentConfig(shape, scores, Optional.of(rope), fields.flag("attention_bias", false), indexer(rope));
    }

    /** Small queries and keys turn by halves, whatever the others do. */
    private Optional<IndexerConfig> indexer(RopeConfig rope) {
        ConfigFields fields = folder.fields();
        return folder.family() == Family.DEEPSEEK_V32
                ? Optional.of(new IndexerConfig(
                        fields.size("index_n_heads", 64),
                        fields.size("index_head_dim", 128),
                        fields.size("index_topk", 2048),
                        new RopeConfig(RopePairing.HALVES, rope.dimensions(), rope.base(), rope.scaling())))
                : Optional.empty();
    }

    /** YaRN's attention temperature is on scores here, and not on cosine and sine. */
    static double scale(LatentShape shape, RopeConfig rope, double magnitudeWeight) {
        double magnitude = rope.scaling() instanceof RopeScaling.Yarn yarn
                ? RopeScaling.Yarn.magnitude(yarn.factor(), magnitudeWeight)
                : 1;
        return magnitude * magnitude / Math.sqrt(shape.queryDims());
    }

    private Optional<QueryScale> queryScale(ConfigFields scaling) {
        return folder.family() == Family.MISTRAL4
                ? Optional.of(new QueryScale(
                        scaling.real("llama_4_scaling_beta"), scaling.size("original_max_position_embeddings"), 0))
                : Optional.empty();
    }

    private boolean hasExperts(int layer) {
        ConfigFields fields = folder.fields();
        Optional<Json.Arr> types = folder.config().array("mlp_layer_types");
        if (types.isPresent()) {
            if (types.get().elements().size() != folder.layers()) {
                throw fields.wrong("mlp_layer_types", types.get().elements().size() + " elements", "num_hidden_layers");
            }
            String type = types.get().elements().get(layer) instanceof Json.Str s ? s.value() : "no string";
            return switch (type) {
                case "dense" -> false;
                case "sparse" -> true;
                default -> throw fields.wrong("mlp_layer_types", type, "dense or sparse");
            };
        }
        int firstDense = fields.count("first_k_dense_replace", firstDenseWhenAbsent());
        return layer >= firstDense && layer % fields.size("moe_layer_freq", 1) == 0;
    }

    private int firstDenseWhenAbsent() {
        return isV2() || folder.family() == Family.MISTRAL4 ? 0 : 3;
    }

    private DenseConfig dense(int inner) {
        boolean bias = isV2() && folder.fields().flag("mlp_bias", false);
        return new DenseConfig(inner, folder.activation("hidden_act", "silu"), bias);
    }

    private ExpertsConfig experts() {
        ConfigFields fields = folder.fields();
        int inner = fields.size("moe_intermediate_size");
        int shared = fields.count("n_shared_experts", isV2() ? 2 : 1);
        return new ExpertsConfig(
                fields.size("n_routed_experts"),
                fields.size("num_experts_per_tok"),
                new DenseConfig(inner, folder.activation("hidden_act", "silu"), false),
                router(),
                shared > 0 ? Optional.of(dense(Math.multiplyExact(inner, shared))) : Optional.empty(),
                false);
    }

    private RouterConfig router() {
        ConfigFields fields = folder.fields();
        double scale = fields.real("routed_scaling_factor", isV2() || folder.family() == Family.MISTRAL4 ? 1 : 2.5);
        if (isV2()) {
            boolean grouped = isGrouped();
            return new RouterConfig(
                    RouterConfig.Scoring.SOFTMAX,
                    false,
                    false,
                    grouped ? fields.size("n_group") : 1,
                    grouped ? fields.size("topk_group") : 1,
                    RouterConfig.GroupScore.BEST,
                    false,
                    scale,
                    false);
        }
        boolean sigmoid = folder.family() != Family.MISTRAL4;
        return new RouterConfig(
                sigmoid ? RouterConfig.Scoring.SIGMOID : RouterConfig.Scoring.SOFTMAX,
                false,
                sigmoid,
                fields.size("n_group", sigmoid ? 8 : 1),
                fields.size("topk_group", sigmoid ? 4 : 1),
                RouterConfig.GroupScore.TWO_BEST,
                fields.flag("norm_topk_prob", true),
                scale,
                false);
    }

    private boolean isGrouped() {
        String method = folder.fields().maybeText("topk_method").orElse("greedy");
        return switch (method) {
            case "greedy" -> false;
            case "group_limited_greedy" -> true;
            default ->
                throw folder.fields()
                        .wrong("topk_method", ConfigFields.quoted(method), "greedy or group_limited_greedy");
        };
    }
}

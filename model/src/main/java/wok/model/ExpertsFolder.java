package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import wok.formats.Json;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.GroupScore;
import wok.model.RouterConfig.Scoring;

/**
 * Reads the config.json of families that are Llama with experts: Qwen 2 and 3, Mixtral, GLM 4, MiniMax M2, Granite,
 * OLMoE. They differ in biases, norms of queries and keys, the part of a head that turns, and in the router.
 */
record ExpertsFolder(FolderFields folder) {

    /** What a family's configuration class has for keys that are left out. */
    private record Absent(int context, int kvHeads, double epsilon, double ropeBase, int experts, int used) {
        static Absent of(Family family) {
            return switch (family) {
                case QWEN3_MOE -> new Absent(32_768, 4, 1e-6, 10_000, 128, 8);
                case QWEN2_MOE -> new Absent(32_768, 16, 1e-6, 10_000, 60, 4);
                case MIXTRAL -> new Absent(131_072, 8, 1e-5, 1_000_000, 8, 2);
                case GLM4_MOE -> new Absent(131_072, 8, 1e-5, 10_000, 128, 8);
                case MINIMAX_M2 -> new Absent(196_608, 8, 1e-6, 5_000_000, 256, 8);
                case OLMOE -> new Absent(4096, 0, 1e-5, 10_000, 64, 8);
                default -> new Absent(2048, 0, 1e-6, 10_000, 8, 2);
            };
        }
    }

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        Absent absent = Absent.of(folder.family());
        int hidden = fields.size("hidden_size");
        int context = fields.size("max_position_embeddings", absent.context());
        int layers = folder.layers();
        AttentionConfig attention = attention(hidden, context, absent);
        List<Integer> windows = windows(layers);
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerConfig(
                    attention.withWindow(windows.get(layer)),
                    hasExperts(layer) ? experts(absent) : dense("intermediate_size"),
                    NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size"),
                context,
                hidden,
                list,
                folder.rmsNorm(absent.epsilon()),
                scales(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int hidden, int context, Absent absent) {
        ConfigFields fields = folder.fields();
        if (folder.family() == Family.OLMOE && fields.has("clip_qkv")) {
            throw fields.wrong("clip_qkv", fields.real("clip_qkv"), "null: Wok does not clip queries, keys and values");
        }
        int heads = fields.size("num_attention_heads");
        int headDim =
                folder.family() == Family.MINIMAX_M2 ? fields.size("head_dim", 128) : folder.headDim(hidden, heads);
        int kvHeads = fields.size("num_key_value_heads", absent.kvHeads() == 0 ? heads : absent.kvHeads());
        double scale =
                folder.family() == Family.GRANITE_MOE ? fields.real("attention_multiplier", 1) : 1 / Math.sqrt(headDim);
        return new AttentionConfig(
                new HeadShape(heads, kvHeads, headDim),
                ScoreConfig.of(scale),
                Optional.of(rope(headDim, context, absent)),
                projections());
    }

    private ProjectionConfig projections() {
        ConfigFields fields = folder.fields();
        return switch (folder.family()) {
            case QWEN3_MOE -> projections("attention_bias", false, true, QueryNorms.HEADS);
            case QWEN2_MOE -> projections("qkv_bias", true, false, QueryNorms.NONE);
            case GLM4_MOE ->
                projections(
                        "attention_bias",
                        false,
                        false,
                        fields.flag("use_qk_norm", false) ? QueryNorms.HEADS : QueryNorms.NONE);
            case MINIMAX_M2 ->
                ProjectionConfig.of(
                        false, false, fields.flag("use_qk_norm", true) ? QueryNorms.PROJECTIONS : QueryNorms.NONE);
            case OLMOE -> projections("attention_bias", false, true, QueryNorms.PROJECTIONS);
            case GRANITE_MOE -> projections("attention_bias", false, true, QueryNorms.NONE);
            default -> ProjectionConfig.plain();
        };
    }

    /** @param output whether the key speaks for the output projection too */
    private ProjectionConfig projections(String biasKey, boolean biasWhenAbsent, boolean output, QueryNorms norms) {
        boolean bias = folder.fields().flag(biasKey, biasWhenAbsent);
        return ProjectionConfig.of(bias, bias && output, norms);
    }

    private RopeConfig rope(int headDim, int context, Absent absent) {
        Json.Obj parameters = folder.ropes().ofLayerType("full_attention", absent.ropeBase());
        return switch (folder.family()) {
            case GLM4_MOE -> partial(parameters, headDim, context, 0.5);
            case MINIMAX_M2 ->
                partial(parameters, headDim, context, (double) folder.fields().size("rotary_dim", headDim) / headDim);
            default -> folder.ropes().read(parameters, headDim, context);
        };
    }

    private RopeConfig partial(Json.Obj parameters, int headDim, int context, double factorWhenAbsent) {
        double factor = folder.ropes().partialFactor(parameters, factorWhenAbsent);
        return folder.ropes().partial(parameters, headDim, context, (int) (headDim * factor));
    }

    private ExpertsConfig experts(Absent absent) {
        ConfigFields fields = folder.fields();
        int experts = Stream.of("num_experts", "num_local_experts", "n_routed_experts")
                .flatMap(key -> fields.maybeSize(key).stream())
                .findFirst()
                .orElse(absent.experts());
        DenseConfig expert = dense(
                switch (folder.family()) {
                    case QWEN3_MOE, QWEN2_MOE, GLM4_MOE -> "moe_intermediate_size";
                    default -> "intermediate_size";
                });
        return new ExpertsConfig(
                experts,
                fields.size("num_experts_per_tok", absent.used()),
                expert,
                router(),
                shared(expert),
                folder.family() == Family.QWEN2_MOE);
    }

    private RouterConfig router() {
        ConfigFields fields = folder.fields();
        return switch (folder.family()) {
            case GLM4_MOE ->
                RouterConfig.of(Scoring.SIGMOID, fields.flag("norm_topk_prob", true))
                        .withCorrection()
                        .withGroups(fields.size("n_group", 1), fields.size("topk_group", 1), GroupScore.TWO_BEST)
                        .withScale(fields.real("routed_scaling_factor", 1));
            case MINIMAX_M2 -> RouterConfig.of(Scoring.SIGMOID, true).withCorrection();
            case MIXTRAL -> RouterConfig.of(Scoring.SOFTMAX, true);
            case GRANITE_MOE -> RouterConfig.of(Scoring.SOFTMAX_OF_CHOSEN, false);
            default -> RouterConfig.of(Scoring.SOFTMAX, fields.flag("norm_topk_prob", false));
        };
    }

    private Optional<DenseConfig> shared(DenseConfig expert) {
        ConfigFields fields = folder.fields();
        return switch (folder.family()) {
            case QWEN2_MOE -> Optional.of(dense("shared_expert_intermediate_size"));
            case GLM4_MOE -> {
                long inner = (long) expert.inner() * fields.size("n_shared_experts", 1);
                yield Optional.of(
                        new DenseConfig((int) Math.min(inner, Integer.MAX_VALUE), expert.activation(), expert.bias()));
            }
            default -> Optional.empty();
        };
    }

    private DenseConfig dense(String innerKey) {
        return new DenseConfig(folder.fields().size(innerKey), folder.activation("hidden_act", "silu"), false);
    }

    private boolean hasExperts(int layer) {
        return switch (folder.family()) {
            case QWEN3_MOE, QWEN2_MOE ->
                !folder.integers("mlp_only_layers").contains((long) layer)
                        && (layer + 1) % folder.fields().size("decoder_sparse_step", 1) == 0;
            case GLM4_MOE -> layer >= folder.fields().count("first_k_dense_replace", 1);
            default -> true;
        };
    }

    private Scales scales() {
        ConfigFields fields = folder.fields();
        if (folder.family() != Family.GRANITE_MOE) {
            return Scales.none();
        }
        return new Scales(
                (float) fields.real("embedding_multiplier", 1),
                (float) fields.real("residual_multiplier", 1),
                (float) (1 / fields.real("logits_scaling", 1)),
                0);
    }

    /** The window of every layer; 0 for a layer that sees everything before it. */
    private List<Integer> windows(int layers) {
        ConfigFields fields = folder.fields();
        boolean used = fields.flag("use_sliding_window", false);
        return switch (folder.family()) {
            case MIXTRAL -> sameInAll(layers, fields.count("sliding_window", 0));
            case QWEN3_MOE -> sameInAll(layers, used ? fields.size("sliding_window", 4096) : 0);
            case QWEN2_MOE -> {
                int window = used ? fields.size("sliding_window", 4096) : 0;
                yield folder.windowsOfTypes(layers, window).orElseGet(() -> everyOtherOfTheFirst(layers, window));
            }
            default -> sameInAll(layers, 0);
        };
    }

    private List<Integer> everyOtherOfTheFirst(int layers, int window) {
        int windowed = folder.fields().count("max_window_layers", 28);
        List<Integer> windows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            windows.add(layer % 2 == 0 && layer < windowed ? window : 0);
        }
        return windows;
    }

    private static List<Integer> sameInAll(int layers, int window) {
        return java.util.Collections.nCopies(layers, window);
    }
}

package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;
import wok.model.ProjectionConfig.QueryNorms;
import wok.model.RouterConfig.GroupScore;
import wok.model.RouterConfig.Scoring;

/**
 * Reads the metadata of families that are Llama with experts: Qwen 2 and 3, GLM 4, MiniMax M2, Granite, OLMoE. A layer
 * has experts if it has a router. What files leave unsaid (whether weights are normalised, how logits become scores) is
 * what llama.cpp does for the family.
 */
record ExpertsGguf(GgufFields gguf) {
    private static final String GATING = "expert_gating_func";

    ModelConfig read() {
        List<Integer> heads = gguf.perLayer("attention.head_count", Optional.empty());
        List<Integer> kvHeads = gguf.perLayer("attention.head_count_kv", Optional.of(heads));
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < gguf.layersWithoutPredicting(); layer++) {
            list.add(new LayerConfig(
                    attention(layer, heads.get(layer), kvHeads.get(layer)),
                    gguf.has(layer, "ffn_gate_inp.weight") ? experts(layer) : dense(inner(layer)),
                    NormPlacement.BEFORE));
        }
        return gguf.model(list, gguf.rmsNorm(), scales());
    }

    private AttentionConfig attention(int layer, int heads, int kvHeads) {
        int headDim = gguf.headDim(heads);
        boolean isGranite = gguf.family() == Family.GRANITE_MOE;
        double scale = isGranite ? gguf.fields().real(gguf.key("attention.scale"), 0) : 0;
        return new AttentionConfig(
                new HeadShape(heads, kvHeads, headDim),
                ScoreConfig.of(scale == 0 ? 1 / Math.sqrt(headDim) : scale),
                Optional.of(gguf.rope(isGranite ? RopePairing.NEIGHBOURS : RopePairing.HALVES, headDim, 10_000)),
                ProjectionConfig.of(
                        gguf.has(layer, "attn_q.bias") || gguf.has(layer, "attn_qkv.bias"),
                        gguf.has(layer, "attn_output.bias"),
                        norms(layer)));
    }

    private QueryNorms norms(int layer) {
        if (!gguf.has(layer, "attn_q_norm.weight")) {
            return QueryNorms.NONE;
        }
        return switch (gguf.family()) {
            case MINIMAX_M2, OLMOE -> QueryNorms.PROJECTIONS;
            default -> QueryNorms.HEADS;
        };
    }

    private ExpertsConfig experts(int layer) {
        ConfigFields fields = gguf.fields();
        int used = fields.size(gguf.key("expert_used_count"));
        DenseConfig expert = dense(
                fields.maybeSize(gguf.key("expert_feed_forward_length")).orElseGet(() -> innerOfExpert(layer, used)));
        return new ExpertsConfig(
                fields.size(gguf.key("expert_count")),
                used,
                expert,
                router(layer),
                shared(layer, expert),
                gguf.has(layer, "ffn_gate_inp_shexp.weight"));
    }

    /** Of Qwen's files without the key, a part of the whole; of others, what the key for all says. */
    private int innerOfExpert(int layer, int used) {
        boolean isQwen = gguf.family() == Family.QWEN2_MOE || gguf.family() == Family.QWEN3_MOE;
        return isQwen ? inner(layer) / used : inner(layer);
    }

    private Optional<DenseConfig> shared(int layer, DenseConfig expert) {
        ConfigFields fields = gguf.fields();
        if (!gguf.has(layer, "ffn_gate_shexp.weight")) {
            return Optional.empty();
        }
        long counted = (long) expert.inner() * fields.size(gguf.key("expert_shared_count"), 1);
        int inner = gguf.family() == Family.GLM4_MOE
                ? (int) Math.min(counted, Integer.MAX_VALUE)
                : fields.size(gguf.key("expert_shared_feed_forward_length"), inner(layer));
        return Optional.of(dense(inner));
    }

    private RouterConfig router(int layer) {
        ConfigFields fields = gguf.fields();
        boolean normalised = switch (gguf.family()) {
            case QWEN2_MOE, GLM4_MOE, OLMOE -> false;
            default -> true;
        };
        RouterConfig router = RouterConfig.of(scoring(), fields.flag(gguf.key("expert_weights_norm"), normalised));
        double scale = fields.real(gguf.key("expert_weights_scale"), 1);
        router = router.withScale(scale == 0 ? 1 : scale)
                .withGroups(
                        Math.max(fields.count(gguf.key("expert_group_count"), 1), 1),
                        Math.max(fields.count(gguf.key("expert_group_used_count"), 1), 1),
                        GroupScore.TWO_BEST);
        return gguf.has(layer, "exp_probs_b.bias") ? router.withCorrection() : router;
    }

    /** GGUF's numbers for it; 0 and absent leave it to the family. */
    private Scoring scoring() {
        int number = gguf.fields().count(gguf.key(GATING), 0);
        return switch (number) {
            case 0 ->
                switch (gguf.family()) {
                    case GLM4_MOE, MINIMAX_M2 -> Scoring.SIGMOID;
                    default -> Scoring.SOFTMAX;
                };
            case 1 -> Scoring.SOFTMAX;
            case 2 -> Scoring.SIGMOID;
            case 3 -> Scoring.SOFTMAX_OF_CHOSEN;
            default -> throw gguf.fields().wrong(gguf.key(GATING), number, "0 to 3");
        };
    }

    private DenseConfig dense(int inner) {
        return new DenseConfig(inner, GatedActivation.SILU, false);
    }

    private int inner(int layer) {
        return gguf.perLayer("feed_forward_length", Optional.empty()).get(layer);
    }

    private Scales scales() {
        ConfigFields fields = gguf.fields();
        if (gguf.family() != Family.GRANITE_MOE) {
            return Scales.none();
        }
        return new Scales(
                (float) fields.real(gguf.key("embedding_scale"), 1),
                (float) fields.real(gguf.key("residual_scale"), 1),
                (float) (1 / fields.real(gguf.key("logit_scale"), 1)),
                0);
    }
}

package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.kernels.GatedActivation;
import wok.kernels.RopePairing;

/**
 * Reads the metadata of {@code deepseek2}: DeepSeek V2 and V3, Kimi K2.
 *
 * <p>Files of before 2025 have the length of a head's query and value under key_length and value_length; later ones have
 * there what the cache holds, and the heads' own under key_length_mla and value_length_mla. The router's gating function
 * has a key since V3; without it a file is V2's. Group keys are younger still: llama.cpp ranked no groups for V2, and the
 * files for it don't have them.
 */
record DeepseekGguf(GgufFields gguf) {
    private static final int SOFTMAX = 1;
    private static final int SIGMOID = 2;

    ModelConfig read() {
        LatentConfig latent = latent();
        int dense = gguf.fields().count(gguf.key("leading_dense_block_count"), 0);
        List<LayerConfig> layers = new ArrayList<>();
        for (int layer = 0; layer < gguf.layersWithoutPredicting(); layer++) {
            layers.add(new LayerConfig(latent, layer < dense ? dense() : experts(), NormPlacement.BEFORE));
        }
        return gguf.model(layers, gguf.rmsNorm(), Scales.none());
    }

    private LatentConfig latent() {
        ConfigFields fields = gguf.fields();
        int turning = fields.size(gguf.key("rope.dimension_count"));
        int query = fields.maybeSize(gguf.key("attention.key_length_mla"))
                .orElseGet(() -> fields.size(gguf.key("attention.key_length")));
        int value = fields.maybeSize(gguf.key("attention.value_length_mla"))
                .orElseGet(() -> fields.size(gguf.key("attention.value_length")));
        if (query <= turning) {
            throw fields.wrong(gguf.key("attention.key_length"), query, "more than rope.dimension_count, " + turning);
        }
        LatentShape shape = new LatentShape(
                fields.size(gguf.key("attention.head_count")),
                gguf.has(0, "attn_q_a.weight") ? fields.size(gguf.key("attention.q_lora_rank")) : 0,
                fields.size(gguf.key("attention.kv_lora_rank")),
                query - turning,
                turning,
                value);
        RopeConfig rope = withoutMagnitude(gguf.rope(RopePairing.NEIGHBOURS, turning, 10_000));
        double weight = 10 * fields.real(gguf.key("rope.scaling.yarn_log_multiplier"), 0);
        ScoreConfig scores = ScoreConfig.of(DeepseekFolder.scale(shape, rope, weight));
        return new LatentConfig(shape, scores, Optional.of(rope), gguf.has(0, "attn_kv_a_mqa.bias"));
    }

    /** llama.cpp takes YaRN's factor on cosine and sine back in this architecture: the temperature is on scores. */
    private RopeConfig withoutMagnitude(RopeConfig rope) {
        return rope.scaling() instanceof RopeScaling.Yarn y
                ? new RopeConfig(
                        rope.pairing(),
                        rope.dimensions(),
                        rope.base(),
                        new RopeScaling.Yarn(
                                y.factor(),
                                y.originalContext(),
                                y.betaFast(),
                                y.betaSlow(),
                                gguf.fields().real(gguf.key("rope.scaling.attn_factor"), 1),
                                y.truncate()))
                : rope;
    }

    private DenseConfig dense() {
        return new DenseConfig(gguf.fields().size(gguf.key("feed_forward_length")), GatedActivation.SILU, false);
    }

    private ExpertsConfig experts() {
        ConfigFields fields = gguf.fields();
        int inner = fields.size(gguf.key("expert_feed_forward_length"));
        int shared = fields.count(gguf.key("expert_shared_count"), 0);
        return new ExpertsConfig(
                fields.size(gguf.key("expert_count")),
                fields.size(gguf.key("expert_used_count")),
                new DenseConfig(inner, GatedActivation.SILU, false),
                router(),
                shared > 0
                        ? Optional.of(new DenseConfig(Math.multiplyExact(inner, shared), GatedActivation.SILU, false))
                        : Optional.empty(),
                false);
    }

    private RouterConfig router() {
        ConfigFields fields = gguf.fields();
        int gating = fields.size(gguf.key("expert_gating_func"), SOFTMAX);
        if (gating != SOFTMAX && gating != SIGMOID) {
            throw fields.wrong(gguf.key("expert_gating_func"), gating, "1 for softmax or 2 for sigmoid");
        }
        return new RouterConfig(
                gating == SIGMOID ? RouterConfig.Scoring.SIGMOID : RouterConfig.Scoring.SOFTMAX,
                false,
                hasCorrection(),
                fields.size(gguf.key("expert_group_count"), 1),
                fields.size(gguf.key("expert_group_used_count"), 1),
                gating == SIGMOID ? RouterConfig.GroupScore.TWO_BEST : RouterConfig.GroupScore.BEST,
                fields.flag(gguf.key("expert_weights_norm"), false),
                fields.real(gguf.key("expert_weights_scale"), 1),
                false);
    }

    private boolean hasCorrection() {
        return gguf.has(gguf.layersWithoutPredicting() - 1, "exp_probs_b.bias");
    }
}

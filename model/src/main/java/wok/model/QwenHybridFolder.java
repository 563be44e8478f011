package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.GatedActivation;
import wok.model.ProjectionConfig.QueryNorms;

/**
 * Reads the config.json of Qwen3-Next and Qwen 3.5: delta nets, and between them gated attention whose heads turn in
 * part.
 */
record QwenHybridFolder(FolderFields folder) {
    private static final double ROTARY_PART = 0.25;

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int hidden = fields.size("hidden_size", folder.family() == Family.QWEN3_5 ? 4096 : 2048);
        int context = fields.size("max_position_embeddings", 32_768);
        int layers =
                folder.layers(folder.family() == Family.QWEN3_NEXT ? 48 : folder.family() == Family.QWEN3_5 ? 32 : 40);
        List<Boolean> linear = folder.linearLayers(layers, fields.size("full_attention_interval", 4));
        AttentionConfig attention = attention(context);
        DeltaRuleConfig delta = delta();
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerConfig(linear.get(layer) ? delta : attention, feedForward(layer), NormPlacement.BEFORE));
        }
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", folder.family() == Family.QWEN3_NEXT ? 151_936 : 248_320),
                context,
                hidden,
                list,
                folder.rmsNorm(1e-6),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private AttentionConfig attention(int context) {
        ConfigFields fields = folder.fields();
        int headDim = fields.size("head_dim", 256);
        boolean bias = fields.flag("attention_bias", false);
        return new AttentionConfig(
                new HeadShape(
                        fields.size("num_attention_heads", 16),
                        fields.size("num_key_value_heads", folder.family() == Family.QWEN3_5 ? 4 : 2),
                        headDim),
                ScoreConfig.of(1 / Math.sqrt(headDim)),
                Optional.of(rope(headDim, context)),
                new ProjectionConfig(bias, bias, QueryNorms.HEADS, true));
    }

    private RopeConfig rope(int headDim, int context) {
        ConfigFields fields = folder.fields();
        Json.Obj parameters = folder.ropes().flat();
        ConfigFields scalars = ConfigFields.of("rope_parameters", parameters);
        double part = scalars.real("partial_rotary_factor", fields.real("partial_rotary_factor", ROTARY_PART));
        RopeConfig whole = folder.ropes().read(parameters.with("partial_rotary_factor", Json.of(1)), headDim, context);
        return new RopeConfig(whole.pairing(), (int) (headDim * part), whole.base(), whole.scaling());
    }

    private DeltaRuleConfig delta() {
        ConfigFields fields = folder.fields();
        GatedActivation activation = folder.activation("hidden_act", "silu");
        if (activation != GatedActivation.SILU) {
            throw fields.wrong(
                    "hidden_act", activation, "silu in " + folder.family().label());
        }
        return new DeltaRuleConfig(
                fields.size("linear_num_value_heads", 32),
                fields.size("linear_num_key_heads", 16),
                fields.size("linear_key_head_dim", 128),
                fields.size("linear_value_head_dim", 128),
                fields.size("linear_conv_kernel_dim", 4),
                DeltaRuleConfig.Decay.HEADS,
                DeltaRuleConfig.Gate.SILU,
                1,
                fields.real("rms_norm_eps", 1e-6),
                true);
    }

    private FeedForwardConfig feedForward(int layer) {
        ConfigFields fields = folder.fields();
        if (!hasExperts(layer)) {
            return dense("intermediate_size", folder.family() == Family.QWEN3_NEXT ? 5632 : 12_288);
        }
        boolean next = folder.family() == Family.QWEN3_NEXT;
        return new ExpertsConfig(
                fields.size("num_experts", next ? 512 : 256),
                fields.size("num_experts_per_tok", next ? 10 : 8),
                dense("moe_intermediate_size", 512),
                RouterConfig.of(RouterConfig.Scoring.SOFTMAX, !next || fields.flag("norm_topk_prob", true)),
                Optional.of(dense("shared_expert_intermediate_size", 512)),
                true);
    }

    private boolean hasExperts(int layer) {
        return switch (folder.family()) {
            case QWEN3_5 -> false;
            case QWEN3_5_MOE -> true;
            default ->
                folder.fields().count("num_experts", 512) > 0
                        && !folder.integers("mlp_only_layers").contains((long) layer)
                        && (layer + 1) % folder.fields().size("decoder_sparse_step", 1) == 0;
        };
    }

    private DenseConfig dense(String innerKey, int absent) {
        return new DenseConfig(folder.fields().size(innerKey, absent), GatedActivation.SILU, false);
    }
}

package wok.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import wok.formats.Json;
import wok.kernels.GatedActivation;
import wok.model.RouterConfig.GroupScore;
import wok.model.RouterConfig.Scoring;

/**
 * Reads the config.json of Kimi Linear: delta nets with a decay for each number of a key, and between them latent
 * attention that does not turn. Published files count layers from 1 in {@code linear_attn_config}; transformers 5 writes
 * {@code layer_types} and {@code mlp_layer_types} too.
 */
record KimiLinearFolder(FolderFields folder) {
    private static final int INTERVAL = 4;

    ModelConfig read() {
        ConfigFields fields = folder.fields();
        int layers = folder.layers(27);
        LatentConfig latent = latent();
        DeltaRuleConfig delta = delta();
        List<Boolean> linear = linearLayers(layers);
        List<LayerConfig> list = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            list.add(new LayerConfig(
                    linear.get(layer) ? delta : latent,
                    hasExperts(layer) ? experts() : dense(fields.size("intermediate_size", 9216)),
                    NormPlacement.BEFORE));
        }
        int context = fields.size("model_max_length", fields.size("max_position_embeddings", 1_048_576));
        return new ModelConfig(
                folder.family(),
                fields.size("vocab_size", 163_840),
                context,
                fields.size("hidden_size", 2304),
                list,
                folder.rmsNorm(1e-5),
                Scales.none(),
                fields.flag("tie_word_embeddings", false));
    }

    private Optional<Json.Obj> linearConfig() {
        return folder.config().object("linear_attn_config");
    }

    private List<Boolean> linearLayers(int layers) {
        Optional<Json.Arr> full = linearConfig().flatMap(config -> config.array("full_attn_layers"));
        if (folder.layerTypes(layers).isPresent() || full.isEmpty()) {
            return folder.linearLayers(layers, INTERVAL);
        }
        List<Boolean> linear = new ArrayList<>();
        for (long layer = 1; layer <= layers; layer++) {
            Json number = Json.of(layer);
            linear.add(full.get().elements().stream().noneMatch(number::equals));
        }
        return linear;
    }

    private LatentConfig latent() {
        ConfigFields fields = folder.fields();
        if (!fields.flag("mla_use_nope", false)) {
            throw fields.wrong("mla_use_nope", false, "true: no published Kimi Linear turns its queries and keys");
        }
        if (fields.flag("mla_use_output_gate", false)) {
            throw fields.wrong("mla_use_output_gate", true, "false");
        }
        LatentShape shape = new LatentShape(
                fields.size("num_attention_heads", 32),
                fields.maybeSize("q_lora_rank").orElse(0),
                fields.size("kv_lora_rank", 512),
                fields.size("qk_nope_head_dim", 128),
                fields.size("qk_rope_head_dim", 64),
                fields.size("v_head_dim", 128));
        return new LatentConfig(shape, ScoreConfig.of(1 / Math.sqrt(shape.queryDims())), Optional.empty(), false);
    }

    private DeltaRuleConfig delta() {
        ConfigFields own = folder.fields();
        ConfigFields fields = linearConfig()
                .map(config -> ConfigFields.of(own.where() + ": linear_attn_config", config))
                .orElse(own);
        int heads = fields.size("num_heads", own.size("linear_num_heads", 32));
        int headDim = fields.size("head_dim", own.size("linear_head_dim", 128));
        return new DeltaRuleConfig(
                heads,
                heads,
                headDim,
                headDim,
                fields.size("short_conv_kernel_size", own.size("linear_conv_kernel_dim", 4)),
                DeltaRuleConfig.Decay.KEYS,
                DeltaRuleConfig.Gate.SIGMOID,
                1,
                own.real("rms_norm_eps", 1e-5),
                false);
    }

    private boolean hasExperts(int layer) {
        ConfigFields fields = folder.fields();
        return layer >= fields.count("first_k_dense_replace", 1) && layer % fields.size("moe_layer_freq", 1) == 0;
    }

    private ExpertsConfig experts() {
        ConfigFields fields = folder.fields();
        if (!fields.maybeText("moe_router_activation_func").orElse("sigmoid").equals("sigmoid")) {
            throw fields.wrong("moe_router_activation_func", fields.text("moe_router_activation_func"), "sigmoid");
        }
        int inner = fields.size("moe_intermediate_size", 1024);
        int shared = fields.count("num_shared_experts", 1);
        RouterConfig router = new RouterConfig(
                Scoring.SIGMOID,
                false,
                true,
                fields.size("num_expert_group", 1),
                fields.size("topk_group", 1),
                GroupScore.TWO_BEST,
                fields.flag("moe_renormalize", true),
                fields.real("routed_scaling_factor", 2.446),
                false);
        return new ExpertsConfig(
                fields.size("num_experts", 256),
                fields.size("num_experts_per_token", 8),
                dense(inner),
                router,
                shared > 0 ? Optional.of(dense(Math.multiplyExact(inner, shared))) : Optional.empty(),
                false);
    }

    private DenseConfig dense(int inner) {
        if (folder.activation("hidden_act", "silu") != GatedActivation.SILU) {
            throw folder.fields().wrong("hidden_act", folder.fields().text("hidden_act"), "silu");
        }
        return new DenseConfig(inner, GatedActivation.SILU, false);
    }
}

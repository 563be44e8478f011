package wok.model;

import java.util.EnumMap;
import java.util.Map;

/** What families call their weights in Hugging Face folders where they differ from {@link TensorRole}'s own names. */
final class FolderNames {
    private FolderNames() {}

    static Map<TensorRole, String> of(Family family) {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, QWEN3_MOE, QWEN2_MOE, OLMOE, GEMMA3, QWEN3_NEXT, QWEN3_5, QWEN3_5_MOE ->
                Map.of();
            case MIXTRAL, MINIMAX_M2 -> mixtral();
            case GPT_OSS -> Map.of(TensorRole.ROUTER, "mlp.router");
            case GLM4_MOE, DEEPSEEK, DEEPSEEK_V32, MISTRAL4 -> sharedExperts();
            case LLAMA4 -> llama4();
            case GRANITE_MOE ->
                Map.of(
                        TensorRole.ROUTER, "block_sparse_moe.router.layer",
                        TensorRole.EXPERTS_GATE_UP, "block_sparse_moe.input_linear",
                        TensorRole.EXPERTS_DOWN, "block_sparse_moe.output_linear");
            case GEMMA2, OLMO2, OLMO3, PHI3, SMOLLM3, GRANITE, COHERE2, MINISTRAL3 -> Map.of();
            case GLM4 ->
                Map.of(
                        TensorRole.ATTENTION_AFTER_NORM, "post_self_attn_layernorm",
                        TensorRole.FEED_FORWARD_NORM_OF_FOUR, "post_attention_layernorm",
                        TensorRole.FEED_FORWARD_AFTER_NORM, "post_mlp_layernorm");
            case KIMI_LINEAR -> kimiLinear();
            case OLMO_HYBRID ->
                Map.of(
                        TensorRole.ATTENTION_NORM, "attention_layer_norm",
                        TensorRole.FEED_FORWARD_NORM, "feedforward_layer_norm",
                        TensorRole.DELTA_RATE, "linear_attn.b_proj",
                        TensorRole.DELTA_DECAY, "linear_attn.a_proj",
                        TensorRole.DELTA_GATE, "linear_attn.g_proj",
                        TensorRole.DELTA_NORM, "linear_attn.o_norm",
                        TensorRole.DELTA_OUTPUT, "linear_attn.o_proj");
        };
    }

    private static Map<TensorRole, String> kimiLinear() {
        Map<TensorRole, String> names = new EnumMap<>(mixtral());
        names.put(TensorRole.ROUTER_CORRECTION, "block_sparse_moe.gate.e_score_correction_bias");
        names.put(TensorRole.SHARED_GATE, "block_sparse_moe.shared_experts.gate_proj");
        names.put(TensorRole.SHARED_UP, "block_sparse_moe.shared_experts.up_proj");
        names.put(TensorRole.SHARED_DOWN, "block_sparse_moe.shared_experts.down_proj");
        names.put(TensorRole.DELTA_QUERY, "self_attn.q_proj");
        names.put(TensorRole.DELTA_KEY, "self_attn.k_proj");
        names.put(TensorRole.DELTA_VALUE, "self_attn.v_proj");
        names.put(TensorRole.DELTA_QUERY_CONVOLUTION, "self_attn.q_conv1d");
        names.put(TensorRole.DELTA_KEY_CONVOLUTION, "self_attn.k_conv1d");
        names.put(TensorRole.DELTA_VALUE_CONVOLUTION, "self_attn.v_conv1d");
        names.put(TensorRole.DELTA_RATE, "self_attn.b_proj");
        names.put(TensorRole.DELTA_DECAY_DOWN, "self_attn.f_a_proj");
        names.put(TensorRole.DELTA_DECAY_UP, "self_attn.f_b_proj");
        names.put(TensorRole.DELTA_DECAY_BIAS, "self_attn.dt_bias");
        names.put(TensorRole.DELTA_DECAY_RATE, "self_attn.A_log");
        names.put(TensorRole.DELTA_GATE_DOWN, "self_attn.g_a_proj");
        names.put(TensorRole.DELTA_GATE_UP, "self_attn.g_b_proj");
        names.put(TensorRole.DELTA_NORM, "self_attn.o_norm");
        names.put(TensorRole.DELTA_OUTPUT, "self_attn.o_proj");
        return names;
    }

    private static Map<TensorRole, String> mixtral() {
        return Map.of(
                TensorRole.ROUTER, "block_sparse_moe.gate",
                TensorRole.ROUTER_CORRECTION, "block_sparse_moe.e_score_correction_bias",
                TensorRole.EXPERT_GATE, "block_sparse_moe.experts.{e}.w1",
                TensorRole.EXPERT_UP, "block_sparse_moe.experts.{e}.w3",
                TensorRole.EXPERT_DOWN, "block_sparse_moe.experts.{e}.w2");
    }

    private static Map<TensorRole, String> sharedExperts() {
        return Map.of(
                TensorRole.SHARED_GATE, "mlp.shared_experts.gate_proj",
                TensorRole.SHARED_UP, "mlp.shared_experts.up_proj",
                TensorRole.SHARED_DOWN, "mlp.shared_experts.down_proj");
    }

    private static Map<TensorRole, String> llama4() {
        return Map.of(
                TensorRole.GATE, "feed_forward.gate_proj",
                TensorRole.UP, "feed_forward.up_proj",
                TensorRole.DOWN, "feed_forward.down_proj",
                TensorRole.ROUTER, "feed_forward.router",
                TensorRole.EXPERTS_GATE_UP, "feed_forward.experts.gate_up_proj",
                TensorRole.EXPERTS_DOWN, "feed_forward.experts.down_proj",
                TensorRole.SHARED_GATE, "feed_forward.shared_expert.gate_proj",
                TensorRole.SHARED_UP, "feed_forward.shared_expert.up_proj",
                TensorRole.SHARED_DOWN, "feed_forward.shared_expert.down_proj");
    }
}

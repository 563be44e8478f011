package wok.model;

import java.util.Map;

/** What families call their weights in Hugging Face folders where they differ from {@link TensorRole}'s own names. */
final class FolderNames {
    private FolderNames() {}

    static Map<TensorRole, String> of(Family family) {
        return switch (family) {
            case LLAMA, MISTRAL, QWEN2, QWEN3, QWEN3_MOE, QWEN2_MOE, OLMOE, GEMMA3 -> Map.of();
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
        };
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

package wok.model;

/**
 * What a weight does, with the names that files have for it, without prefixes and the ending {@code .weight} or
 * {@code .bias}. Folder names are those of transformers, GGUF names those of {@code gguf-py/gguf/constants.py}.
 */
enum TensorRole {
    EMBEDDING("embed_tokens", "token_embd"),
    OUTPUT_NORM("norm", "output_norm"),
    OUTPUT("lm_head", "output"),
    ATTENTION_NORM("input_layernorm", "attn_norm"),
    QUERY("self_attn.q_proj", "attn_q"),
    KEY("self_attn.k_proj", "attn_k"),
    VALUE("self_attn.v_proj", "attn_v"),
    ATTENTION_OUTPUT("self_attn.o_proj", "attn_output"),
    QUERY_NORM("self_attn.q_norm", "attn_q_norm"),
    KEY_NORM("self_attn.k_norm", "attn_k_norm"),
    /** Gemma's norm on what attention gives. */
    ATTENTION_AFTER_NORM("post_attention_layernorm", "post_attention_norm"),
    /** The norm before the feed-forward block where no other stands after attention: Llama's odd name for it. */
    FEED_FORWARD_NORM("post_attention_layernorm", "ffn_norm"),
    /** The same with Gemma's four norms. */
    FEED_FORWARD_NORM_OF_FOUR("pre_feedforward_layernorm", "ffn_norm"),
    FEED_FORWARD_AFTER_NORM("post_feedforward_layernorm", "post_ffw_norm"),
    GATE("mlp.gate_proj", "ffn_gate"),
    UP("mlp.up_proj", "ffn_up"),
    DOWN("mlp.down_proj", "ffn_down");

    private final String folderStem;
    private final String ggufStem;

    TensorRole(String folderStem, String ggufStem) {
        this.folderStem = folderStem;
        this.ggufStem = ggufStem;
    }

    String folderStem() {
        return folderStem;
    }

    String ggufStem() {
        return ggufStem;
    }
}

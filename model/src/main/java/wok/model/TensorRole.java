package wok.model;

/**
 * What a weight does, with the names that files have for it, without prefixes and the ending {@code .weight} or
 * {@code .bias}. Folder names are those of most families in transformers, what others call them is in
 * {@link FolderNames}; GGUF names are those of {@code gguf-py/gguf/constants.py}. In the folder name of an expert's weight
 * {@code {e}} stands for the expert's number; GGUF stacks all experts in one tensor.
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
    DOWN("mlp.down_proj", "ffn_down"),
    /** Queries, keys and values in one matrix, in this order. */
    QUERY_KEY_VALUE("self_attn.qkv_proj", "attn_qkv"),
    SINKS("self_attn.sinks", "attn_sinks"),
    /** To what latent attention makes queries from. */
    QUERY_DOWN("self_attn.q_a_proj", "attn_q_a"),
    QUERY_DOWN_NORM("self_attn.q_a_layernorm", "attn_q_a_norm"),
    QUERY_UP("self_attn.q_b_proj", "attn_q_b"),
    /** To the latent of keys and values, and the key that turns. */
    LATENT("self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"),
    LATENT_NORM("self_attn.kv_a_layernorm", "attn_kv_a_norm"),
    /** From the latent to every head's key, then its values: [heads x (plainDims + valueDims), latentRank]. */
    LATENT_KEYS_VALUES("self_attn.kv_b_proj", "attn_kv_b"),
    /** The keys alone, transposed for each head: [heads, latentRank, plainDims]. */
    LATENT_KEYS("self_attn.k_b_proj", "attn_k_b"),
    /** The values alone: [heads, valueDims, latentRank]. */
    LATENT_VALUES("self_attn.v_b_proj", "attn_v_b"),
    /** DeepSeek V3.2's small queries and keys, and what each head's score counts. */
    INDEX_QUERY("self_attn.indexer.wq_b", "indexer.attn_q_b"),
    INDEX_KEY("self_attn.indexer.wk", "indexer.attn_k"),
    INDEX_KEY_NORM("self_attn.indexer.k_norm", "indexer.k_norm"),
    /** The whole name. */
    INDEX_KEY_NORM_BIAS("self_attn.indexer.k_norm.bias", "indexer.k_norm.bias"),
    INDEX_FACTOR("self_attn.indexer.weights_proj", "indexer.proj"),
    /** Gate and up in one matrix, in this order. */
    GATE_UP("mlp.gate_up_proj", "ffn_up"),
    ROUTER("mlp.gate", "ffn_gate_inp"),
    /** What is added to scores for the choice of experts only; the whole name, without an ending. */
    ROUTER_CORRECTION("mlp.gate.e_score_correction_bias", "exp_probs_b.bias"),
    EXPERT_GATE("mlp.experts.{e}.gate_proj", "ffn_gate_exps"),
    EXPERT_UP("mlp.experts.{e}.up_proj", "ffn_up_exps"),
    EXPERT_DOWN("mlp.experts.{e}.down_proj", "ffn_down_exps"),
    /** Gate and up of all experts in one tensor, see {@link ExpertLayout}; in folders the whole name. */
    EXPERTS_GATE_UP("mlp.experts.gate_up_proj", "ffn_gate_up_exps"),
    /** The like with down. */
    EXPERTS_DOWN("mlp.experts.down_proj", "ffn_down_exps"),
    SHARED_GATE("mlp.shared_expert.gate_proj", "ffn_gate_shexp"),
    SHARED_UP("mlp.shared_expert.up_proj", "ffn_up_shexp"),
    SHARED_DOWN("mlp.shared_expert.down_proj", "ffn_down_shexp"),
    /** One row: its product with the input is what the shared expert's output is gated by. */
    SHARED_EXPERT_GATE("mlp.shared_expert_gate", "ffn_gate_inp_shexp"),
    /** A delta net's queries, keys and values in one matrix, in this order; where they are three the next three. */
    DELTA_INPUT("linear_attn.in_proj_qkv", "attn_qkv"),
    DELTA_QUERY("linear_attn.q_proj", "attn_q"),
    DELTA_KEY("linear_attn.k_proj", "attn_k"),
    DELTA_VALUE("linear_attn.v_proj", "attn_v"),
    DELTA_GATE("linear_attn.in_proj_z", "attn_gate"),
    /** Gates by way of few numbers: Kimi Linear. */
    DELTA_GATE_DOWN("linear_attn.g_a_proj", "ssm_g_a"),
    DELTA_GATE_UP("linear_attn.g_b_proj", "ssm_g_b"),
    /** Queries, keys, values and gates in one matrix, by key head: Qwen3-Next. */
    DELTA_GROUPED("linear_attn.in_proj_qkvz", "ssm_in"),
    /** Rates of learning and decays in one matrix, by key head: Qwen3-Next. */
    DELTA_GROUPED_RATES("linear_attn.in_proj_ba", "ssm_ba"),
    DELTA_RATE("linear_attn.in_proj_b", "ssm_beta"),
    DELTA_DECAY("linear_attn.in_proj_a", "ssm_alpha"),
    DELTA_DECAY_DOWN("linear_attn.f_a_proj", "ssm_f_a"),
    DELTA_DECAY_UP("linear_attn.f_b_proj", "ssm_f_b"),
    /** The whole name, without an ending, as the next. */
    DELTA_DECAY_BIAS("linear_attn.dt_bias", "ssm_dt.bias"),
    /** Folders have its logarithm, GGUF files it negated. */
    DELTA_DECAY_RATE("linear_attn.A_log", "ssm_a"),
    DELTA_CONVOLUTION("linear_attn.conv1d", "ssm_conv1d"),
    DELTA_QUERY_CONVOLUTION("linear_attn.q_conv1d", "ssm_conv1d_q"),
    DELTA_KEY_CONVOLUTION("linear_attn.k_conv1d", "ssm_conv1d_k"),
    DELTA_VALUE_CONVOLUTION("linear_attn.v_conv1d", "ssm_conv1d_v"),
    DELTA_NORM("linear_attn.norm", "ssm_norm"),
    DELTA_OUTPUT("linear_attn.out_proj", "ssm_out");

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

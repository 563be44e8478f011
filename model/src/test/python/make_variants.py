"""Makes the tiny models of src/test/resources/wok/model/variants and the numbers that transformers computes for them.

Every model turns on options that few published models use together: windows from some layer on, scaled rotary
embeddings, biases, capped logits, heads of unusual sizes. VariantsTest compares Wok with them.

    pip install torch==2.13.0 transformers==5.17.0 safetensors==0.8.0      (Python 3.11)
    python make_variants.py ../resources/wok/model/variants [NAME…]

One thread, 32-bit floats, eager attention; a second run on the same machine gives the same bytes. A folder holds

  config.json       as the model's maker would have written it, in the style that the variant names
  config.v5.json    the same model as transformers 5 writes it
  model.safetensors
  golden.json       cases: tokens, logits of the last position, top5 ids of every position, hidden (the first values of
                    the last position after each layer), greedy (the next ids); and `wrong`: changes of config.json, by
                    dotted key, each of which makes another model, so that a reader that overlooks the key is caught;
                    `context`, if the model is to be opened with so many positions
"""

import json
import sys
import zlib
from pathlib import Path

import torch
from transformers import (AutoConfig, AutoModelForCausalLM, Gemma3ForConditionalGeneration,
                          Mistral3ForConditionalGeneration)

PROMPT_LENGTHS = (5, 17, 40)
GREEDY = 8
HIDDEN_VALUES = 8
# Far above the noise of 32-bit sums, so that another order of operations cannot change an order of tokens.
TOP_GAP_MIN = 1e-4
GREEDY_GAP_MIN = 1e-3

COMMON = {"vocab_size": 64, "hidden_size": 24, "intermediate_size": 24, "num_hidden_layers": 2,
          "num_attention_heads": 3, "num_key_value_heads": 1, "max_position_embeddings": 128,
          "rms_norm_eps": 1e-5, "tie_word_embeddings": True, "bos_token_id": 0, "eos_token_id": 1}


def old(model_type, **options):
    """A configuration as transformers 4 wrote it."""
    return {"model_type": model_type, "torch_dtype": "float32", **COMMON, "rope_theta": 10000.0, **options}


def new(model_type, rope, **options):
    """A configuration as transformers 5 writes it."""
    return {"model_type": model_type, "dtype": "float32", **COMMON, "rope_parameters": rope, **options}


def gemma(**options):
    return {"head_dim": 8, "query_pre_attn_scalar": 12, "hidden_activation": "gelu_pytorch_tanh",
            "pad_token_id": 0, **options}


# Variants that are opened with a context of their own, and prompts that all need it.
CONTEXTS = {"phi3-long": 128}
LONG_PROMPT_LENGTHS = (20, 31, 40)

YARN = {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 16}

# name: (configuration, changes that must show)
VARIANTS = {
    "llama-linear-biased": (
        old("llama", head_dim=20, num_attention_heads=2, attention_bias=True, mlp_bias=True, vocab_size=72,
            rope_scaling={"type": "linear", "factor": 2.5}),
        [{"attention_bias": False}, {"mlp_bias": False}, {"rope_scaling": None}]),
    "llama-yarn": (
        old("llama", hidden_size=28, num_attention_heads=7, head_dim=8, intermediate_size=16, tie_word_embeddings=False,
            rope_scaling=YARN),
        [{"rope_scaling": None}, {"rope_scaling.factor": 2.0}, {"rope_scaling.original_max_position_embeddings": 64},
         {"tie_word_embeddings": True}]),
    "llama-dynamic": (
        old("llama", rope_scaling={"rope_type": "dynamic", "factor": 4.0}, max_position_embeddings=48,
            num_key_value_heads=3, rope_theta=5000.0),
        [{"rope_scaling.rope_type": "linear"}, {"rope_theta": 10000.0}]),
    "mistral-whole": (
        old("mistral", sliding_window=None, num_hidden_layers=3, head_dim=12, num_attention_heads=2),
        [{"sliding_window": 6}]),
    "qwen2-window": (
        old("qwen2", hidden_size=28, num_attention_heads=7, intermediate_size=18, num_hidden_layers=3,
            use_sliding_window=True, sliding_window=6, max_window_layers=1),
        [{"use_sliding_window": False}, {"max_window_layers": 2}, {"max_window_layers": 0}, {"sliding_window": 7}]),
    "qwen2-layer-types": (
        new("qwen2", {"rope_type": "default", "rope_theta": 3000.0}, num_hidden_layers=3, use_sliding_window=True,
            sliding_window=5, max_window_layers=3, vocab_size=80,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
        [{"layer_types": ["full_attention", "full_attention", "sliding_attention"]}, {"use_sliding_window": False},
         {"rope_parameters.rope_theta": 10000.0}]),
    "qwen3-yarn": (
        new("qwen3", {**YARN, "original_max_position_embeddings": 64, "rope_theta": 20000.0,
                       "beta_fast": 2.0, "beta_slow": 0.5, "attention_factor": 1.4, "truncate": False},
            head_dim=24, num_attention_heads=2, intermediate_size=20, attention_bias=True, vocab_size=66,
            tie_word_embeddings=False),
        [{"attention_bias": False}, {"rope_parameters.rope_type": "default"}, {"rope_parameters.beta_fast": 32.0},
         {"rope_parameters.beta_slow": 1.0}, {"rope_parameters.truncate": True},
         {"rope_parameters.attention_factor": None}, {"tie_word_embeddings": True}]),
    "qwen3-window": (
        old("qwen3", head_dim=10, num_attention_heads=4, num_key_value_heads=2, num_hidden_layers=3,
            intermediate_size=16, use_sliding_window=True, sliding_window=9, max_window_layers=2),
        [{"use_sliding_window": False}, {"max_window_layers": 1}, {"sliding_window": 8}]),
    "gemma3-softcap": (
        old("gemma3_text", **gemma(num_hidden_layers=3, sliding_window=5, sliding_window_pattern=2,
                                   final_logit_softcapping=2.0, rope_theta=100000.0, rope_local_base_freq=500.0,
                                   rope_scaling={"rope_type": "linear", "factor": 4.0})),
        [{"final_logit_softcapping": None}, {"sliding_window_pattern": 3}, {"sliding_window": 6},
         {"rope_scaling": None}, {"rope_local_base_freq": 1000.0}, {"query_pre_attn_scalar": 8}]),
    "gemma3-layer-types": (
        new("gemma3_text", {"full_attention": {"rope_type": "default", "rope_theta": 50000.0},
                            "sliding_attention": {"rope_type": "default", "rope_theta": 700.0}},
            **gemma(num_hidden_layers=3, sliding_window=7, tie_word_embeddings=False, attention_bias=True,
                    layer_types=["full_attention", "sliding_attention", "full_attention"])),
        [{"layer_types": ["sliding_attention", "sliding_attention", "full_attention"]}, {"attention_bias": False},
         {"rope_parameters.sliding_attention.rope_theta": 10000.0}, {"tie_word_embeddings": True},
         {"rope_parameters.full_attention.rope_theta": 10000.0}]),
    "gemma3-multimodal": (
        {"model_type": "gemma3", "torch_dtype": "float32", "mm_tokens_per_image": 4, "image_token_index": 63,
         "boi_token_index": 62, "eoi_token_index": 61, "tie_word_embeddings": True,
         "text_config": old("gemma3_text", **gemma(
             num_hidden_layers=3, sliding_window=6, sliding_window_pattern=3, rope_theta=100000.0,
             rope_local_base_freq=300.0)),
         "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 8, "intermediate_size": 8,
                           "num_hidden_layers": 1, "num_attention_heads": 1, "image_size": 8, "patch_size": 4,
                           "vision_use_head": False}},
        [{"text_config.sliding_window": 4096}, {"text_config.sliding_window_pattern": 2},
         {"text_config.rope_theta": 10000.0}]),
}

VARIANTS |= {
    "olmo2-biased": (
        old("olmo2", attention_bias=True, num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=False,
            rope_scaling={"rope_type": "linear", "factor": 2.0}),
        [{"attention_bias": False}, {"rope_scaling": None}, {"tie_word_embeddings": True}]),
    "olmo3-old": (
        old("olmo3", num_attention_heads=2, num_key_value_heads=2, num_hidden_layers=5, sliding_window=6,
            intermediate_size=12, tie_word_embeddings=False, rope_theta=5000.0, rope_scaling=YARN),
        [{"sliding_window": 7}, {"rope_scaling": None}, {"rope_theta": 500000.0},
         {"layer_types": ["full_attention"] + ["sliding_attention"] * 4}]),
    "olmo3-layer-types": (
        new("olmo3", {"full_attention": {"rope_type": "default", "rope_theta": 50000.0},
                      "sliding_attention": {"rope_type": "linear", "factor": 3.0, "rope_theta": 700.0}},
            num_attention_heads=4, num_key_value_heads=1, head_dim=6, num_hidden_layers=3, sliding_window=9,
            attention_bias=True, layer_types=["full_attention", "sliding_attention", "full_attention"]),
        [{"attention_bias": False}, {"rope_parameters.sliding_attention.factor": 1.0},
         {"rope_parameters.full_attention.rope_theta": 10000.0}, {"sliding_window": 10}]),
    "phi3-window": (
        old("phi3", num_attention_heads=2, num_key_value_heads=1, sliding_window=6, partial_rotary_factor=0.5,
            rope_theta=3000.0, original_max_position_embeddings=128, pad_token_id=0),
        [{"sliding_window": None}, {"sliding_window": 7}, {"partial_rotary_factor": 1.0}, {"rope_theta": 10000.0}]),
    "phi3-short": (
        old("phi3", num_attention_heads=4, num_key_value_heads=2, hidden_size=32, sliding_window=None, pad_token_id=0,
            original_max_position_embeddings=64, rope_scaling={
                "type": "longrope", "short_factor": [1.0, 1.2, 2.0, 5.0], "long_factor": [1.5, 3.0, 9.0, 20.0]}),
        [{"rope_scaling": None}, {"rope_scaling.short_factor": [1.0, 1.2, 2.0, 9.0]},
         {"original_max_position_embeddings": 100}]),
    "phi3-long": (
        old("phi3", num_attention_heads=4, num_key_value_heads=1, hidden_size=32, sliding_window=None, pad_token_id=0,
            original_max_position_embeddings=16, rope_scaling={
                "rope_type": "longrope", "short_factor": [1.0, 1.2, 2.0, 5.0], "long_factor": [1.5, 3.0, 9.0, 20.0],
                "attention_factor": 1.3}, tie_word_embeddings=False),
        [{"rope_scaling": None}, {"rope_scaling.long_factor": [1.0, 1.2, 2.0, 5.0]},
         {"rope_scaling.attention_factor": None}, {"original_max_position_embeddings": 128}]),
    "smollm3-biased": (
        old("smollm3", num_hidden_layers=5, intermediate_size=12, attention_bias=True, mlp_bias=True, pad_token_id=0,
            rope_scaling={"rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                          "original_max_position_embeddings": 32}),
        [{"attention_bias": False}, {"mlp_bias": False}, {"rope_scaling": None}, {"no_rope_layer_interval": 2},
         {"no_rope_layers": [1, 1, 1, 1, 1]}]),
    "smollm3-window": (
        old("smollm3", num_hidden_layers=3, head_dim=12, num_attention_heads=2, no_rope_layer_interval=2,
            use_sliding_window=True, sliding_window=6, tie_word_embeddings=False, pad_token_id=0),
        [{"no_rope_layer_interval": 3}, {"use_sliding_window": False}, {"sliding_window": 7}]),
    "granite-biased": (
        old("granite", head_dim=10, attention_bias=True, mlp_bias=True, embedding_multiplier=3.0,
            residual_multiplier=0.4, attention_multiplier=0.3, logits_scaling=2.5),
        [{"attention_bias": False}, {"mlp_bias": False}, {"embedding_multiplier": 1.0}, {"residual_multiplier": 1.0},
         {"attention_multiplier": 1.0}, {"logits_scaling": 1.0}]),
    "granite-plain": (
        new("granite", {"rope_type": "default", "rope_theta": 5000.0}, tie_word_embeddings=False,
            num_key_value_heads=3),
        [{"residual_multiplier": 0.5}, {"attention_multiplier": 0.2}, {"logits_scaling": 4.0},
         {"tie_word_embeddings": True}]),
    "cohere2-biased": (
        {**old("cohere2", num_attention_heads=2, num_key_value_heads=1, num_hidden_layers=3, sliding_window=6,
               sliding_window_pattern=2, attention_bias=True, logit_scale=0.5, pad_token_id=0), "layer_norm_eps": 1e-4},
        [{"attention_bias": False}, {"sliding_window": 7}, {"sliding_window_pattern": 3}, {"logit_scale": 1.0},
         {"layer_norm_eps": 0.1}]),
    "cohere2-layer-types": (
        new("cohere2", {"rope_type": "linear", "factor": 2.0, "rope_theta": 4000.0}, hidden_size=32, num_hidden_layers=3,
            num_attention_heads=4, num_key_value_heads=4, sliding_window=8, pad_token_id=0, tie_word_embeddings=False,
            layer_types=["full_attention", "sliding_attention", "sliding_attention"]),
        [{"rope_parameters.factor": 1.0}, {"tie_word_embeddings": True},
         {"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}]),
    "glm4-dense": (
        old("glm4", head_dim=8, pad_token_id=0, tie_word_embeddings=False),
        [{"partial_rotary_factor": 1.0}, {"rope_theta": 500.0}, {"attention_bias": False},
         {"tie_word_embeddings": True}]),
    "glm4-quarter": (
        new("glm4", {"rope_type": "default", "rope_theta": 2000.0, "partial_rotary_factor": 0.25}, head_dim=16,
            num_attention_heads=4, num_key_value_heads=2, attention_bias=False, pad_token_id=0, num_hidden_layers=3),
        [{"rope_parameters.partial_rotary_factor": 0.5}, {"rope_parameters.rope_theta": 10000.0}]),
    "ministral3-window": (
        new("ministral3", {"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "beta_fast": 32.0,
                           "beta_slow": 1.0, "original_max_position_embeddings": 8, "llama_4_scaling_beta": 0.3},
            head_dim=12, sliding_window=9, pad_token_id=0),
        [{"sliding_window": None}, {"sliding_window": 8}, {"rope_parameters.llama_4_scaling_beta": 0.1},
         {"rope_parameters.original_max_position_embeddings": 32}, {"rope_parameters.mscale": 1.0,
                                                                    "rope_parameters.mscale_all_dim": 1.0}]),
    "ministral3-dense": (
        new("ministral3", {"type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "mscale": 1.0, "mscale_all_dim": 1.0,
                           "original_max_position_embeddings": 8, "llama_4_scaling_beta": 0.2},
            head_dim=10, pad_token_id=0, tie_word_embeddings=False, num_attention_heads=4, num_key_value_heads=2),
        [{"rope_parameters.factor": 8.0}, {"rope_parameters.llama_4_scaling_beta": 0.1},
         {"rope_parameters.mscale": None}]),
    "mistral3-multimodal": (
        {"model_type": "mistral3", "torch_dtype": "float32", "image_token_index": 63, "tie_word_embeddings": False,
         "text_config": old("mistral", head_dim=12, num_attention_heads=2, sliding_window=None, rope_theta=20000.0,
                            tie_word_embeddings=False),
         "vision_config": {"model_type": "pixtral", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
                           "num_attention_heads": 1, "head_dim": 8, "image_size": 8, "patch_size": 4}},
        [{"text_config.rope_theta": 500.0}, {"text_config.sliding_window": 6}]),
    "gemma2-caps": (
        old("gemma2", **gemma(num_hidden_layers=3, sliding_window=6, attn_logit_softcapping=1.5,
                              final_logit_softcapping=2.0)),
        [{"attn_logit_softcapping": None}, {"final_logit_softcapping": None}, {"sliding_window": 7},
         {"query_pre_attn_scalar": 30}]),
    "gemma2-layer-types": (
        new("gemma2", {"rope_type": "default", "rope_theta": 3000.0},
            **gemma(num_hidden_layers=3, sliding_window=7, attention_bias=True, query_pre_attn_scalar=8,
                    attn_logit_softcapping=None, final_logit_softcapping=None,
                    layer_types=["full_attention", "sliding_attention", "sliding_attention"])),
        [{"attention_bias": False}, {"attn_logit_softcapping": 1.0}, {"final_logit_softcapping": 1.0},
         {"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}]),
}

EXPERTS = {"num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 12}

VARIANTS |= {
    "qwen3_moe-steps": (
        old("qwen3_moe", **EXPERTS, num_hidden_layers=5, head_dim=10, num_attention_heads=4, num_key_value_heads=2,
            decoder_sparse_step=2, mlp_only_layers=[1], norm_topk_prob=False, attention_bias=True,
            use_sliding_window=True, sliding_window=6),
        [{"norm_topk_prob": True}, {"num_experts_per_tok": 3}, {"attention_bias": False}, {"sliding_window": 7},
         {"use_sliding_window": False}]),
    "qwen2_moe": (
        old("qwen2_moe", **EXPERTS, num_hidden_layers=3, shared_expert_intermediate_size=20, tie_word_embeddings=False),
        [{"qkv_bias": False}, {"norm_topk_prob": True}]),
    "qwen2_moe-window": (
        old("qwen2_moe", **{**EXPERTS, "num_experts_per_tok": 1}, num_hidden_layers=4, num_attention_heads=2,
            num_key_value_heads=2, shared_expert_intermediate_size=12, qkv_bias=False, mlp_only_layers=[0],
            norm_topk_prob=True, use_sliding_window=True, sliding_window=5, max_window_layers=3),
        [{"norm_topk_prob": False}, {"use_sliding_window": False}, {"max_window_layers": 2}, {"sliding_window": 4}]),
    "mixtral-window": (
        old("mixtral", num_local_experts=5, num_experts_per_tok=3, sliding_window=7, head_dim=12, rope_theta=3000.0),
        [{"sliding_window": 8}, {"sliding_window": None}, {"num_experts_per_tok": 2}]),
    "gpt_oss-plain": (
        {**old("gpt_oss", num_local_experts=5, num_experts_per_tok=3, num_hidden_layers=3, head_dim=8,
               num_attention_heads=6, num_key_value_heads=2, sliding_window=6, attention_bias=False),
         "rope_scaling": {"rope_type": "linear", "factor": 3.0}},
        [{"sliding_window": 5}, {"rope_scaling.factor": 2.0}, {"num_experts_per_tok": 2},
         {"layer_types": ["full_attention", "sliding_attention", "full_attention"]}]),
    "gpt_oss-unsaid": (
        {k: v for k, v in old("gpt_oss", num_local_experts=4, num_experts_per_tok=2, num_hidden_layers=2, head_dim=16,
                              num_attention_heads=2, num_key_value_heads=1, sliding_window=9,
                              tie_word_embeddings=False).items() if k != "rope_theta"},
        [{"rope_theta": 10000.0}, {"attention_bias": False}, {"rope_scaling": {"rope_type": "default"}}]),
    "glm4_moe-groups": (
        old("glm4_moe", n_routed_experts=12, num_experts_per_tok=3, n_group=4, topk_group=2, n_shared_experts=2,
            moe_intermediate_size=8, num_hidden_layers=4, first_k_dense_replace=2, head_dim=16,
            num_attention_heads=4, num_key_value_heads=2, routed_scaling_factor=2.5, norm_topk_prob=False,
            partial_rotary_factor=0.25),
        [{"n_group": 2}, {"topk_group": 3}, {"norm_topk_prob": True}, {"routed_scaling_factor": 1.0},
         {"partial_rotary_factor": 0.5}]),
    "glm4_moe-biased": (
        new("glm4_moe", {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32,
                         "rope_theta": 9000.0, "partial_rotary_factor": 0.5},
            n_routed_experts=6, num_experts_per_tok=2, moe_intermediate_size=12, num_hidden_layers=3, head_dim=12,
            num_attention_heads=4, num_key_value_heads=1, attention_bias=True, use_qk_norm=True,
            first_k_dense_replace=0),
        [{"attention_bias": False}, {"use_qk_norm": False}, {"rope_parameters.partial_rotary_factor": 1.0},
         {"rope_parameters.factor": 2.0}]),
    "minimax_m2-quarter": (
        old("minimax_m2", num_local_experts=9, num_experts_per_tok=4, head_dim=16, num_attention_heads=4,
            num_key_value_heads=2, partial_rotary_factor=0.25, rotary_dim=4, rope_theta=700.0, num_hidden_layers=3),
        [{"partial_rotary_factor": 0.5}, {"num_experts_per_tok": 3}]),
    "llama4-lists": (
        new("llama4_text", {"rope_type": "default", "rope_theta": 900.0}, intermediate_size_mlp=28, num_local_experts=5,
            num_experts_per_tok=2, head_dim=8, num_hidden_layers=4, attention_chunk_size=6, moe_layers=[0, 3],
            no_rope_layers=[0, 1, 1, 0], attention_bias=True, use_qk_norm=False, floor_scale=3, attn_scale=0.4,
            tie_word_embeddings=False),
        [{"attention_bias": False}, {"use_qk_norm": True}, {"attention_chunk_size": 7}, {"floor_scale": 4},
         {"attn_scale": 0.2}, {"attn_temperature_tuning": False}, {"num_experts_per_tok": 1}]),
    "llama4-untuned": (
        old("llama4_text", intermediate_size_mlp=20, num_local_experts=4, num_experts_per_tok=1, head_dim=12,
            num_attention_heads=2, num_hidden_layers=5, attention_chunk_size=9, interleave_moe_layer_step=2,
            no_rope_layer_interval=3, attn_temperature_tuning=False, floor_scale=4),
        [{"attn_temperature_tuning": True}, {"no_rope_layer_interval": 2}, {"use_qk_norm": False},
         {"attention_chunk_size": 8}]),
    "granitemoe": (
        old("granitemoe", num_local_experts=7, num_experts_per_tok=3, num_hidden_layers=3, attention_bias=True,
            embedding_multiplier=3.0, residual_multiplier=0.6, logits_scaling=2.0, attention_multiplier=0.3),
        [{"attention_bias": False}, {"embedding_multiplier": 1.0}, {"residual_multiplier": 1.0},
         {"logits_scaling": 1.0}, {"attention_multiplier": 0.5}]),
    "olmoe": (
        old("olmoe", num_experts=6, num_experts_per_tok=2, num_key_value_heads=3, norm_topk_prob=True),
        [{"norm_topk_prob": False}, {"num_experts_per_tok": 1}]),
    "deepseek_v3-plain": (
        old("deepseek_v3", n_routed_experts=6, num_experts_per_tok=2, n_group=1, topk_group=1, n_shared_experts=2,
            moe_intermediate_size=12, num_hidden_layers=3, first_k_dense_replace=2, q_lora_rank=None, kv_lora_rank=20,
            qk_nope_head_dim=10, qk_rope_head_dim=6, v_head_dim=14, norm_topk_prob=False, rope_interleave=False,
            attention_bias=True, num_key_value_heads=3, routed_scaling_factor=1.7),
        [{"rope_interleave": True}, {"norm_topk_prob": True}, {"routed_scaling_factor": 2.5}, {"rope_theta": 5000.0},
         {"attention_bias": False}]),
    "deepseek_v3-scales": (
        new("deepseek_v3", {"rope_theta": 8000.0, "mscale": 0.8, "mscale_all_dim": 1.2, **YARN},
            n_routed_experts=12, num_experts_per_tok=3, n_group=3, topk_group=2, n_shared_experts=1,
            moe_intermediate_size=8, num_hidden_layers=2, first_k_dense_replace=0, q_lora_rank=24, kv_lora_rank=16,
            qk_nope_head_dim=8, qk_rope_head_dim=8, v_head_dim=8, num_key_value_heads=3),
        [{"rope_parameters.mscale": 1.2}, {"rope_parameters.mscale_all_dim": 0.8}, {"n_group": 2},
         {"topk_group": 1}, {"num_experts_per_tok": 2}]),
    "deepseek_v2-lite": (
        old("deepseek_v2", n_routed_experts=6, num_experts_per_tok=3, n_group=1, topk_group=1, n_shared_experts=2,
            topk_method="greedy", moe_intermediate_size=8, num_hidden_layers=2, first_k_dense_replace=1,
            q_lora_rank=None, kv_lora_rank=16, qk_nope_head_dim=12, qk_rope_head_dim=4, v_head_dim=10,
            num_key_value_heads=3, attention_bias=True,
            rope_scaling={"type": "yarn", "factor": 4, "original_max_position_embeddings": 16, "mscale": 0.707,
                          "mscale_all_dim": 0.707, "beta_fast": 32, "beta_slow": 1}),
        [{"rope_scaling.mscale_all_dim": 1.0}, {"attention_bias": False}, {"num_experts_per_tok": 2}]),
    # So many heads that no position's score is 0 for want of a product above 0: torch would choose among equals as it likes.
    "deepseek_v32-few": (
        old("deepseek_v32", n_routed_experts=4, num_experts_per_tok=2, n_group=1, topk_group=1, n_shared_experts=1,
            moe_intermediate_size=8, num_hidden_layers=3, first_k_dense_replace=1, q_lora_rank=18, kv_lora_rank=20,
            qk_nope_head_dim=10, qk_rope_head_dim=6, v_head_dim=14, num_key_value_heads=3, index_n_heads=14,
            index_head_dim=10, index_topk=5, rope_theta=3000.0),
        [{"index_topk": 6}, {"rope_theta": 10000.0}, {"first_k_dense_replace": 1, "routed_scaling_factor": 1.0}]),
}


def spread(model, generator):
    """Random weights under which attention is uneven, norms are not 1 and biases are not 0."""
    gemma_norms = "gemma" in model.config.model_type
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() == 1 and "norm" in name:
                mean = 0.4 if "q_norm" in name or "k_norm" in name else 0.0
                weight.copy_(noise * 0.3 + mean + (0.0 if gemma_norms else 1.0))
            elif name.endswith("bias"):
                weight.copy_(noise * 0.4)
            elif "embed" in name:
                weight.copy_(noise * (0.15 if gemma_norms else 0.5))
            else:
                weight.copy_(noise * 1.3 / weight.shape[-1] ** 0.5)
        for name, buffer in sorted(model.named_buffers()):
            if name.endswith("e_score_correction_bias"):
                buffer.copy_(torch.randn(buffer.shape, generator=generator) * 0.2)


def decoder_of(model):
    inner = model.model
    return inner.language_model if hasattr(inner, "language_model") else inner


def logits_of(model, tokens):
    with torch.no_grad():
        return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0]


def gaps_of(rows, count):
    best = rows.topk(count + 1, dim=-1).values
    return float((best[..., :-1] - best[..., 1:]).min())


def case_of(model, tokens):
    """The golden numbers of a prompt, or None if an order of tokens hangs on too little."""
    hidden = []
    handles = [layer.register_forward_hook(
        lambda module, inputs, out: hidden.append((out[0] if isinstance(out, tuple) else out)[0, -1]))
        for layer in decoder_of(model).layers]
    logits = logits_of(model, tokens)
    for handle in handles:
        handle.remove()
    greedy, gap = [], float("inf")
    while len(greedy) < GREEDY:
        last = logits_of(model, tokens + greedy)[-1]
        gap = min(gap, gaps_of(last, 1))
        greedy.append(int(last.argmax()))
    if gap < GREEDY_GAP_MIN or gaps_of(logits, 5) < TOP_GAP_MIN:
        return None
    return {"tokens": tokens, "logits": floats(logits[-1]),
            "top5": [{"ids": row} for row in logits.topk(5, dim=-1).indices.tolist()],
            "hidden": [floats(row[:HIDDEN_VALUES]) for row in hidden], "greedy": greedy}


def floats(values):
    """Decimals of nine digits, which read back as the same 32-bit floats."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def prompt(length, generator):
    # The last three ids of the vocabulary of 64 mark images.
    return torch.randint(2, 61, (length,), generator=generator).tolist()


def cases_of(model, generator, lengths):
    cases = []
    while len(cases) < len(lengths):
        case = case_of(model, prompt(lengths[len(cases)], generator))
        cases += [case] if case else []
    return cases


def make(name, folder):
    config, wrong = VARIANTS[name]
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(config, indent=1) + "\n"
    (folder / "config.json").write_text(written)
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    read = AutoConfig.from_pretrained(folder)
    if config["model_type"] == "gemma3":
        read._attn_implementation = "eager"
        model = Gemma3ForConditionalGeneration(read)
    elif config["model_type"] == "mistral3":
        read._attn_implementation = "eager"
        model = Mistral3ForConditionalGeneration(read)
    else:
        model = AutoModelForCausalLM.from_config(read, attn_implementation="eager", dtype=torch.float32)
    model = model.float().eval()
    spread(model, generator)
    lengths = LONG_PROMPT_LENGTHS if name in CONTEXTS else PROMPT_LENGTHS
    golden = {"transformers": "5.17.0", "wrong": wrong, "cases": cases_of(model, generator, lengths)}
    if name in CONTEXTS:
        golden["context"] = CONTEXTS[name]
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "config.json").rename(folder / "config.v5.json")
    (folder / "config.json").write_text(written)
    text = json.dumps(golden, separators=(",", ":")).replace('{"tokens"', '\n{"tokens"')
    (folder / "golden.json").write_text(text + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for variant in sys.argv[2:] or VARIANTS:
        make(variant, Path(sys.argv[1]) / variant)

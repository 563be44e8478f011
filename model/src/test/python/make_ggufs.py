"""Writes GGUF files of families with experts from folders whose numbers are known: goldens and variants.

The keys and tensor names are those of gguf-py's constants.py and of llama.cpp's converter; the numbers are the folder's,
since nothing is rounded. GoldenLogitsTest compares Wok with them.

    pip install gguf==0.19.0 safetensors==0.8.0
    python make_ggufs.py ../resources/wok/model
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

FOLDERS = {"goldens": ["qwen3_moe", "llama4"],
           "variants": ["qwen2_moe", "mixtral-window", "glm4_moe-groups", "glm4_moe-biased", "minimax_m2-quarter",
                        "granitemoe", "olmoe", "deepseek_v2-lite"]}
ARCHITECTURES = {"mixtral": "llama", "glm4_moe": "glm4moe", "minimax_m2": "minimax-m2", "qwen3_moe": "qwen3moe",
                 "qwen2_moe": "qwen2moe", "llama4_text": "llama4", "deepseek_v2": "deepseek2"}
WHOLE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
PARTS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "self_attn.q_a_proj": "attn_q_a", "self_attn.q_a_layernorm": "attn_q_a_norm", "self_attn.q_b_proj": "attn_q_b",
         "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa", "self_attn.kv_a_layernorm": "attn_kv_a_norm",
         "self_attn.kv_b_proj": "attn_kv_b", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "router": "ffn_gate_inp",
         "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down", "gate": "ffn_gate_inp",
         "router.layer": "ffn_gate_inp", "shared_expert_gate": "ffn_gate_inp_shexp"}
EXPERTS = {"gate_proj": "gate", "up_proj": "up", "down_proj": "down", "w1": "gate", "w3": "up", "w2": "down"}
BLOCKS = ("mlp.", "block_sparse_moe.", "feed_forward.")


def permuted(w, heads):
    """Rows of queries or keys for neighbouring rotary pairs."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def part(config, rest, w):
    """The GGUF name of a layer's tensor, its values, and the expert's number or None."""
    kind = config["model_type"]
    stem, ending = rest.rsplit(".", 1)
    for block in BLOCKS:
        stem = stem.removeprefix(block)
    if rest.endswith("e_score_correction_bias"):
        return "exp_probs_b.bias", w, None
    if stem == "post_attention_layernorm" and kind == "glm4_moe":
        return "post_attention_norm.weight", w, None
    if stem.startswith(("shared_expert.", "shared_experts.")):
        return PARTS[stem.split(".")[1]] + "_shexp.weight", w, None
    if stem.startswith("experts."):
        _, expert, name = stem.split(".")
        return f"ffn_{EXPERTS[name]}_exps.weight", w, int(expert)
    if kind in ("mixtral", "granitemoe") and stem in ("self_attn.q_proj", "self_attn.k_proj"):
        w = permuted(w, config["num_attention_heads" if "q_proj" in stem else "num_key_value_heads"])
    return f"{PARTS[stem]}.{ending}", w[0] if stem == "shared_expert_gate" else w, None


def joined(rest, w, transposed):
    """Tensors that hold all experts already."""
    name = rest.rsplit(".", 1)[-1] if "experts." in rest else rest
    if name in ("gate_up_proj", "block_sparse_moe.input_linear.weight"):
        w = w.swapaxes(1, 2) if transposed else w
        gate, up = np.split(w, 2, axis=1)
        return {"ffn_gate_exps.weight": gate, "ffn_up_exps.weight": up}
    if name in ("down_proj", "block_sparse_moe.output_linear.weight"):
        return {"ffn_down_exps.weight": w.swapaxes(1, 2) if transposed else w}
    return {}


def tensors(config, folder):
    out, experts = {}, {}
    for name, w in load_file(folder / "model.safetensors").items():
        if ".layers." not in name:
            stem, ending = name.rsplit(".", 1)
            out[f"{WHOLE[stem]}.{ending}"] = w
            continue
        _, _, layer, rest = name.split(".", 3)
        whole = joined(rest, w, config["model_type"] == "llama4_text")
        if whole:
            out |= {f"blk.{layer}.{k}": v for k, v in whole.items()}
            continue
        short, values, expert = part(config, rest, w)
        if expert is None:
            out[f"blk.{layer}.{short}"] = values
        else:
            experts.setdefault(f"blk.{layer}.{short}", {})[expert] = values
    for name, parts in experts.items():
        out[name] = np.stack([parts[e] for e in range(len(parts))])
    return {name: np.ascontiguousarray(w, dtype=np.float32) for name, w in out.items()}


def header(writer, c):
    heads, kind = c["num_attention_heads"], c["model_type"]
    head_dim = c.get("head_dim") or c["hidden_size"] // heads
    rope = c.get("rope_parameters") or {**(c.get("rope_scaling") or {}), "rope_theta": c.get("rope_theta", 1e4)}
    partial = rope.get("partial_rotary_factor", c.get("partial_rotary_factor", 1.0))
    writer.add_vocab_size(c["vocab_size"])
    writer.add_context_length(c["max_position_embeddings"])
    writer.add_embedding_length(c["hidden_size"])
    writer.add_block_count(c["num_hidden_layers"])
    writer.add_feed_forward_length(c.get("intermediate_size_mlp") or c["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(c["num_key_value_heads"])
    writer.add_key_length(c["qk_nope_head_dim"] + c["qk_rope_head_dim"] if "qk_rope_head_dim" in c else head_dim)
    writer.add_value_length(c.get("v_head_dim", head_dim))
    writer.add_layer_norm_rms_eps(c["rms_norm_eps"])
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(c.get("qk_rope_head_dim") or int(head_dim * partial))
    if (rope.get("rope_type") or rope.get("type")) == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
    writer.add_expert_count(next(c[k] for k in ("num_experts", "num_local_experts", "n_routed_experts") if k in c))
    writer.add_expert_used_count(c["num_experts_per_tok"])
    if kind not in ("mixtral", "granitemoe", "olmoe"):
        writer.add_expert_feed_forward_length(c.get("moe_intermediate_size") or c["intermediate_size"])
    {"qwen2_moe": qwen2_moe, "glm4_moe": glm4_moe, "minimax_m2": minimax, "granitemoe": granite, "mixtral": mixtral,
     "deepseek_v2": deepseek_v2,
     "llama4_text": llama4, "olmoe": lambda w, c: w.add_expert_weights_norm(c["norm_topk_prob"])}.get(
        kind, lambda w, c: None)(writer, c)


def qwen2_moe(writer, c):
    writer.add_expert_shared_feed_forward_length(c["shared_expert_intermediate_size"])


def glm4_moe(writer, c):
    writer.add_leading_dense_block_count(c["first_k_dense_replace"])
    writer.add_expert_shared_count(c.get("n_shared_experts", 1))
    writer.add_expert_weights_scale(c.get("routed_scaling_factor", 1.0))
    writer.add_expert_weights_norm(c.get("norm_topk_prob", True))
    writer.add_expert_group_count(c.get("n_group", 1))
    writer.add_expert_group_used_count(c.get("topk_group", 1))
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)


def deepseek_v2(writer, c):
    """Keys and values in one matrix, as the converter wrote them before 2025, and no gating function."""
    writer.add_kv_lora_rank(c["kv_lora_rank"])
    writer.add_leading_dense_block_count(c["first_k_dense_replace"])
    writer.add_expert_shared_count(c["n_shared_experts"])
    writer.add_expert_weights_scale(c.get("routed_scaling_factor", 1.0))
    if c["topk_method"] == "group_limited_greedy":
        writer.add_expert_group_count(c["n_group"])
        writer.add_expert_group_used_count(c["topk_group"])
    writer.add_rope_scaling_yarn_log_mul(0.1 * c["rope_scaling"]["mscale_all_dim"])


def minimax(writer, c):
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)


def granite(writer, c):
    writer.add_embedding_scale(c["embedding_multiplier"])
    writer.add_residual_scale(c["residual_multiplier"])
    writer.add_logit_scale(c["logits_scaling"])
    writer.add_attention_scale(c["attention_multiplier"])


def mixtral(writer, c):
    writer.add_sliding_window(c["sliding_window"])


def llama4(writer, c):
    writer.add_interleave_moe_layer_step(c["interleave_moe_layer_step"])
    writer.add_sliding_window(c["attention_chunk_size"])
    writer.add_sliding_window_pattern([bool(turns) for turns in c["no_rope_layers"]])
    # llama.cpp has these two as constants.
    writer.add_float32("llama4.attention.temperature_scale", c["attn_scale"])
    writer.add_uint32("llama4.attention.temperature_length", c["floor_scale"])


def llama3_divisors(c):
    """Llama 3's scaling, of which GGUF keeps what plain frequencies are divided by."""
    s = c.get("rope_scaling") or {}
    if s.get("rope_type") != "llama3":
        return {}
    frequencies = c["rope_theta"] ** -(np.arange(0, c["head_dim"], 2, dtype=np.float64) / c["head_dim"])
    turns = s["original_max_position_embeddings"] * frequencies / (2 * np.pi)
    assert s["low_freq_factor"] == s["high_freq_factor"], "a smooth part is not needed here"
    return {"rope_freqs.weight": np.where(turns < s["low_freq_factor"], s["factor"], 1.0).astype(np.float32)}


def write(folder, out):
    config = json.loads((folder / "config.json").read_text())
    kind = config["model_type"]
    writer = gguf.GGUFWriter(out / f"{folder.name}-F32.gguf", ARCHITECTURES.get(kind, kind))
    header(writer, config)
    for name, w in {**tensors(config, folder), **llama3_divisors(config)}.items():
        writer.add_tensor(name, w)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    cases = json.loads((folder / "golden.json").read_text())["cases"]
    kept = [{"tokens": c["tokens"], "logits": c["logits"], "top5": [{"ids": t["ids"]} for t in c["top5"]]} for c in cases]
    (out / f"{folder.name}-F32.golden.json").write_text(json.dumps({"cases": kept}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    resources = Path(sys.argv[1])
    for group, names in FOLDERS.items():
        for name in names:
            write(resources / group / name, resources / "goldens" / "gguf")

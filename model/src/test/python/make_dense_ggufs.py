"""Writes GGUF files of dense families from variants whose numbers are known, as make_ggufs.py does for those with experts.

Keys and tensor names are gguf-py's own; nothing is rounded, so that the folder's numbers hold.

    pip install gguf==0.19.0 safetensors==0.8.0
    python make_dense_ggufs.py ../resources/wok/model
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

VARIANTS = ("olmo2-biased", "olmo3-old", "phi3-window", "phi3-short", "smollm3-biased", "granite-biased",
            "granite-plain", "cohere2-biased", "glm4-dense", "glm4-quarter", "ministral3-dense", "gemma2-layer-types")
ARCHITECTURES = {"olmo3": "olmo2", "ministral3": "mistral3"}


def neighbours(weight, heads):
    """Folders keep the halves of a turning head apart; GGUF's llama and its kin want pairs side by side."""
    return weight.reshape(heads, 2, -1, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(path, c, tensors):
    """What llama.cpp's converter makes of such a folder, with gguf-py's own names and keys."""
    family = c["model_type"]
    architecture = ARCHITECTURES.get(family, family)
    writer = gguf.GGUFWriter(path, architecture)
    number = next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == architecture)
    names = gguf.get_tensor_name_map(number, c["num_hidden_layers"])
    header(writer, c, family)
    for name, weight in sorted(tensors.items()):
        weight = weight.astype(np.float32)
        heads = {"q_proj": c["num_attention_heads"], "k_proj": c["num_key_value_heads"]}
        projection = name.split(".")[-2]
        if projection in heads and family in ("smollm3", "granite", "ministral3"):
            weight = neighbours(weight, heads[projection])
        if family in ("gemma2", "gemma3_text") and name.endswith("norm.weight"):
            weight = weight + 1
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight", ".bias")), np.ascontiguousarray(weight))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def header(writer, c, family):
    head_dim = c.get("head_dim") or c["hidden_size"] // c["num_attention_heads"]
    ropes = c["rope_parameters"]
    rope = ropes.get("full_attention", ropes)
    writer.add_vocab_size(c["vocab_size"])
    writer.add_context_length(c["max_position_embeddings"])
    writer.add_embedding_length(c["hidden_size"])
    writer.add_block_count(c["num_hidden_layers"])
    writer.add_feed_forward_length(c["intermediate_size"])
    writer.add_head_count(c["num_attention_heads"])
    writer.add_head_count_kv(c["num_key_value_heads"])
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_rope_freq_base(rope["rope_theta"])
    if "sliding_attention" in ropes and ropes["sliding_attention"]["rope_theta"] != rope["rope_theta"]:
        writer.add_rope_freq_base_swa(ropes["sliding_attention"]["rope_theta"])
    writer.add_rope_dimension_count(int(head_dim * rope.get("partial_rotary_factor", 1)))
    if family == "cohere2":
        writer.add_layer_norm_eps(c["layer_norm_eps"])
        writer.add_logit_scale(c["logit_scale"])
    else:
        writer.add_layer_norm_rms_eps(c["rms_norm_eps"])
    if c.get("sliding_window"):
        writer.add_sliding_window(c["sliding_window"])
    if c.get("layer_types") and family in ("olmo3", "cohere2", "gemma2"):
        writer.add_sliding_window_pattern([kind == "sliding_attention" for kind in c["layer_types"]])
    if family == "granite":
        writer.add_attention_scale(c["attention_multiplier"])
        writer.add_embedding_scale(c["embedding_multiplier"])
        writer.add_residual_scale(c["residual_multiplier"])
        writer.add_logit_scale(c["logits_scaling"])
    scaling(writer, c, rope, head_dim)


def scaling(writer, c, rope, head_dim):
    kind = rope["rope_type"]
    original = rope.get("original_max_position_embeddings")
    if kind == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    elif kind == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(rope["factor"])
        writer.add_rope_scaling_orig_ctx_len(original)
        if rope.get("mscale_all_dim"):
            writer.add_rope_scaling_yarn_log_mul(rope["mscale_all_dim"])
        if rope.get("llama_4_scaling_beta"):
            writer.add_attn_temperature_scale(rope["llama_4_scaling_beta"])
    elif kind == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_divisors(rope, head_dim))
    elif kind == "longrope":
        factor = c["max_position_embeddings"] / original
        own = (1 + np.log(factor) / np.log(original)) ** 0.5
        writer.add_rope_scaling_orig_ctx_len(original)
        writer.add_rope_scaling_attn_factors(rope.get("attention_factor") or own)
        writer.add_tensor("rope_factors_short.weight", np.array(rope["short_factor"], dtype=np.float32))
        writer.add_tensor("rope_factors_long.weight", np.array(rope["long_factor"], dtype=np.float32))


def llama3_divisors(rope, head_dim):
    turns = (rope["original_max_position_embeddings"] / (2 * np.pi)
             / rope["rope_theta"] ** (np.arange(0, head_dim, 2) / head_dim))
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)


def write(folder, out):
    config = json.loads((folder / "config.v5.json").read_text())
    write_gguf(out / f"{folder.name}-F32.gguf", config, load_file(folder / "model.safetensors"))
    cases = json.loads((folder / "golden.json").read_text())["cases"]
    kept = [{"tokens": c["tokens"], "logits": c["logits"], "top5": [{"ids": t["ids"]} for t in c["top5"]]} for c in cases]
    (out / f"{folder.name}-F32.golden.json").write_text(json.dumps({"cases": kept}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    resources = Path(sys.argv[1])
    for name in VARIANTS:
        write(resources / "variants" / name, resources / "goldens" / "gguf")

"""Makes tiny random encoders and rerankers, and what transformers computes for them.

    pip install torch==2.13.0 transformers==5.17.0 safetensors==0.8.0 tokenizers==0.23.3 gguf==0.19.0 numpy==2.4.6
    python make_encoders.py ../resources/wok/model/encoders

The tokenizers are those of bert, xlm_roberta and modernbert, which must lie in that folder. Weights are spread so that
mistakes show: norms about 1, biases and all else about 0 with a deviation that keeps activations of the order of 1.
"""

import json
import shutil
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ModernBertConfig,
    ModernBertForSequenceClassification,
    NomicBertConfig,
    NomicBertModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

SEED = 20260401
PAIRS = [
    ("what is a panda?", "The giant panda is a bear species endemic to China."),
    ("what is a panda?", "hi"),
    ("how many people live in Berlin?", "Berlin had a population of 3,520,031 registered inhabitants in 2016."),
    ("Frage ohne Antwort", "an answer without a question, and rather a long one: " + "one more " * 8),
]
TEXTS = ["The quick brown fox.", "a", "Vectors of texts that mean the same lie near each other, or so one hopes. " * 3]


def spread(model):
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            norm = p.dim() == 1 and "weight" in name
            p.copy_(1 + 0.3 * noise if norm else noise * (0.2 if p.dim() == 1 else 1.2 / p.shape[-1] ** 0.5))
    return model.eval().float()


def numbers(tensor):
    return [float(np.float32(x)) for x in tensor.detach().reshape(-1)]


def write(folder, cases):
    versions = {"torch": "2.13.0", "transformers": "5.17.0"}
    golden = {"versions": versions, "seed": SEED, "cases": cases}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


def borrow(root, name, folder):
    for file in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(root / name / file, folder / file)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def reranker(root, name, base, model, types):
    folder = root / name
    folder.mkdir(exist_ok=True)
    spread(model).save_pretrained(folder)
    tokenizer = borrow(root, base, folder)
    cases = []
    for query, document in PAIRS:
        encoding = tokenizer.encode(query, document)
        inputs = {"input_ids": torch.tensor([encoding.ids])}
        if types:
            inputs["token_type_ids"] = torch.tensor([encoding.type_ids])
        logits = model(**inputs).logits
        cases.append({
            "query": query,
            "document": document,
            "tokens": encoding.ids,
            "token_types": encoding.type_ids if types else [0] * len(encoding.ids),
            "logits": numbers(logits),
        })
    write(folder, cases)
    return model


def nomic(root):
    folder = root / "nomic_bert"
    folder.mkdir(exist_ok=True)
    config = NomicBertConfig(vocab_size=400, hidden_size=48, num_hidden_layers=2, num_attention_heads=3,
                             intermediate_size=96, max_position_embeddings=128)
    model = spread(NomicBertModel(config))
    model.save_pretrained(folder)
    tokenizer = borrow(root, "bert", folder)
    (folder / "config.v5.json").write_text((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({
        "model_type": "nomic_bert", "activation_function": "swiglu", "layer_norm_epsilon": 1e-12, "n_embd": 48,
        "n_head": 3, "n_inner": 96, "n_layer": 2, "n_positions": 128, "prenorm": False, "qkv_proj_bias": False,
        "mlp_fc1_bias": False, "mlp_fc2_bias": False, "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0,
        "rotary_emb_interleaved": False, "type_vocab_size": 2, "use_rms_norm": False, "vocab_size": 400,
    }, indent=2) + "\n")
    cases = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids[:100]
        hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        mean = torch.nn.functional.normalize(hidden.mean(0), dim=0)
        cases.append({"text": text, "tokens": ids, "mean": numbers(mean),
                      "cls": numbers(torch.nn.functional.normalize(hidden[0], dim=0)),
                      "last_hidden_first8": [numbers(row[:8]) for row in hidden]})
    write(folder, cases)
    return model


def gguf_common(writer, config, heads, tokenizer):
    writer.add_block_count(config.num_hidden_layers)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(heads)
    writer.add_layer_norm_eps(config.layer_norm_eps)
    writer.add_causal_attention(False)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    pieces = [p if p in special else p[2:] if p.startswith("##") else "\u2581" + p for p, _ in vocabulary]
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_token_list(pieces)
    writer.add_token_types([3 if p in special else 1 for p, _ in vocabulary])
    for key, piece in [("unknown", "[UNK]"), ("seperator", "[SEP]"), ("padding", "[PAD]"), ("cls", "[CLS]"),
                       ("bos", "[CLS]"), ("mask", "[MASK]")]:
        writer.add_uint32("tokenizer.ggml." + key + "_token_id", tokenizer.token_to_id(piece))


def add(writer, tensors):
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor.detach().numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def renamed(state, rules):
    tensors = {}
    for name, tensor in state.items():
        for old, new in rules:
            name = name.replace(old, new)
        tensors[name] = tensor
    return tensors


# The names of convert_hf_to_gguf.py (llama.cpp); the head as newer llama.cpp names RoBERTa's, so that none is lost.
BERT_RULES = [
    ("bert.", ""), ("embeddings.word_embeddings", "token_embd"), ("embeddings.position_embeddings", "position_embd"),
    ("embeddings.token_type_embeddings", "token_types"), ("embeddings.LayerNorm", "token_embd_norm"),
    ("encoder.layer.", "blk."), ("attention.self.query", "attn_q"), ("attention.self.key", "attn_k"),
    ("attention.self.value", "attn_v"), ("attention.output.dense", "attn_output"),
    ("attention.output.LayerNorm", "attn_output_norm"), ("intermediate.dense", "ffn_up"),
    ("output.dense", "ffn_down"), ("output.LayerNorm", "layer_output_norm"), ("classifier", "cls.output"),
    ("pooler.dense", "cls"),
]


def bert_gguf(root, model):
    writer = gguf.GGUFWriter(root / "bert_reranker.gguf", "bert")
    config = model.config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_pooling_type(gguf.PoolingType.RANK)
    gguf_common(writer, config, config.num_attention_heads, Tokenizer.from_file(str(root / "bert/tokenizer.json")))
    add(writer, renamed(model.state_dict(), BERT_RULES))


def nomic_gguf(root, model):
    writer = gguf.GGUFWriter(root / "nomic_bert.gguf", "nomic-bert")
    config = model.config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_rope_freq_base(1000.0)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    gguf_common(writer, config, config.num_attention_heads, Tokenizer.from_file(str(root / "bert/tokenizer.json")))
    state = model.state_dict()
    tensors = {"token_embd.weight": state["embeddings.word_embeddings.weight"],
               "token_types.weight": state["embeddings.token_type_embeddings.weight"],
               "token_embd_norm.weight": state["embeddings.LayerNorm.weight"],
               "token_embd_norm.bias": state["embeddings.LayerNorm.bias"]}
    for i in range(config.num_hidden_layers):
        of = f"layers.{i}."
        to = f"blk.{i}."
        tensors[to + "attn_qkv.weight"] = torch.cat([state[of + f"self_attn.{x}_proj.weight"] for x in "qkv"])
        for ours, theirs in [("attn_output", "self_attn.o_proj"), ("ffn_up", "mlp.up_proj"),
                             ("ffn_gate", "mlp.gate_proj"), ("ffn_down", "mlp.down_proj"),
                             ("attn_output_norm", "post_attention_layernorm"),
                             ("layer_output_norm", "post_mlp_layernorm")]:
            for ending in [".weight", ".bias"]:
                if of + theirs + ending in state:
                    tensors[to + ours + ending] = state[of + theirs + ending]
    add(writer, tensors)


def main():
    root = Path(sys.argv[1])
    torch.set_num_threads(1)
    common = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=96, num_labels=1)
    bert = reranker(root, "bert_reranker", "bert", BertForSequenceClassification(
        BertConfig(vocab_size=400, max_position_embeddings=128, **common)), True)
    reranker(root, "xlm_roberta_reranker", "xlm_roberta", XLMRobertaForSequenceClassification(
        XLMRobertaConfig(vocab_size=420, max_position_embeddings=130, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
                         eos_token_id=2, layer_norm_eps=1e-5, **common)), False)
    reranker(root, "modernbert_reranker", "modernbert", ModernBertForSequenceClassification(
        ModernBertConfig(vocab_size=320, max_position_embeddings=512, local_attention=16, classifier_pooling="mean",
                         pad_token_id=318, cls_token_id=316, sep_token_id=317, bos_token_id=316, eos_token_id=317,
                         **common)), False)
    bert_gguf(root, bert)
    nomic_gguf(root, nomic(root))


main()

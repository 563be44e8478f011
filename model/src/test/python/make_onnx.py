"""Exports a tiny random BERT to ONNX, quantises a copy as ONNX Runtime does, and writes what ONNX Runtime computes.

    pip install torch==2.13.0 transformers==5.17.0 onnx==1.23.2 onnxruntime==1.31.1 tokenizers==0.23.3
    python make_onnx.py ../resources/wok/model/onnx ../resources/wok/model/encoders/bert/tokenizer.json

The files keep BERT's names for embeddings, norms and biases; its matrices are called onnx::MatMul_123, as always.
"""

import json
import shutil
import sys
from pathlib import Path

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

TEXTS = ["The quick brown fox.", "", "Vectors of texts that mean the same lie near each other."]


class Exported(BertModel):
    def forward(self, input_ids, attention_mask, token_type_ids):
        return super().forward(input_ids, attention_mask, token_type_ids).last_hidden_state


def export(file):
    config = BertConfig(vocab_size=400, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                        intermediate_size=64, max_position_embeddings=96, layer_norm_eps=1e-6)
    model = Exported(config, add_pooling_layer=False).eval()
    generator = torch.Generator().manual_seed(20260402)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            norm = p.dim() == 1 and "LayerNorm.weight" in name
            p.copy_(1 + 0.3 * noise if norm else noise * (0.2 if p.dim() == 1 else 1.2 / p.shape[-1] ** 0.5))
    model.config._attn_implementation = "eager"
    ids = torch.tensor([[2, 5, 6, 3]])
    names = ["input_ids", "attention_mask", "token_type_ids", "last_hidden_state"]
    torch.onnx.export(model, (ids, torch.ones_like(ids), torch.zeros_like(ids)), str(file), input_names=names[:3],
                      output_names=names[3:], dynamic_axes={n: {0: "batch", 1: "sequence"} for n in names},
                      opset_version=14, dynamo=False)


def vectors(file, tokenizer):
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    result = []
    for text in TEXTS:
        ids = torch.tensor([tokenizer.encode(text).ids])
        feeds = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
        hidden = session.run(None, {i.name: feeds[i.name].numpy() for i in session.get_inputs()})[0][0]
        mean = hidden.astype("float64").mean(axis=0)
        result.append([round(float(x), 8) for x in mean / (mean**2).sum() ** 0.5])
    return result


def main():
    root, tokenizer_file = Path(sys.argv[1]), sys.argv[2]
    for name in ["plain", "quantised"]:
        (root / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(tokenizer_file, root / name / "tokenizer.json")
    export(root / "plain/model.onnx")
    quantize_dynamic(root / "plain/model.onnx", root / "quantised/model.onnx", weight_type=QuantType.QInt8)
    tokenizer = Tokenizer.from_file(tokenizer_file)
    for name in ["plain", "quantised"]:
        golden = {"texts": TEXTS, "mean": vectors(root / name / "model.onnx", tokenizer)}
        (root / name / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


main()

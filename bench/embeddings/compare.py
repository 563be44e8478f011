"""Compares Wok's vectors with ONNX Runtime's, for models that come as ONNX files.

    pip install onnxruntime==1.31.1 tokenizers==0.23.3 numpy==2.4.6
    python compare.py ../../wok all-minilm=MODEL.onnx,TOKENIZER.json,mean …      compute, compare, print a table
    python compare.py ../../wok --expected expected.json                          compare with what is written there
    … --write expected.json                                                       write ONNX Runtime's vectors

A model is NAME=MODEL.onnx,TOKENIZER.json,POOLING; NAME is what Wok calls it (wok pull NAME). Both pool the same way and
bring vectors to length 1. Printed: the least cosine and the greatest difference of a number, over the texts below.
"""

import json
import subprocess
import sys

import numpy as np

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "query: how do magnets work?",
    "Grüße aus Köln – naïve café, 東京, ½ + ¼ = ¾ … and 🙂",
    "",
    "Vectors of texts that mean the same lie near each other. " * 12,
    "public static void main(String[] args) { System.out.println(42); }",
]


def theirs(model, tokenizer, pooling):
    import onnxruntime
    from tokenizers import Tokenizer

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    tokens = Tokenizer.from_file(tokenizer)
    tokens.no_padding()
    tokens.enable_truncation(512)
    vectors = []
    for text in TEXTS:
        encoding = tokens.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, {i.name: feeds[i.name] for i in session.get_inputs()})[0][0].astype(np.float64)
        vector = hidden[0] if pooling == "cls" else hidden.mean(axis=0)
        vectors.append(vector / np.linalg.norm(vector))
    return vectors


def ours(wok, name, pooling):
    with open("texts.json", "w") as file:
        json.dump(TEXTS, file)
    command = [wok, "embed", name, "--file", "texts.json", "--json", "--pooling", pooling, "--normalize", "on"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [np.array(json.loads(line)["embedding"]) for line in lines]


def main():
    wok, arguments = sys.argv[1], sys.argv[2:]
    written = None
    if arguments and arguments[0] == "--expected":
        models = json.load(open(arguments[1]))["models"]
        wanted = {m["name"]: (m["pooling"], [np.array(v) for v in m["vectors"]]) for m in models}
    else:
        if "--write" in arguments:
            at = arguments.index("--write")
            written = arguments[at + 1]
            arguments = arguments[:at]
        wanted = {}
        for argument in arguments:
            name, rest = argument.split("=", 1)
            model, tokenizer, pooling = rest.split(",")
            wanted[name] = (pooling, theirs(model, tokenizer, pooling))
    if written:
        models = [{"name": n, "pooling": p, "vectors": [[round(float(x), 8) for x in v] for v in vs]}
                  for n, (p, vs) in wanted.items()]
        with open(written, "w") as file:
            json.dump({"onnxruntime": "1.31.1", "texts": TEXTS, "models": models}, file, separators=(",", ":"))
    for name, (pooling, expected) in wanted.items():
        pairs = list(zip(ours(wok, name, pooling), expected, strict=True))
        cosine = min(float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for a, b in pairs)
        print(f"{name:24} {pooling:5} least cosine {cosine:.8f}, greatest difference "
              f"{max(float(np.abs(a - b).max()) for a, b in pairs):.1e}")


main()

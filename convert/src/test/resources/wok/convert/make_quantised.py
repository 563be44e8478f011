"""Makes quantised.gguf: a random matrix, and what others make of it.

    pip install gguf==0.19.0 numpy==2.4.6
    python make_quantised.py QQ quantised.gguf

QQ is a program that calls ggml_quantize_chunk (ggml 0.20.2): QQ TYPE ROWS COLUMNS in.f32 out [importance.f32].
Tensors: "x" and "importance" in F32; "gguf-py TYPE" by gguf-py; "ggml TYPE" and "ggml TYPE measured" by ggml, the latter
with the importance.
"""
import subprocess, sys, tempfile
from pathlib import Path
import gguf, numpy as np

T = gguf.GGMLQuantizationType
ROWS, COLUMNS = 6, 512
rng = np.random.default_rng(20260101)
x = rng.standard_normal((ROWS, COLUMNS)).astype(np.float32) * np.float32(0.05)
x[0, :32] = 0                                              # a block of zeros
x[1, 100] = 3.5                                            # an outlier
x[2] = np.abs(x[2])                                        # nothing below zero
x[3] = rng.laplace(0, 0.02, COLUMNS).astype(np.float32)    # heavy tails
x[4] *= np.repeat(rng.uniform(0.001, 10, COLUMNS // 32), 32).astype(np.float32)
x[5] = -np.float32(0.25)                                   # constant
importance = (rng.standard_exponential(COLUMNS) ** 2).astype(np.float32)
importance[7] = 300

qq, out = sys.argv[1:]
writer = gguf.GGUFWriter(out, "golden")
writer.add_tensor("x", x)
writer.add_tensor("importance", importance)
for t in (T.F16, T.BF16, T.Q8_0, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.MXFP4):
    writer.add_tensor(f"gguf-py {t.name}", gguf.quants.quantize(x, t), raw_dtype=t)
with tempfile.TemporaryDirectory() as folder:
    source, weights, made = (Path(folder) / n for n in ("x", "w", "y"))
    x.tofile(source)
    importance.tofile(weights)
    for t in (T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.IQ4_NL, T.MXFP4, T.Q4_K, T.Q5_K, T.Q6_K):
        for measured in (False, True):
            extra = [weights] if measured else []
            subprocess.run([qq, str(t.value), str(ROWS), str(COLUMNS), source, made, *extra], check=True)
            data = np.fromfile(made, np.uint8).reshape(ROWS, -1)
            writer.add_tensor(f"ggml {t.name}" + (" measured" if measured else ""), data, raw_dtype=t)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

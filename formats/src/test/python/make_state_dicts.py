"""Writes the state dicts that TorchCheckpointTest reads. Made with torch 2.15.0, Python 3.11.

    cd src/test/resources/torch && python ../../python/make_state_dicts.py
"""

from collections import OrderedDict

import torch

base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
state = OrderedDict(
    contiguous=base,
    transposed=base.t(),
    sliced=base[1:, 1:3],
    cube=torch.arange(24, dtype=torch.int64).reshape(2, 3, 4).permute(2, 0, 1),
    half=torch.tensor([[0.5, -1.25]], dtype=torch.float16),
    brain=torch.tensor([1.0, -2.0, 3.5]).to(torch.bfloat16),
    parameter=torch.nn.Parameter(torch.ones(2, 2)),
    scalar=torch.tensor(3),
    flags=torch.tensor([True, False]),
    empty=torch.zeros(0, 5),
    size=base.shape,
    steps=7,
)
state._metadata = OrderedDict(version=1)
torch.save(state, "state.bin")
torch.save(state, "legacy.bin", _use_new_zipfile_serialization=False)
eight = OrderedDict(float8=torch.tensor([1.0, -448.0]).to(torch.float8_e4m3fn), short=torch.ones(3, dtype=torch.uint16))
torch.save({"epoch": 3, "state_dict": eight}, "nested.pth", pickle_protocol=4)
torch.save(torch.nn.Linear(2, 2), "module.pt")

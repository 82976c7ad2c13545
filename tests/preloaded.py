"""What a forked process has in memory already (tests/forked.py): the libraries, and the model."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import bm25s  # noqa: F401
import faiss  # noqa: F401
from sentence_transformers import SentenceTransformer
from tqdm import tqdm

import guidebot  # noqa: F401
import kb.knowledge_base  # noqa: F401
from kb.embedder import embeddings
from kb.settings import DEFAULT_MODEL

# Its monitor thread would not survive the fork.
tqdm.monitor_interval = 0

_load_model = cache(embeddings.load_model)


def _load_once(name: str, cache: Path) -> SentenceTransformer:
    return _load_model(name, cache.resolve())


embeddings.load_model = _load_once
if models := os.environ.get("GUIDEBOT_FORKED_MODELS"):
    _load_once(DEFAULT_MODEL, Path(models))

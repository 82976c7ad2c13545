"""What a forked process has in memory already (tests/forked.py): the libraries, and the models."""

from __future__ import annotations

import os
from pathlib import Path

import bm25s  # noqa: F401
import faiss  # noqa: F401
from tqdm import tqdm

import bot.app  # noqa: F401
import ingest.pipeline  # noqa: F401
import kb.knowledge_base  # noqa: F401
from kb.embedder import embeddings
from kb.settings import DEFAULT_MODEL
from kb.text.language import load_language_models
from testing.remembering import load_once
from tests.forked import MODELS

# Its monitor thread would not survive the fork.
tqdm.monitor_interval = 0

load_language_models()
embeddings.load_model = load_once
if models := os.environ.get(MODELS):
    load_once(DEFAULT_MODEL, Path(models))

"""Embeds texts with sentence-transformers, as LangChain `Embeddings`."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from kb.embedder.e5_archive import FOLDER_NAME, default_model
from kb.embedder.hub import HubModel, find_model
from kb.errors import ModelError
from kb.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# sentence-transformers' default.
_BATCH = 32

DEFAULT_COSINES = (0.54, 0.07)
"""The mean and standard deviation of the default model's cosines between unrelated texts.

Measured on guides and everyday questions, and fixed, because estimates for each guide rank worse
(docs/retrieval.md, "Cosines").
"""

Vectors = NDArray[np.float32]
InputType = Literal["query", "document"]


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Disable garbage collection, then freeze the new objects so that later collections skip them.

    Collection takes a sixth of the time of importing the libraries, which stay in memory anyway.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


class SentenceTransformerEmbeddings(Embeddings):
    """An embedding model, loaded when first needed and kept in memory.

    `name` is "multilingual-e5-small" for the shipped model, a sentence-transformers folder, or a
    model on the hub pinned to a commit ("name@commit"). `cache` is the folder for models. `threads`
    limits the CPU threads of one call: with one, a short question does not wait for a core that
    another process keeps busy. All methods except `model_id` and `cosines` load the model, and
    raise ModelError if that fails.
    """

    def __init__(self, name: str, cache: Path, threads: int = 1) -> None:
        self.name = name
        self._cache = cache
        self._threads = threads
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """The model's id in manifests and in the embedding cache."""
        return FOLDER_NAME if self.name == DEFAULT_MODEL else self.name

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the L2-normalised embeddings of passages, each a list of `dimension` floats."""
        vectors: list[list[float]] = self.encode(texts, "document").tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the L2-normalised embedding of a question, a list of `dimension` floats."""
        vector: list[float] = self.encode([text], "query")[0].tolist()
        return vector

    def encode(
        self,
        texts: Sequence[str],
        input_type: InputType,
        progress: Callable[[int], None] | None = None,
    ) -> Vectors:
        """Return the embeddings of `texts`: float32, shape (texts, dimension), L2-normalised.

        The model's prompt for that type is prepended to each text. `progress` is called with the
        number of texts done since the last call.
        """
        model = self._model
        import torch

        torch.set_num_threads(self._threads)
        encode = model.encode_query if input_type == "query" else model.encode_document
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Sorted by length, because a batch is padded to its longest text.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[rows] = encode(
                [texts[i] for i in rows],
                batch_size=_BATCH,
                show_progress_bar=False,
            )
            if progress:
                progress(len(rows))
        # bfloat16 has eight bits of precision, so vector lengths are only close to one.
        normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised

    def prompt(self, input_type: InputType) -> str:
        """Return the model's prompt for texts of this input type; empty if it has none."""
        prompts = self._model.prompts
        names = ("query",) if input_type == "query" else ("document", "passage", "corpus")
        return next((str(prompts[name]) for name in names if prompts.get(name)), "")

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text` as a passage, with prompt and special tokens."""
        # Not verbose: the caller asks precisely because the text may be too long.
        tokens = self._model.tokenizer(self.prompt("document") + text, verbose=False)
        return len(tokens["input_ids"])

    @property
    def token_limit(self) -> int:
        """The maximum number of tokens; anything beyond is cut off."""
        return int(self._model.get_max_seq_length() or 512)

    @property
    def cosines(self) -> tuple[float, float] | None:
        """Mean and standard deviation of the cosines between unrelated texts, if known."""
        return DEFAULT_COSINES if self.name == DEFAULT_MODEL else None

    @property
    def dimension(self) -> int:
        """The number of dimensions of an embedding."""
        return int(self._model.get_embedding_dimension() or 0)

    def load(self) -> None:
        """Load the model now rather than at the first text; raises ModelError."""
        _ = self._model

    @property
    def _model(self) -> SentenceTransformer:
        # Threads may race for the first use; load the model only once.
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        return load_model(self.name, self._cache)


@_without_garbage_collection()
def load_model(name: str, cache: Path) -> SentenceTransformer:
    """Load a model, and the libraries for it; raises ModelError."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Limits how long OpenMP threads spin while waiting for each other, which wastes time when
    # other processes need the cores: with an ingest beside the bot a batch takes 2.9 s instead
    # of 4.5 to 10 s, alone 1.4 s instead of 1.3 s (measured on two cores with two threads).
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    # Checks the model's files while the libraries are imported.
    with ThreadPoolExecutor(1) as executor:
        finding = executor.submit(_find, name, cache)
        from sentence_transformers import SentenceTransformer
        from threadpoolctl import threadpool_limits
        from transformers.utils import logging

    # NumPy's other BLAS threads spin for a while after each product, so that a stream of
    # questions keeps a second core busy to no purpose (78 ms of CPU time a question instead of
    # 39 ms, measured on two cores).
    threadpool_limits(1, user_api="blas")
    logging.disable_progress_bar()
    model = finding.result()
    try:
        return SentenceTransformer(
            model.name,
            revision=model.revision,
            device="cpu",
            cache_folder=str(cache),
            local_files_only=name == DEFAULT_MODEL,
            model_kwargs={"dtype": _dtype()},
        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The embedding model {name!r} cannot be loaded: {error}\n"
            "Set EMBEDDING_MODEL to a sentence-transformers folder or to NAME@COMMIT; "
            f"{DEFAULT_MODEL} is shipped and needs no network."
        ) from error


def _find(name: str, cache: Path) -> HubModel:
    if name == DEFAULT_MODEL:
        return HubModel(str(default_model(cache)))
    return find_model(name, "EMBEDDING_MODEL")


def _dtype() -> Any:
    import torch

    # bfloat16 halves the time on CPUs with native support, and is slower than float32 on others.
    native = (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )
    return torch.bfloat16 if native else torch.float32

"""Texts to vectors, by sentence-transformers, behind LangChain's `Embeddings`."""

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

_BATCH = 32

DEFAULT_COSINES = (0.54, 0.07)
"""What the cosines of questions and texts that have nothing to do with each other are with the
default model: their mean, and their deviation from it."""

Vectors = NDArray[np.float32]
Role = Literal["query", "document"]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile, nor later among what is made: it stays.

    A sixth of the time that it takes to import the libraries is spent on looking through them.
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
    """An embedding model, loaded when it is first needed and then kept.

    `name` is "multilingual-e5-small" for the model that comes with the project, a folder of
    sentence-transformers, or a model's name on the hub and its commit ("name@commit").
    `cache` is the folder that models are kept in. `threads` limits the processor threads that one
    call may use: with one, a short question does not wait for a core that another process keeps
    busy.
    """

    def __init__(self, name: str, cache: Path, threads: int = 1) -> None:
        self.name = name
        self._cache = cache
        self._threads = threads
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """What the manifest and the embedding cache know the model by."""
        return FOLDER_NAME if self.name == DEFAULT_MODEL else self.name

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text, as a passage to be found."""
        vectors: list[list[float]] = self.encode(texts, "document").tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        vector: list[float] = self.encode([text], "query")[0].tolist()
        return vector

    def encode(
        self, texts: Sequence[str], role: Role, progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of `texts`: float32, shape (texts, dimension), L2-normalised.

        The model's own prompt for the role is put before each text. `progress` is called
        with the number of texts done since the last call.
        """
        model = self._model
        import torch

        torch.set_num_threads(self._threads)
        encode = model.encode_query if role == "query" else model.encode_document
        vectors = np.empty((len(texts), self.dimension), np.float32)
        # Texts of like length together: a batch is padded to its longest.
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
        # bfloat16 has eight bits for each number, so its vectors' lengths are only near one.
        normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised

    def prompt(self, role: Role) -> str:
        """Return the words that the model wants before a text of this role."""
        prompts = self._model.prompts
        names = ("query",) if role == "query" else ("document", "passage", "corpus")
        return next((str(prompts[name]) for name in names if prompts.get(name)), "")

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model makes of `text` as a passage, all included."""
        # Not verbose: that a text is too long is what the caller wants to know.
        tokens = self._model.tokenizer(self.prompt("document") + text, verbose=False)
        return len(tokens["input_ids"])

    @property
    def token_limit(self) -> int:
        """How many tokens the model reads; it does not see what is beyond."""
        return int(self._model.get_max_seq_length() or 512)

    @property
    def cosines(self) -> tuple[float, float] | None:
        """The mean and deviation of cosines that mean nothing, if they are known of the model."""
        return DEFAULT_COSINES if self.name == DEFAULT_MODEL else None

    @property
    def dimension(self) -> int:
        """The vectors' length."""
        return int(self._model.get_embedding_dimension() or 0)

    def load(self) -> None:
        """Load the model now rather than at the first text.

        Raises ModelError if it cannot be had.
        """
        _ = self._model

    @property
    def _model(self) -> SentenceTransformer:
        # Several threads may ask first; the model must be loaded once.
        with self._lock:
            return self._loaded

    @cached_property
    @_uncollected()
    def _loaded(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # How long threads wait busily for each other. Beside other work, as an ingest beside the
        # bot, that is time lost for both: a batch takes 2.9 s instead of 4.5 to 10, alone 1.4
        # instead of 1.3 (two cores, two threads).
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")
        # The model's files are checked while the libraries are imported.
        with ThreadPoolExecutor(1) as executor:
            found = executor.submit(self._find)
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(self._threads)
        model = found.result()
        try:
            return SentenceTransformer(
                model.name,
                revision=model.revision,
                device="cpu",
                cache_folder=str(self._cache),
                local_files_only=self.name == DEFAULT_MODEL,
                model_kwargs={"dtype": _dtype()},
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The embedding model {self.name!r} cannot be loaded: {error}\n"
                "EMBEDDING_MODEL takes a sentence-transformers folder, or NAME@COMMIT; "
                f"{DEFAULT_MODEL} comes with the project and needs no network."
            ) from error

    def _find(self) -> HubModel:
        if self.name == DEFAULT_MODEL:
            return HubModel(str(default_model(self._cache)))
        return find_model(self.name, "EMBEDDING_MODEL")


def _dtype() -> Any:
    import torch

    # bfloat16 halves the time where the processor has instructions for it, and is slower
    # than float32 where it has to be emulated.
    native = (
        torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )
    return torch.bfloat16 if native else torch.float32

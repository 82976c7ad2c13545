"""Caches chunks, so that an unchanged guide is not chunked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.cache import TextCache
from ingest.index.chunk import chunk_guide
from ingest.parse.guide_cache import guide_key
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.model import Chunk, Guide

_CHUNKS = TypeAdapter(list[Chunk])


class ChunkCache:
    """Chunks by the sha256 of their guide, of the model whose limit applies, and of the code."""

    def __init__(self, path: Path, embeddings: SentenceTransformerEmbeddings) -> None:
        self._texts = TextCache(path, "chunks")
        self._embeddings = embeddings

    def chunks(self, guides: Sequence[Guide], progress: Callable[[int, int], None]) -> list[Chunk]:
        """Return the guides' chunks, with sections numbered across all guides.

        `progress` is called with the number of guides done and the total.
        """
        found: list[Chunk] = []
        keys: list[bytes] = []
        cut: dict[bytes, str] = {}
        sections = 0
        for number, guide in enumerate(guides, 1):
            keys.append(self._key(guide))
            chunks = self._known(keys[-1])
            if chunks is None:
                chunks = list(
                    chunk_guide(
                        guide, 0, self._embeddings.count_tokens, self._embeddings.token_limit
                    )
                )
                cut[keys[-1]] = _CHUNKS.dump_json(chunks).decode()
            found += [c.model_copy(update={"section": c.section + sections}) for c in chunks]
            sections += len(guide.sections)
            progress(number, len(guides))
        self._texts.put(cut)
        self._texts.keep_only(keys)
        return found

    def _key(self, guide: Guide) -> bytes:
        model = f"{self._embeddings.model_id} {self._embeddings.token_limit}"
        return guide_key(model, guide.model_dump_json().encode())

    def _known(self, key: bytes) -> list[Chunk] | None:
        text = self._texts.get(key)
        try:
            return _CHUNKS.validate_json(text) if text else None
        except ValidationError:
            return None  # a miss: chunked again and replaced

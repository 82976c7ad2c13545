"""Guides that were parsed before, so that a source that did not change is not parsed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import ValidationError

import ingest
import kb
from ingest.cache import TextCache
from ingest.parse.parsed import Parsed

# What is not our own, but has a say in what comes of a source.
_LIBRARIES = (
    "beautifulsoup4",
    "charset-normalizer",
    "html5lib",
    "lingua-language-detector",
    "mammoth",
    "markdown-it-py",
    "markdownify",
    "mdit-py-plugins",
    "pdfminer.six",
    "pdfplumber",
    "tokenizers",
)


class GuideCache:
    """Guides by the sha256 of their sources and of the parser."""

    def __init__(self, path: Path) -> None:
        self._texts = TextCache(path, "parsed")

    def get(self, key: bytes) -> Parsed | None:
        """Return what a key stands for, if it was parsed before."""
        text = self._texts.get(key)
        try:
            return Parsed.model_validate_json(text) if text else None
        except ValidationError:
            return None  # it is parsed again, and replaced

    def put(self, key: bytes, parsed: Parsed) -> None:
        """Keep a guide, with what is to be said of it."""
        self._texts.put({key: parsed.model_dump_json()})

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Forget all other guides."""
        self._texts.keep_only(keys)


def guide_key(source: str, *contents: bytes | None) -> bytes:
    """Return the key of what is made of a source: of its name, and of all that it is made from."""
    digest = hashlib.sha256(_parser())
    for part in (source.encode("utf-8", "surrogateescape"), *contents):
        digest.update(b"-" if part is None else hashlib.sha256(part).digest())
    return digest.digest()


@cache
def _parser() -> bytes:
    """Return what stands for the parser: its own text, so that no version can be forgotten."""
    digest = hashlib.sha256()
    for room in (Path(ingest.__file__).parent, Path(kb.__file__).parent):
        for path in sorted(room.rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update("".join(version(name) for name in _LIBRARIES).encode())
    return digest.digest()

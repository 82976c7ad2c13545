"""Caches parsed guides, so that an unchanged source is not parsed again."""

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

# Libraries that affect the parsed guide.
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
    """Parsed guides by the sha256 of their source and of the parser."""

    def __init__(self, path: Path) -> None:
        self._texts = TextCache(path, "parsed")

    def get(self, key: bytes) -> Parsed | None:
        """Return the parsed source stored under a key, or None."""
        text = self._texts.get(key)
        try:
            return Parsed.model_validate_json(text) if text else None
        except ValidationError:
            return None  # a miss: parsed again and replaced

    def put(self, key: bytes, parsed: Parsed) -> None:
        """Store a guide with its remarks."""
        self._texts.put({key: parsed.model_dump_json()})

    def keep_only(self, keys: Iterable[bytes]) -> None:
        """Delete all other guides."""
        self._texts.keep_only(keys)


def guide_key(source: str, *contents: bytes | None) -> bytes:
    """Return the cache key of a source: of its name and of everything its guide is made from."""
    digest = hashlib.sha256(_parser())
    for part in (source.encode("utf-8", "surrogateescape"), *contents):
        digest.update(b"-" if part is None else hashlib.sha256(part).digest())
    return digest.digest()


@cache
def _parser() -> bytes:
    """Return the parser's version: a hash of its own code, so that no change can be forgotten."""
    digest = hashlib.sha256()
    for package in (Path(ingest.__file__).parent, Path(kb.__file__).parent):
        for path in sorted(package.rglob("*.py")):
            digest.update(path.read_bytes())
    digest.update("".join(version(name) for name in _LIBRARIES).encode())
    return digest.digest()

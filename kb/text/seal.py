"""Texts that are kept to be had again, with what tells whether they are still what was kept."""

from __future__ import annotations

import hashlib

_LENGTH = 16


def sealed(key: bytes, text: str) -> str:
    """Return a text as it is kept under a key."""
    return _seal(key, text) + text


def unsealed(key: bytes, kept: object) -> str | None:
    """Return the text that was kept under a key; None, if it is not that, or another key's."""
    if isinstance(kept, bytes):
        kept = kept.decode("utf-8", "replace")
    if not isinstance(kept, str):
        return None
    text = kept[_LENGTH:]
    return text if kept == sealed(key, text) else None


def _seal(key: bytes, text: str) -> str:
    digest = hashlib.sha256(key + b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_LENGTH]

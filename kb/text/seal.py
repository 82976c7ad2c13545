"""Stored texts with a checksum, so that a damaged one is not mistaken for what was stored."""

from __future__ import annotations

import hashlib

# 64 bits, in hexadecimal digits: enough to recognise damage.
_LENGTH = 16


def with_checksum(key: bytes, text: str) -> str:
    """Return a text as it is stored under a key: its checksum, then the text."""
    return _seal(key, text) + text


def verified(key: bytes, kept: object) -> str | None:
    """Return the text stored under a key; None if it is damaged or belongs to another key."""
    if isinstance(kept, bytes):
        kept = kept.decode("utf-8", "replace")
    if not isinstance(kept, str):
        return None
    text = kept[_LENGTH:]
    return text if kept == with_checksum(key, text) else None


def _seal(key: bytes, text: str) -> str:
    digest = hashlib.sha256(key + b"\0" + text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_LENGTH]

"""The span of a secret in a text."""

from __future__ import annotations

from typing import NamedTuple


class SecretSpan(NamedTuple):
    """A secret's position in a text (end exclusive), and its kind."""

    start: int
    end: int
    kind: str

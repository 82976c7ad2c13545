"""Where a secret stands in a text."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A run of a text that is a secret, and of what kind."""

    start: int
    end: int
    kind: str

"""Counts with the right plural, for people."""

from __future__ import annotations


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return "1 guide" or "2 guides"; `several` is the plural if adding an s is not enough."""
    return f"{number} {one if number == 1 else several or one + 's'}"

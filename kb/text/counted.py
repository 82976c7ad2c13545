"""Numbers with what they count, for people."""

from __future__ import annotations


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return "1 guide" or "2 guides"; `several` is the plural where an s does not make it."""
    return f"{number} {one if number == 1 else several or one + 's'}"

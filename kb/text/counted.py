"""Counts with the right plural, for people."""

from __future__ import annotations


class Amount(int):
    """A number for a text with its unit: "{count:line}" gives "1 line" or "2 lines"."""

    def __format__(self, unit: str) -> str:
        return counted(self, unit) if unit else str(int(self))


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return "1 guide" or "2 guides"; `several` is the plural if adding an s is not enough."""
    return f"{int(number)} {one if number == 1 else several or one + 's'}"

"""Normalises text for finding secrets, with a mapping back to the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# Invisible characters that would split a secret.
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff")


@dataclass(frozen=True)
class Plain:
    """A text normalised to NFKC, without invisible characters.

    `here` and `there` are where runs start in it and in the original; `same` says which runs are
    identical in both. `length` is the original's.
    """

    text: str
    here: Sequence[int]
    there: Sequence[int]
    same: Sequence[bool]
    length: int

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original text for a span in this one."""
        return self._start(start), self._end(end)

    def _start(self, at: int) -> int:
        run = bisect_right(self.here, at) - 1
        return self.there[run] + (at - self.here[run] if self.same[run] else 0)

    def _end(self, at: int) -> int:
        run = bisect_right(self.here, at - 1) - 1
        if self.same[run]:
            return self.there[run] + at - self.here[run]
        return self.there[run + 1] if run + 1 < len(self.there) else self.length


def plain(text: str) -> Plain:
    """Normalise a text to NFKC and remove invisible characters."""
    pieces: list[str] = []
    here, there, same = [0], [0], [True]
    length = at = 0
    changing = _changing(text)
    for match in changing.finditer(text) if changing else ():
        new = "".join(c for c in unicodedata.normalize("NFKC", match[0]) if c not in _INVISIBLE)
        pieces += [text[at : match.start()], new]
        length += match.start() - at
        _note(here, there, same, length, match.start(), False)
        length += len(new)
        at = match.end()
        _note(here, there, same, length, at, True)
    return Plain("".join([*pieces, text[at:]]), here, there, same, len(text))


def _note(
    here: list[int], there: list[int], same: list[bool], at: int, written: int, is_same: bool
) -> None:
    """Record the start of a run, replacing the previous one if that is empty."""
    if here[-1] == at:
        del here[-1], there[-1], same[-1]
    here.append(at)
    there.append(written)
    same.append(is_same)


def _changing(text: str) -> re.Pattern[str] | None:
    """Return a pattern for the runs that normalisation changes, or None if there are none."""
    if text.isascii():
        return None
    marks = {c for c in set(text) if unicodedata.combining(unicodedata.normalize("NFKC", c)[0])}
    others = {c for c in set(text) if c in _INVISIBLE or unicodedata.normalize("NFKC", c) != c}
    if not marks and not others:
        return None
    joined = "".join(map(re.escape, sorted(marks)))
    changed = "".join(map(re.escape, sorted(others | marks)))
    after = f"[{joined}]*" if joined else ""
    return re.compile(f"[{changed}]{after}" + (f"|.[{joined}]+" if joined else ""), re.DOTALL)

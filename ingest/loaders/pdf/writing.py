"""Writing directions of a page, and ruby annotations beside its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from itertools import groupby
from typing import Any

from ingest.loaders.pdf.words import Box, Word

_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9f]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3005-\u3007]")
_JAPANESE = re.compile(f"{_KANA.pattern}|{_HAN.pattern}")
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_RTL_PART = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]+")
_LTR = re.compile(r"[A-Za-z\u00c0-\u024f\u0370-\u058f]")
_PRESENTED = re.compile(r"[\ufb1d-\ufdff\ufe70-\ufeff]")
_NAMED = re.compile(r"[^\W_]")
_AROUND = re.compile(r"(\W*)(.*?)(\W*)")
_BRACKETS = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
# The numbers of this module are chosen by hand; ruby is usually half as large.
_READING = 0.65
"""The greatest size of an annotation, as a share of its word's size."""

Char = dict[str, Any]


class Direction(Enum):
    """A writing direction: horizontal, down (lines go to the left), or up (a rotated page)."""

    LEVEL = 0
    DOWN = 1
    UP = 2


def by_direction(chars: Sequence[Char]) -> dict[Direction, list[Char]]:
    """Group a page's glyphs by writing direction."""
    found: dict[Direction, list[Char]] = {direction: [] for direction in Direction}
    stacked = _stacked(chars)
    for char in chars:
        a, b = char["matrix"][:2]
        if id(char) in stacked or abs(b) > abs(a) and b < 0:
            found[Direction.DOWN].append(char)
        else:
            up = abs(b) > abs(a)
            found[Direction.UP if up else Direction.LEVEL].append(char)
    return found


def _stacked(chars: Sequence[Char]) -> set[int]:
    """Return the ids of upright glyphs stacked vertically, as in Japanese columns."""
    if not _JAPANESE.search("".join(char["text"] for char in chars)):
        return set()
    found: set[int] = set()
    run: list[Char] = []
    for char in [*chars, None]:
        if run and (char is None or not _stands_below(run[-1], char)):
            letters = sum(
                bool(_HAN.match(each["text"]) or _KANA.match(each["text"])) for each in run
            )
            if letters >= 3:
                found |= {id(each) for each in run}
            run = []
        if char is not None:
            run.append(char)
    if 2 * len(found) > len(chars):
        lone = [c for c in chars if id(c) not in found and _beside_none(c, chars)]
        found |= {id(char) for char in lone}
    return found if len(found) >= 8 else set()


def _stands_below(above: Char, char: Char) -> bool:
    size = above["size"]
    middle = (char["x0"] + char["x1"] - above["x0"] - above["x1"]) / 2
    return bool(abs(middle) < 0.35 * size and 0.6 * size < char["top"] - above["top"] < 2 * size)


def _beside_none(char: Char, chars: Sequence[Char]) -> bool:
    """Whether no glyph is right next to one on its line."""
    size = char["size"]
    return not any(
        other is not char
        and abs(other["top"] - char["top"]) < 0.3 * size
        and abs(other["x0"] - char["x0"]) < 1.3 * size
        for other in chars
    )


def as_seen(chars: Sequence[Char]) -> None:
    """Put the letters of a ligature, such as lam and alef, in the order of all others."""
    for char in chars:
        if len(char["text"]) > 1 and has_rtl(char["text"]):
            char["text"] = _RTL_PART.sub(lambda m: "".join(_clusters(m[0])[::-1]), char["text"])


def turned(char: Char, direction: Direction, width: float, height: float) -> Char:
    """Return a glyph rotated with its page so that its lines run to the right, top to bottom."""
    if direction is Direction.LEVEL:
        return char
    box = turned_box(
        Box(char["x0"], char["x1"], char["top"], char["bottom"]), direction, width, height
    )
    return {
        **char,
        "x0": box.left,
        "x1": box.right,
        "top": box.top,
        "bottom": box.bottom,
        "doctop": box.top,
        "size": box.bottom - box.top,
        "upright": True,
    }


def turned_box(box: Box, direction: Direction, width: float, height: float) -> Box:
    """Return a box rotated as in `turned`."""
    if direction is Direction.DOWN:
        return Box(box.top, box.bottom, width - box.right, width - box.left)
    if direction is Direction.UP:
        return Box(height - box.bottom, height - box.top, box.left, box.right)
    return box


def readings(chars: Sequence[Char]) -> set[int]:
    """Return the ids of the glyphs of ruby annotations above Chinese characters."""
    base = [char for char in chars if _HAN.match(char["text"])]
    if not base:
        return set()
    largest = max(char["size"] for char in base)
    return {
        id(char)
        for char in chars
        if char["size"] <= _READING * largest
        and _KANA.match(char["text"])
        and any(_reads(char, each) for each in base)
    }


def _reads(char: Char, word: Char) -> bool:
    size = word["size"]
    return bool(
        char["size"] <= _READING * size
        and word["x0"] - size <= (char["x0"] + char["x1"]) / 2 <= word["x1"] + size
        and -0.2 * size <= word["top"] - char["bottom"] <= 0.5 * size
    )


def goes_left(texts: Sequence[str]) -> bool:
    """Whether most letters are of a right-to-left script."""
    text = "".join(texts)
    return len(_RTL.findall(text)) > len(_LTR.findall(text))


def has_rtl(text: str) -> bool:
    """Whether any letter is of a right-to-left script."""
    return bool(_RTL.search(text))


def mirrored(word: Word, width: float) -> Word:
    """Return a word with its position mirrored; its letters stay."""
    return replace(word, left=width - word.right, right=width - word.left)


def read_row(row: Sequence[Word], *, mirror: bool) -> list[Word]:
    """Return a row's words, with letters in visual order, in reading order.

    `mirror` means that positions are mirrored, so that the first word is the rightmost.
    """
    to_left = goes_left([word.text for word in row])
    words = [replace(word, text=_letters(word.text, to_left)) for word in row]
    if to_left != mirror:
        words = _reversed(words)
    # Words of the other direction have their own order.
    own, other = (_RTL, _LTR) if to_left else (_LTR, _RTL)
    ordered: list[Word] = []
    for is_own, group in groupby(words, key=lambda word: bool(own.search(word.text))):
        part = list(group)
        ordered += part if is_own else _other_way(part, other)
    return ordered


def _other_way(run: Sequence[Word], other: re.Pattern[str]) -> list[Word]:
    last = max((n for n, word in enumerate(run) if other.search(word.text)), default=-1)
    if last < 0:
        return list(run)
    first = next(n for n, word in enumerate(run) if _NAMED.search(word.text))
    return [*run[:first], *_reversed(run[first : last + 1]), *run[last + 1 :]]


def _reversed(words: Sequence[Word]) -> list[Word]:
    """Return words in reverse order, in the same positions."""
    if not words:
        return []
    left, right = min(w.left for w in words), max(w.right for w in words)
    return [
        replace(word, left=left + right - word.right, right=left + right - word.left)
        for word in reversed(words)
    ]


def read_text(seen: str) -> str:
    """Return a line given in visual order (left to right) in reading order."""
    if not has_rtl(seen):
        return seen
    words = [
        Word(text, float(n), float(n) + 0.5, 0.0, 1.0, 1.0) for n, text in enumerate(seen.split())
    ]
    return " ".join(word.text for word in read_row(words, mirror=False))


def _letters(seen: str, to_left: bool) -> str:
    """Return a word in reading order."""
    if not has_rtl(seen):
        # Punctuation around a number moves to its other side: ".3" is read "3.".
        parts = _AROUND.fullmatch(seen) if to_left else None
        if not parts:
            return seen
        ahead, core, behind = parts.groups()
        return f"{_mirror(behind)}{core}{_mirror(ahead)}"
    read = "".join(reversed(_clusters(seen))).translate(_BRACKETS)
    return re.sub(r"[A-Za-z0-9](?:[^\s\u0590-\u08ff]*[A-Za-z0-9])?", lambda m: m[0][::-1], read)


def _clusters(text: str) -> list[str]:
    """Return a text's grapheme clusters: letters with their combining marks."""
    found: list[str] = []
    for letter in text:
        if found and unicodedata.combining(letter):
            found[-1] += letter
        else:
            shaped = _PRESENTED.match(letter)
            found.append(unicodedata.normalize("NFKC", letter) if shaped else letter)
    return found


def _mirror(signs: str) -> str:
    return signs[::-1].translate(_BRACKETS)

"""Finds a PDF's headings: by size, by bookmark, or by a look that recurs throughout."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from ingest.loaders.pdf.lines import PageLine
from kb.text.fold import letters_and_digits

# The numbers of this module are chosen by hand: relative to the text's size, and in
# characters.
_LARGER = 1.08
_LONGEST = 200
_LONGEST_OF_BODY_SIZE = 90
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})(\.?)\s+(?=[^\W\d_])")
_ROMAN = re.compile(r"([IVX]{1,5})\.\s+(?=[^\W\d_])")
_ENDED = re.compile(r"[.!?:;,。！？：；、]\W*$")
_SIGN = re.compile(r"\s*(?:[•◦▪▫‣●○◎■□◆◇▲△▼▽▶▷►★☆∙·*–-]|\d{1,3}[.)]|\(?\w[.)])\s")
_Look = tuple[str, bool, bool, float]


class Headings:
    """Which lines are headings, and at which level.

    Anything larger than most text is one. Otherwise a line is one if it stands alone and its look,
    bold or numbered, recurs throughout the document.
    """

    def __init__(self, lines: Sequence[PageLine], outline: Sequence[tuple[int, str]]) -> None:
        self.body = _body_size(lines)
        larger = sorted(
            {x.size for x in lines if x.size >= self.body * _LARGER and not x.code}, reverse=True
        )
        self.by_size: Mapping[float, int] = {size: min(n, 6) for n, size in enumerate(larger, 1)}
        self.by_title = {letters_and_digits(title): level for level, title in outline}
        self.by_look = self._alike(lines)

    def level(self, line: PageLine) -> int | None:
        """Return a heading's level, None for other lines."""
        if level := self.by_size.get(line.size):
            words = re.search(r"[^\W_]", line.text)
            return level if words and len(line.text) <= _LONGEST else None
        if (line.bold or line.italic or _number(line)) and (
            level := self.by_title.get(letters_and_digits(line.text))
        ):
            return min(level, 6)
        return self.by_look.get(id(line))

    def _alike(self, lines: Sequence[PageLine]) -> dict[int, int]:
        """Return the levels of headings no larger than the text, by the ids of the lines."""
        by_look: dict[_Look, list[int]] = defaultdict(list)
        for at, line in enumerate(lines):
            look = self._look(line)
            if look and self._stands_alone(lines, at):
                by_look[look].append(at)
        kept = {
            look: places for look, places in by_look.items() if self._is_kind(look, places, lines)
        }
        headed = {line.size for line in lines if line.size in self.by_size}
        deepest = max((self.by_size[size] for size in headed), default=0)
        found: dict[int, int] = {}
        for look, places in kept.items():
            level = min(6, self._level(look, kept, lines, deepest))
            found |= {id(lines[at]): level for at in places}
        for above, line in pairwise(lines):
            if id(above) in found and self._goes_on(above, line):
                found[id(line)] = found[id(above)]
        return self._under_title(found, lines)

    def _goes_on(self, heading: PageLine, line: PageLine) -> bool:
        """Whether a line is the second line of a bold heading."""
        alike = heading.bold and line.bold and heading.size == line.size
        return alike and _close(heading, line) and line.text.strip()[:1].islower()

    def _under_title(self, levels: dict[int, int], lines: Sequence[PageLine]) -> dict[int, int]:
        """Return the levels, the first line above all others if it looks like the next heading."""
        if len(levels) < 2 or len(lines) < 2 or self._look(lines[0]) is None:
            return levels
        title, first = lines[:2]
        highest = min(levels.values())
        level = levels.get(id(first))
        one = _close(title, first) and _runs_on(title)
        alike = self._look(title) == self._look(first) and not one
        if level != highest or levels.get(id(title), level) != level or not alike:
            return levels
        return {line: min(6, level + 1) for line, level in levels.items()} | {id(title): highest}

    def _look(self, line: PageLine) -> _Look | None:
        """Return what headings of one kind have in common, None for a line that cannot be one."""
        text = line.text.strip()
        short = 2 <= len(text) <= _LONGEST_OF_BODY_SIZE
        if line.code or not short or _ENDED.search(text) or line.size in self.by_size:
            return None
        if line.size < 0.9 * self.body or not re.search(r"[^\W\d_]{2}", text):
            return None
        number = _number(line)
        if number is None and (not line.bold or _SIGN.match(text) or text[0].islower()):
            return None
        return number or "", line.bold, line.italic, line.size

    def _stands_alone(self, lines: Sequence[PageLine], at: int) -> bool:
        """Whether a line is a paragraph of its own with other text below it."""
        line = lines[at]
        if at + 1 >= len(lines):
            return False
        above, below = lines[at - 1] if at else None, lines[at + 1]
        if self._look(below) == self._look(line) and _close(line, below) and _runs_on(line):
            return False
        if (
            above
            and _close(above, line)
            and above.bold == line.bold
            and not _ENDED.search(above.text.strip())
            and _runs_on(above)
        ):
            return False
        return line.left <= below.left + 3 * line.size or below.page != line.page

    def _is_kind(self, look: _Look, places: Sequence[int], lines: Sequence[PageLine]) -> bool:
        number, bold, italic, _ = look
        if len(places) < 2:
            return False
        between = median(two - one for one, two in zip(places, places[1:], strict=False))
        if not number:
            # Under larger headings, a bold line is a label for what follows.
            return not _sectioned(lines, self.by_size) and between >= 2
        if number == "1.":
            return bold and between >= 4 and _counts_on([lines[at] for at in places])
        if number in ("1", "I"):
            caps = sum(lines[at].text.isupper() for at in places)
            return (
                (bold or italic or 2 * caps >= len(places) or number == "I")
                and between >= 3
                and _counts_on([lines[at] for at in places])
            )
        return between >= 2

    def _level(
        self,
        look: _Look,
        kept: Mapping[_Look, Sequence[int]],
        lines: Sequence[PageLine],
        deepest: int,
    ) -> int:
        depth = look[0].count(".1") + 1 if look[0] else 1
        above = [
            self.by_size[line.size]
            for line in lines
            if line.size in self.by_size
            and (kind := _number(line))
            and kind.count(".1") + 1 < depth
        ]
        if above:
            return max(above) + 1
        depths = {each[0].count(".1") + 1 for each in kept if each[0]}
        return deepest + 1 + (depth - min(depths) if look[0] and depths else 0)


def _body_size(lines: Sequence[PageLine]) -> float:
    """Return the size of most text, ignoring code and bold text unless there is nothing else."""
    plain = [line for line in lines if not line.code and not line.bold]
    sizes = Counter[float]()
    for line in plain or [line for line in lines if line.code] or lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _number(line: PageLine) -> str | None:
    """Return the kind of number that a line begins with: "1", "1.", "1.1" or "I"."""
    text = line.text.strip()
    if match := _NUMBERED.match(text):
        depth = match[1].count(".")
        return "1" + ".1" * depth if depth else "1" + match[2]
    return "I" if _ROMAN.match(text) else None


def _counts_on(lines: Sequence[PageLine]) -> bool:
    """Whether the lines' numbers increase throughout, unlike those of lists."""
    numbers = [_value(line.text.strip()) for line in lines]
    return all(one < two for one, two in zip(numbers, numbers[1:], strict=False))


def _value(text: str) -> int:
    if match := re.match(r"\d+", text):
        return int(match[0])
    total = 0
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text.split(".")[0]]
    for one, two in zip(values, [*values[1:], 0], strict=True):
        total += -one if one < two else one
    return total


def _sectioned(lines: Sequence[PageLine], by_size: Mapping[float, int]) -> bool:
    """Whether a document is divided into sections by headings larger than the text."""
    headings = sum(line.size in by_size for line in lines)
    first = lines[0].size if lines else 0.0
    return headings - sum(line.size == first for line in lines if first in by_size) >= 2


def _runs_on(line: PageLine) -> bool:
    """Whether the next line may continue this one: a bold one then reaches the column's edge."""
    return line.full or not line.bold


def _close(one: PageLine, two: PageLine) -> bool:
    """Whether a line is right below another, as in a paragraph."""
    if (one.page, one.flow) != (two.page, two.flow):
        return False
    return two.top - one.bottom < 0.45 * max(one.size, two.size)

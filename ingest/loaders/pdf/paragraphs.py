"""Finds which of a PDF's lines continue a paragraph, an item or code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.loaders.pdf.headings import Headings
from ingest.loaders.pdf.lines import PageLine, Table, is_broken
from ingest.loaders.pdf.markers import marker_of, number_of
from ingest.parse.blocks import NOTE_LABEL

# "Step 2: Open the lid.", "b) Close it", 「【原因】」: starts that begin a new line.
_BEGINS = re.compile(
    r"\s*(?:(?:step|schritt|[ée]tape|paso|passo|手順|ステップ|步骤|단계)\s*\d{1,2}\b"
    r"|[a-z]\)\s|(?-i:[a-z]|[ivx]{2,4})\.\s+(?!\w\.)|[QA]\d{0,2}[.:：．]\s*\S|[■□◆◇●○◎▲△▼▽▶▷►★☆❖※【]|[ア-ン][.．)）]|\[\d{1,3}\]\s)",
    re.IGNORECASE,
)
# "■ The lamp is dark", 「【原因】」: usually a heading.
_HEADED = re.compile(r"\s*(?:[■□◆◇●○◎▲△▼▽▶▷►★☆❖]\s*\S|【[^】]+】\s*$)")
_ENDED = re.compile(r"[.!?:。！？：]\W*$")
_LEADER = re.compile(r"(?:[.…・]\s?){6,}")
# The numbers of this module are chosen by hand: in points, and relative to the text's size.
_SAME_INDENT = 4.0
_OTHER_SIZE = 1.15
_CLOSE = 0.5
"""The greatest line spacing within a paragraph, in font sizes, where the text gives no measure."""


class Paragraphs:
    """Which of a document's lines belong together, by its headings and line spacing."""

    def __init__(self, headings: Headings, lines: Sequence[PageLine]) -> None:
        self._headings = headings
        self._gap = _gap(lines)

    def lines_from(
        self, parts: Sequence[PageLine | Table], start: int, items: Sequence[int | None]
    ) -> list[PageLine]:
        """Return the line at `start` and those that continue it.

        `items` are the numbers of the open list items, None for bullets.
        """
        first = parts[start]
        assert isinstance(first, PageLine)
        group = [first]
        for part in parts[start + 1 :]:
            if not isinstance(part, PageLine) or not self._goes_on(group, part, items):
                break
            group.append(part)
        return group

    def _goes_on(
        self, group: Sequence[PageLine], line: PageLine, items: Sequence[int | None]
    ) -> bool:
        last = group[-1]
        if line.code != last.code and not (line.code and is_broken(last.text)):
            return False
        if not _in_one_column(line, last):
            return self._goes_on_beyond(last, line)
        if self._headings.level(line) != self._headings.level(last) or _LEADER.search(last.text):
            return False
        run_in = line.runs[0].bold
        if last.bold and not run_in and len(group) == 1 and not is_label(last):
            return False  # the label of what follows
        if last.italic and not line.italic and len(group) == 1 and not last.full:
            return False
        if (
            self._is_bold_anew(last, line)
            or _is_headed_anew(last, line)
            or _HEADED.match(last.text)
            and not last.full
        ):
            return False
        gap = (line.top - last.bottom) / line.size
        if line.code:
            return gap < self._gap + 2.5
        if _begins(group, line, items) or line.parted and any(each.parted for each in group):
            return False
        if not _keeps_to(group, line):
            return False
        return gap < self._gap + 0.35

    def _is_bold_anew(self, last: PageLine, line: PageLine) -> bool:
        """Whether bold lines, no larger than the text, are two titles rather than one."""
        bold = last.bold and line.bold and not last.full and not last.parted
        return bold and line.size < 1.05 * self._headings.body and line.text.strip()[:1].isupper()

    def _goes_on_beyond(self, last: PageLine, line: PageLine) -> bool:
        """Whether a sentence, or code, continues at the top of the next page or column."""
        if self._headings.level(line) is not None or self._headings.level(last) is not None:
            return False
        if line.code:
            return True
        if abs(line.size - last.size) > 0.5:
            return False
        text = line.text.strip()
        if _ENDED.search(last.text.strip()) or marker_of(line) or _BEGINS.match(text):
            return False
        return line.page != last.page or last.full or text[:1].islower()


def _keeps_to(group: Sequence[PageLine], line: PageLine) -> bool:
    """Whether a line is where the next one of a paragraph or an item would be."""
    last = group[-1]
    further = line.left - last.left
    centred = abs(line.left + line.right - last.left - last.right) < _SAME_INDENT
    if abs(further) <= _SAME_INDENT or centred or marker_of(group[0]):
        return True
    ended = _ENDED.search(last.text.strip())
    if len(group) > 1:
        # The next paragraph's first line is indented.
        return further < 0 or not ended
    return -4 * line.size < further < 0 and last.full


def _begins(group: Sequence[PageLine], line: PageLine, items: Sequence[int | None]) -> bool:
    """Whether a line begins an item or a paragraph, judging by its start."""
    marker = marker_of(line)
    if marker is None:
        first = line.runs[0]
        label = first.bold and not line.bold and first.text.rstrip().endswith((":", "："))
        ended = _ENDED.search(group[-1].text.strip())
        return _BEGINS.match(line.text) is not None or bool(label and ended)
    number = number_of(marker)
    if number is None or number == 1 or _ENDED.search(group[-1].text.strip()):
        return True
    # "... the load is less than / 2. 5 tons" is not a step, unless step 1 came before.
    own = marker_of(group[0])
    numbers = [number_of(own) if own else None, *items]
    if number - 1 not in numbers:
        return abs(line.left - group[-1].left) > _SAME_INDENT
    return not (own and len(group) > 1 and abs(line.left - group[0].left) > _SAME_INDENT)


def _gap(lines: Sequence[PageLine]) -> float:
    """Return the usual line spacing within paragraphs, in font sizes."""
    pairs = [
        (one, two)
        for one, two in zip(lines, lines[1:], strict=False)
        if _in_one_column(one, two) and one.size == two.size and two.top > one.bottom - two.size
    ]
    gaps = Counter(round((two.top - one.bottom) / two.size, 1) for one, two in pairs)
    often = [gap for gap, count in gaps.items() if count >= max(gaps.values()) / 4]
    least = min(often, default=0.2)
    # If no line wraps, each is a paragraph.
    return least if any(_is_wrapped(one, two) for one, two in pairs) else min(least, _CLOSE)


def _is_wrapped(one: PageLine, two: PageLine) -> bool:
    """Whether a sentence wraps from one line to the next."""
    first = two.text.strip()[:1]
    uncased = first.isalpha() and first.lower() == first.upper()
    return one.full and (first.islower() or uncased and not _ENDED.search(one.text.strip()))


def _in_one_column(one: PageLine, two: PageLine) -> bool:
    return (one.page, one.flow) == (two.page, two.flow)


def _is_headed_anew(last: PageLine, line: PageLine) -> bool:
    """Whether a line, bold or of another size, does not continue the one above it."""
    below = line.top > last.bottom - 0.3 * min(line.size, last.size)
    if not below or not line.bold:
        return False
    if last.bold:
        return max(line.size, last.size) > _OTHER_SIZE * min(line.size, last.size)
    ended = not last.full or bool(_ENDED.search(last.text.strip()))
    return ended and not last.runs[-1].bold


def is_label(line: PageLine) -> bool:
    """Whether a line is only a note's label."""
    text = line.text.strip()
    return bool(NOTE_LABEL.fullmatch(text)) and (line.bold or text.isupper())

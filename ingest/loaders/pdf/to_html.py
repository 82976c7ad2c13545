"""The structure of a PDF, from its outline and the look of its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from ingest.loaders.pdf.lines import BROKEN, Line, Pages, Run, Table
from ingest.parse.blocks import NOTE_LABEL

_BULLET = re.compile(r"\s*([•◦▪▫‣●○■□∙·*–-]|\uf0b7|\uf0a7)\s+(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_LARGER = 1.08
_SAME_INDENT = 4.0
_LONGEST_HEADING = 200


def to_html(pages: Pages, outline: Sequence[tuple[int, str]]) -> str:
    """Return a document's pages as HTML, each element's page in `data-at`.

    `outline` holds the levels and titles of the document's bookmarks.
    """
    return _Writer(_Headings(pages.lines, outline), _gap(pages.lines)).write(pages.parts)


def _gap(lines: Sequence[Line]) -> float:
    """Return the usual distance of two lines of a paragraph, in sizes of their type."""
    gaps = Counter(
        round((two.top - one.bottom) / two.size, 1)
        for one, two in zip(lines, lines[1:], strict=False)
        if one.page == two.page and one.size == two.size and two.top > one.bottom - two.size
    )
    often = [gap for gap, count in gaps.items() if count >= max(gaps.values()) / 4]
    return min(often, default=0.2)


class _Headings:
    """Which lines are headings, and of which level."""

    def __init__(self, lines: Sequence[Line], outline: Sequence[tuple[int, str]]) -> None:
        sizes = Counter[float]()
        for line in lines:
            if not line.code:
                sizes[line.size] += len(line.text)
        body = sizes.most_common(1)[0][0] if sizes else 0.0
        larger = sorted(
            {x.size for x in lines if x.size >= body * _LARGER and not x.code}, reverse=True
        )
        self.by_size: Mapping[float, int] = {size: min(n, 6) for n, size in enumerate(larger, 1)}
        self.by_title = {_bare(title): level for level, title in outline}

    def level(self, line: Line) -> int | None:
        if level := self.by_size.get(line.size):
            return level if len(line.text) <= _LONGEST_HEADING else None
        if line.bold and (level := self.by_title.get(_bare(line.text))):
            return min(level, 6)
        return None


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


@dataclass
class _Item:
    """An open item of a list: where its sign and its words begin."""

    left: float
    words: float
    ordered: bool


@dataclass
class _Writer:
    headings: _Headings
    gap: float
    html: list[str] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)

    def write(self, parts: Sequence[Line | Table]) -> str:
        position = 0
        while position < len(parts):
            part = parts[position]
            if isinstance(part, Table):
                self._table(part)
                position += 1
                continue
            group = self._group(parts, position)
            position += len(group)
            self._lines(group)
        self._close(0)
        return "\n".join(self.html)

    def _group(self, parts: Sequence[Line | Table], start: int) -> list[Line]:
        """Return the line at `start` and those that go on with it."""
        first = parts[start]
        assert isinstance(first, Line)
        group = [first]
        for part in parts[start + 1 :]:
            if not isinstance(part, Line) or not self._goes_on(group, part):
                break
            group.append(part)
        return group

    def _goes_on(self, group: Sequence[Line], line: Line) -> bool:
        last = group[-1]
        if line.code != last.code and not (line.code and BROKEN.search(last.text)):
            return False
        if line.page != last.page:
            # A sentence, or code, goes on at the top of the next page.
            open_ = not re.search(r"[.!?:。！？：]\W*$", last.text.strip())
            same = self.headings.level(line) is None and self.headings.level(last) is None
            return same and (line.code or (open_ and not _sign(line)))
        if self.headings.level(line) != self.headings.level(last):
            return False
        label = NOTE_LABEL.fullmatch(last.text.strip())
        if last.bold and not line.bold and len(group) == 1 and not label:
            return False  # the name of what stands under it
        gap = (line.top - last.bottom) / line.size
        if line.code:
            return gap < self.gap + 2.5
        if _sign(line):
            return False
        hanging = len(group) > 1 or _sign(group[0]) is not None
        if abs(line.left - last.left) > _SAME_INDENT and not hanging:
            return False
        return gap < self.gap + 0.35

    def _lines(self, group: Sequence[Line]) -> None:
        first = group[0]
        at = f' data-at="{first.page}"'
        if level := self.headings.level(first):
            self._close(0)
            words = " ".join(line.text.strip() for line in group)
            self.html.append(f"<h{level}{at}>{escape(words)}</h{level}>")
            return
        if first.code:
            self._leave(first.left)
            self.html.append(f"<pre{at}><code>{escape(_code(group))}</code></pre>")
            return
        if sign := _sign(first):
            self._open(first, sign)
            self.html.append(f"<p{at}>{_words(group, sign.end())}</p>")
            return
        self._leave(first.left)
        self.html.append(f"<p{at}>{_words(group, 0)}</p>")

    def _leave(self, left: float) -> None:
        """Close the items whose words stand further to the right than `left`."""
        depth = len(self.items)
        while depth and left < self.items[depth - 1].words - _SAME_INDENT:
            depth -= 1
        self._close(depth)

    def _open(self, line: Line, sign: re.Match[str]) -> None:
        depth = len(self.items)
        while depth and line.left < self.items[depth - 1].left - 2 * _SAME_INDENT:
            depth -= 1
        number = re.match(r"\s*(\d+)", sign[0])
        beside = depth and line.left < self.items[depth - 1].left + 2 * _SAME_INDENT
        words = line.left + len(sign[0].strip()) * line.wide
        if beside and self.items[depth - 1].ordered == bool(number):
            self._close(depth)
            self.html.append("</li><li>")
            self.items[-1] = _Item(line.left, words, bool(number))
            return
        self._close(depth - 1 if beside else depth)
        self.html.append(f'<ol start="{number[1]}"><li>' if number else "<ul><li>")
        self.items.append(_Item(line.left, words, bool(number)))

    def _close(self, depth: int) -> None:
        while len(self.items) > depth:
            self.html.append("</li></ol>" if self.items.pop().ordered else "</li></ul>")

    def _table(self, table: Table) -> None:
        self._leave(table.left)
        rows = "".join(
            "<tr>" + "".join(f'<td data-at="{table.page}">{escape(c)}</td>' for c in row) + "</tr>"
            for row in table.rows
        )
        self.html.append(f"<table>{rows}</table>")


def _sign(line: Line) -> re.Match[str] | None:
    return None if line.code else _BULLET.match(line.text) or _NUMBER.match(line.text)


def _words(lines: Sequence[Line], skip: int) -> str:
    written: list[str] = []
    for n, line in enumerate(lines):
        runs = "".join(run.html for run in _without(line.runs, skip if n == 0 else 0))
        # A label in bold keeps its line.
        label = line.bold and NOTE_LABEL.fullmatch(line.text.strip())
        whole = not BROKEN.search(line.text)
        written.append(runs.strip() + ("<br>" if label else "\n" if whole else ""))
    # Code that was broken off at a line end goes on.
    return "".join(written).replace("</code><code>", "")


def _without(runs: Sequence[Run], skip: int) -> Iterator[Run]:
    for run in runs:
        if skip >= len(run.text):
            skip -= len(run.text)
            continue
        yield Run(run.text[skip:], run.bold, run.code, run.href)
        skip = 0


def _code(lines: Sequence[Line]) -> str:
    left = min(line.left for line in lines)
    written = []
    last: Line | None = None
    for line in lines:
        if last and last.page == line.page and line.top - last.bottom > 0.9 * line.size:
            written.append("")
        written.append(" " * round((line.left - left) / line.wide) + line.text)
        last = line
    return "\n".join(written)

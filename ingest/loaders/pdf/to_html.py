"""Recovers a PDF's structure from its bookmarks and the look of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby

from ingest.loaders.pdf.bullets import with_bullets
from ingest.loaders.pdf.footnotes import with_footnotes
from ingest.loaders.pdf.headings import Headings
from ingest.loaders.pdf.hyphens import Hyphens
from ingest.loaders.pdf.lines import PageLine, Pages, Run, Table, is_broken
from ingest.loaders.pdf.markers import kind_of, marker_of, number_of
from ingest.loaders.pdf.paragraphs import Paragraphs, is_label

# Points; chosen by hand.
_SAME_INDENT = 4.0


def to_html(pages: Pages, outline: Sequence[tuple[int, str]]) -> str:
    """Return a document's pages as HTML, with each element's page in `data-at`.

    `outline` holds the levels and titles of the document's bookmarks.
    """
    pages = Pages(list(with_footnotes(list(with_bullets(pages.parts)))))
    lines = pages.lines
    hyphens = Hyphens(line.text for line in lines)
    headings = Headings(lines, outline)
    return _Writer(headings, Paragraphs(headings, lines), hyphens).write(pages.parts)


def _notes_apart(
    parts: Sequence[PageLine | Table],
) -> tuple[list[PageLine | Table], dict[int, list[Sequence[PageLine]]]]:
    """Return the parts without marginal notes, and the notes by the id of what they are beside.

    Notes at the top have nothing before them: they are text.
    """
    text: list[PageLine | Table] = []
    notes: dict[int, list[Sequence[PageLine]]] = {}
    for aside, group in groupby(parts, lambda part: isinstance(part, PageLine) and part.aside):
        if aside and text:
            lines = [part for part in group if isinstance(part, PageLine)]
            notes[id(text[-1])] = list(_paragraphs(lines))
        else:
            text += group
    return text, notes


def _paragraphs(lines: Sequence[PageLine]) -> Iterator[Sequence[PageLine]]:
    paragraph: list[PageLine] = []
    for line in lines:
        if paragraph and not -line.size < line.top - paragraph[-1].bottom < 0.7 * line.size:
            yield paragraph
            paragraph = []
        paragraph.append(line)
    yield paragraph


@dataclass
class _Item:
    """An open list item: where its marker and its text begin."""

    left: float
    words: float
    number: int | None
    kind: str

    @property
    def ordered(self) -> bool:
        """Whether its list is numbered."""
        return self.number is not None


@dataclass
class _Writer:
    headings: Headings
    paragraphs: Paragraphs
    hyphens: Hyphens
    html: list[str] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    notes: list[Sequence[PageLine]] = field(default_factory=list)
    """Marginal notes beside the open list."""

    def write(self, parts: Sequence[PageLine | Table]) -> str:
        """Return the pages' parts as HTML."""
        text, notes = _notes_apart(parts)
        position = 0
        while position < len(text):
            part = text[position]
            if isinstance(part, Table):
                self._table(part)
                taken = 1
            else:
                numbers = [item.number for item in self.items]
                group = self.paragraphs.lines_from(text, position, numbers)
                self._lines(group)
                taken = len(group)
            for each in text[position : position + taken]:
                self.notes += notes.get(id(each), [])
            if not self.items:
                self._close(0)
            position += taken
        self._close(0)
        return "\n".join(self.html)

    def _lines(self, group: Sequence[PageLine]) -> None:
        first = group[0]
        at = f' data-at="{first.page}"'
        if level := self.headings.level(first):
            self._close(0)
            words = self._text([line.text.strip() for line in group])
            self.html.append(f"<h{level}{at}>{escape(words, quote=False)}</h{level}>")
            return
        if first.code:
            self._leave(first.left)
            self.html.append(f"<pre{at}><code>{escape(_code(group))}</code></pre>")
            return
        marker = marker_of(first)
        if marker and first.footnote:
            # Without its period, the number is not taken for a step's.
            self._close(0)
            self.html.append(f"<p{at}>{number_of(marker)} {self._words(group, marker.end())}</p>")
            return
        if marker:
            self._open(first, marker)
            self.html.append(f"<p{at}>{self._words(group, marker.end())}</p>")
            return
        self._leave(first.left)
        self.html.append(f"<p{at}>{self._words(group, 0)}</p>")

    def _leave(self, left: float) -> None:
        """Close the items whose text is further right than `left`."""
        depth = len(self.items)
        while depth:
            item = self.items[depth - 1]
            if left >= item.words - min(_SAME_INDENT, (item.words - item.left) / 2):
                break
            depth -= 1
        self._close(depth)

    def _open(self, line: PageLine, marker: re.Match[str]) -> None:
        depth = len(self.items)
        while depth and line.left < self.items[depth - 1].left - 2 * _SAME_INDENT:
            depth -= 1
        number, kind = number_of(marker), kind_of(marker)
        beside = bool(depth) and line.left < self.items[depth - 1].left + 2 * _SAME_INDENT
        if beside and number is not None:
            # Other markers start a nested list; known markers continue their list.
            same = [n for n, each in enumerate(self.items[:depth], 1) if each.kind == kind]
            last = self.items[depth - 1]
            if same and number != 1:
                depth = same[-1]
            elif last.ordered and last.kind != kind and number == 1:
                beside = False
        alone = line.text.split(maxsplit=1)[0] == marker[0].strip()
        words = line.second if alone else line.left + len(marker[0].strip()) * line.wide
        item = _Item(line.left, words, number, kind)
        if beside and self.items[depth - 1].ordered == item.ordered:
            self._close(depth)
            self.html.append("</li><li>")
            self.items[-1] = item
            return
        self._close(depth - 1 if beside else depth)
        self.html.append("<ul><li>" if number is None else f'<ol start="{number}"><li>')
        self.items.append(item)

    def _close(self, depth: int) -> None:
        while len(self.items) > depth:
            self.html.append("</li></ol>" if self.items.pop().ordered else "</li></ul>")
        if not self.items:
            for note in self.notes:
                self.html.append(f'<p data-at="{note[0].page}">{self._words(note, 0)}</p>')
            self.notes = []

    def _table(self, table: Table) -> None:
        self._leave(table.left)
        rows = "".join(
            "<tr>" + "".join(self._cell(table.page, cell) for cell in row) + "</tr>"
            for row in table.rows
        )
        self.html.append(f"<table>{rows}</table>")

    def _cell(self, page: int, cell: str) -> str:
        lines = [line.strip() for line in cell.split("\n") if line.strip()]
        return f'<td data-at="{page}">{escape(self._text(lines))}</td>'

    def _text(self, lines: Sequence[str]) -> str:
        """Join lines into one."""
        written = ""
        for n, line in enumerate(lines):
            words, between = self._joined(line, lines[n + 1] if n + 1 < len(lines) else "")
            written += words + between
        return written.strip()

    def _joined(self, line: str, following: str) -> tuple[str, str]:
        """Return a line as it reads on, and what joins it to the next."""
        if not following or not is_broken(line):
            return line, " " if following else ""
        return self.hyphens.join(line, following)

    def _words(self, lines: Sequence[PageLine], skip: int) -> str:
        """Return lines as HTML, without the first `skip` characters of the first."""
        written: list[Run | str] = []
        for n, line in enumerate(lines):
            runs = list(_without(line.runs, skip if n == 0 else 0))
            following = lines[n + 1] if n + 1 < len(lines) else None
            between = "\n" if following else ""
            if following and runs and is_broken(line.text.rstrip()):
                runs[-1], between = self._broken(line.text.rstrip(), runs[-1], following)
            if is_label(line):  # stays on its own line
                runs, between = [replace(run, bold=True) for run in runs], "<br>"
            _add(written, runs)
            written.append(between)
        return "".join(x if isinstance(x, str) else x.html for x in written).strip()

    def _broken(self, text: str, last: Run, following: PageLine) -> tuple[Run, str]:
        """Return the last run of a line that ends inside a word, and what joins it to the next."""
        if last.code:
            return last, ""
        words, between = self._joined(text, following.text.lstrip())
        kept = last.text.rstrip()
        if not text.startswith(words):
            return replace(last, text=kept[:-1] + words[-1]), between
        return replace(last, text=kept[: len(kept) + len(words) - len(text)]), between


def _add(written: list[Run | str], runs: Sequence[Run]) -> None:
    """Append a line's runs; text that continues in the same format is one run."""
    if runs and len(written) > 1 and isinstance(last := written[-2], Run):
        first, between = runs[0], str(written[-1])
        same = (last.bold, last.code, last.href) == (first.bold, first.code, first.href)
        if same and (not between or between == "\n" and not first.code):
            written[-2:] = [replace(last, text=last.text + between + first.text)]
            runs = runs[1:]
    written += runs


def _without(runs: Sequence[Run], skip: int) -> Iterator[Run]:
    for run in runs:
        if skip >= len(run.text):
            skip -= len(run.text)
            continue
        yield replace(run, text=run.text[skip:])
        skip = 0


def _code(lines: Sequence[PageLine]) -> str:
    left = min(line.left for line in lines)
    written = []
    last: PageLine | None = None
    for line in lines:
        if last and last.page == line.page and line.top - last.bottom > 0.9 * line.size:
            written.append("")
        written.append(" " * round((line.left - left) / line.wide) + line.text)
        last = line
    return "\n".join(written)

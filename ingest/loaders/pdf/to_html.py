"""Recovers a PDF's structure from its bookmarks and the look of its lines."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby

from ingest.loaders.pdf.bullets import with_bullets
from ingest.loaders.pdf.footnotes import with_footnotes
from ingest.loaders.pdf.headings import Headings
from ingest.loaders.pdf.hyphens import Hyphens
from ingest.loaders.pdf.lines import PageLine, Pages, Run, Table, is_broken
from ingest.parse.blocks import NOTE_LABEL

_BULLET = re.compile(r"\s*([•◦▪▫‣∙·*–-]|\uf0b7|\uf0a7)\s+(?=\S)|\s*[•・](?=[^\W\d])")
_NUMBER = re.compile(
    r"\s*(?:(\d{1,3})[.)]\s+|([０-９]{1,2})[.．)）、]\s*|[(（]([0-9０-９]{1,2})[)）]\s*|([①-⑳])\s*)"
    r"(?=\S)"
)
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


def to_html(pages: Pages, outline: Sequence[tuple[int, str]]) -> str:
    """Return a document's pages as HTML, with each element's page in `data-at`.

    `outline` holds the levels and titles of the document's bookmarks.
    """
    pages = Pages(list(with_footnotes(list(with_bullets(pages.parts)))))
    lines = pages.lines
    hyphens = Hyphens(line.text for line in lines)
    return _Writer(Headings(lines, outline), _gap(lines), hyphens).write(pages.parts)


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
    gap: float
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
                group = self._group(text, position)
                self._lines(group)
                taken = len(group)
            for each in text[position : position + taken]:
                self.notes += notes.get(id(each), [])
            if not self.items:
                self._close(0)
            position += taken
        self._close(0)
        return "\n".join(self.html)

    def _group(self, parts: Sequence[PageLine | Table], start: int) -> list[PageLine]:
        """Return the line at `start` and those that continue it."""
        first = parts[start]
        assert isinstance(first, PageLine)
        group = [first]
        for part in parts[start + 1 :]:
            if not isinstance(part, PageLine) or not self._goes_on(group, part):
                break
            group.append(part)
        return group

    def _goes_on(self, group: Sequence[PageLine], line: PageLine) -> bool:
        last = group[-1]
        if line.code != last.code and not (line.code and is_broken(last.text)):
            return False
        if not _in_one_column(line, last):
            return self._goes_on_beyond(last, line)
        if self.headings.level(line) != self.headings.level(last) or _LEADER.search(last.text):
            return False
        run_in = line.runs[0].bold
        if last.bold and not run_in and len(group) == 1 and not _is_label(last):
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
            return gap < self.gap + 2.5
        if self._begins(group, line) or line.parted and any(each.parted for each in group):
            return False
        if not self._keeps_to(group, line):
            return False
        return gap < self.gap + 0.35

    def _is_bold_anew(self, last: PageLine, line: PageLine) -> bool:
        """Whether bold lines, no larger than the text, are two titles rather than one."""
        bold = last.bold and line.bold and not last.full and not last.parted
        return bold and line.size < 1.05 * self.headings.body and line.text.strip()[:1].isupper()

    def _keeps_to(self, group: Sequence[PageLine], line: PageLine) -> bool:
        """Whether a line is where the next one of a paragraph or an item would be."""
        last = group[-1]
        further = line.left - last.left
        centred = abs(line.left + line.right - last.left - last.right) < _SAME_INDENT
        if abs(further) <= _SAME_INDENT or centred or _sign(group[0]):
            return True
        ended = _ENDED.search(last.text.strip())
        if len(group) > 1:
            # The next paragraph's first line is indented.
            return further < 0 or not ended
        return -4 * line.size < further < 0 and last.full

    def _goes_on_beyond(self, last: PageLine, line: PageLine) -> bool:
        """Whether a sentence, or code, continues at the top of the next page or column."""
        if self.headings.level(line) is not None or self.headings.level(last) is not None:
            return False
        if line.code:
            return True
        if abs(line.size - last.size) > 0.5:
            return False
        text = line.text.strip()
        if _ENDED.search(last.text.strip()) or _sign(line) or _BEGINS.match(text):
            return False
        return line.page != last.page or last.full or text[:1].islower()

    def _begins(self, group: Sequence[PageLine], line: PageLine) -> bool:
        """Whether a line begins an item or a paragraph, judging by its start."""
        sign = _sign(line)
        if sign is None:
            first = line.runs[0]
            label = first.bold and not line.bold and first.text.rstrip().endswith((":", "："))
            ended = _ENDED.search(group[-1].text.strip())
            return _BEGINS.match(line.text) is not None or bool(label and ended)
        number = _value(sign)
        if number is None or number == 1 or _ENDED.search(group[-1].text.strip()):
            return True
        # "... the load is less than / 2. 5 tons" is not a step, unless step 1 came before.
        own = _sign(group[0])
        numbers = [_value(own) if own else None, *(item.number for item in self.items)]
        if number - 1 not in numbers:
            return abs(line.left - group[-1].left) > _SAME_INDENT
        return not (own and len(group) > 1 and abs(line.left - group[0].left) > _SAME_INDENT)

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
        sign = _sign(first)
        if sign and first.footnote:
            # Without its period, the number is not taken for a step's.
            self._close(0)
            self.html.append(f"<p{at}>{_value(sign)} {self._words(group, sign.end())}</p>")
            return
        if sign:
            self._open(first, sign)
            self.html.append(f"<p{at}>{self._words(group, sign.end())}</p>")
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

    def _open(self, line: PageLine, sign: re.Match[str]) -> None:
        depth = len(self.items)
        while depth and line.left < self.items[depth - 1].left - 2 * _SAME_INDENT:
            depth -= 1
        number, kind = _value(sign), _kind(sign)
        beside = bool(depth) and line.left < self.items[depth - 1].left + 2 * _SAME_INDENT
        if beside and number is not None:
            # Other markers start a nested list; known markers continue their list.
            same = [n for n, each in enumerate(self.items[:depth], 1) if each.kind == kind]
            last = self.items[depth - 1]
            if same and number != 1:
                depth = same[-1]
            elif last.ordered and last.kind != kind and number == 1:
                beside = False
        alone = line.text.split(maxsplit=1)[0] == sign[0].strip()
        words = line.second if alone else line.left + len(sign[0].strip()) * line.wide
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
            if _is_label(line):  # stays on its own line
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


def _is_headed_anew(last: PageLine, line: PageLine) -> bool:
    """Whether a line, bold or of another size, does not continue the one above it."""
    below = line.top > last.bottom - 0.3 * min(line.size, last.size)
    if not below or not line.bold:
        return False
    if last.bold:
        return max(line.size, last.size) > _OTHER_SIZE * min(line.size, last.size)
    ended = not last.full or bool(_ENDED.search(last.text.strip()))
    return ended and not last.runs[-1].bold


def _is_label(line: PageLine) -> bool:
    """Whether a line is only a note's label."""
    text = line.text.strip()
    return bool(NOTE_LABEL.fullmatch(text)) and (line.bold or text.isupper())


def _sign(line: PageLine) -> re.Match[str] | None:
    return None if line.code else _BULLET.match(line.text) or _NUMBER.match(line.text)


def _value(sign: re.Match[str]) -> int | None:
    """Return a numbered item's number, None for a bullet."""
    if sign.re is not _NUMBER:
        return None
    digits = next(group for group in sign.groups() if group)
    return int(unicodedata.numeric(digits)) if len(digits) == 1 else int(digits)


def _kind(sign: re.Match[str]) -> str:
    """Return what the markers of one list have in common."""
    return re.sub(r"\w+", "1", unicodedata.normalize("NFKC", sign[0].strip())) + (
        "①" if sign.re is _NUMBER and sign[4] else ""
    )


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

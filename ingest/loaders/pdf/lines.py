"""The content of a PDF's pages: lines, the formatting of their text, and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from ingest.remark import Remark

# A line that ends inside a URL, or at what looks like a boundary within one.
_BROKEN_ADDRESS = re.compile(r"(?:\S/|\$|://(?:\S*[/.=&?-])?)$")
_BROKEN_WORD = re.compile(r"\w[-\u00ad\u2010\u2011\u2013]$")


def is_broken(text: str) -> bool:
    """Whether a line ends inside a word or a URL, so that the next continues without a space."""
    return bool(_BROKEN_WORD.search(text) or _BROKEN_ADDRESS.search(text))


@dataclass(frozen=True)
class Run:
    """Text of one format."""

    text: str
    bold: bool
    code: bool
    href: str | None

    @property
    def html(self) -> str:
        """The text as HTML."""
        words = escape(self.text, quote=False)
        if self.code:
            words = f"<code>{words}</code>"
        if self.bold:
            words = f"<strong>{words}</strong>"
        return f'<a href="{escape(self.href)}">{words}</a>' if self.href else words


@dataclass(frozen=True)
class PageLine:
    """A line of a page.

    Coordinates are in points from where reading begins: the top left, or the top right for text
    that runs right to left or top to bottom. Those of a column are shifted to where the first
    column is. `flow` numbers the page's columns, `full` tells whether the line reaches its column's
    edge, `parted` whether a wide space divides it, and `second` is where its second word begins.
    `aside` marks a line of a note beside the previous line, `footnote` one that begins a footnote.
    """

    page: int
    flow: int
    left: float
    second: float
    right: float
    top: float
    bottom: float
    size: float
    wide: float
    full: bool
    italic: bool
    parted: bool
    runs: tuple[Run, ...]
    aside: bool = False
    footnote: bool = False

    @property
    def text(self) -> str:
        """The line's text."""
        return "".join(run.text for run in self.runs)

    @property
    def code(self) -> bool:
        """Whether all of it is monospaced."""
        return all(run.code or not run.text.strip() for run in self.runs)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(run.bold or not run.text.strip() for run in self.runs)


@dataclass(frozen=True)
class Table:
    """A page's table: the text of each row's cells, with line breaks."""

    page: int
    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Pages:
    """The content of a document's pages in reading order, without running heads."""

    parts: list[PageLine | Table] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def lines(self) -> list[PageLine]:
        """The lines outside tables that are not beside others."""
        return [part for part in self.parts if isinstance(part, PageLine) and not part.aside]

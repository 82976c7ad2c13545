"""What stands on a PDF's pages: lines, the look of their words, and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from ingest.remark import Remark

# A line that ends within an address, or at what looks like one's joint.
_BROKEN_ADDRESS = re.compile(r"(?:\S/|\$|://(?:\S*[/.=&?-])?)$")
_BROKEN_WORD = re.compile(r"\w[-\u00ad\u2010\u2011\u2013]$")


def is_broken(text: str) -> bool:
    """Whether a line ends within a word or an address, so that the next goes on without a space."""
    return bool(_BROKEN_WORD.search(text) or _BROKEN_ADDRESS.search(text))


@dataclass(frozen=True)
class Run:
    """Words of one look."""

    text: str
    bold: bool
    code: bool
    href: str | None

    @property
    def html(self) -> str:
        """The words as HTML."""
        words = escape(self.text, quote=False)
        if self.code:
            words = f"<code>{words}</code>"
        if self.bold:
            words = f"<strong>{words}</strong>"
        return f'<a href="{escape(self.href)}">{words}</a>' if self.href else words


@dataclass(frozen=True)
class Line:
    """A line of a page.

    Its edges are in points from where reading begins: the page's top left, or top right where
    writing goes to the left or downwards. Those of a column are as if it stood where the first
    one does. `flow` numbers the columns of the page, `full` tells whether the line reaches its
    column's end, `parted` whether a wide space goes through it, and `second` is where its second
    word begins. `aside` tells that it is of a note beside the line before it,
    `footnote` that it begins one at the page's foot.
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
        """The line's words."""
        return "".join(run.text for run in self.runs)

    @property
    def code(self) -> bool:
        """Whether all of it is set in a monospaced font."""
        return all(run.code or not run.text.strip() for run in self.runs)

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(run.bold or not run.text.strip() for run in self.runs)


@dataclass(frozen=True)
class Table:
    """A table of a page, its rows' cells as text, with their line ends."""

    page: int
    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Pages:
    """What stands on a document's pages, in reading order, without running heads."""

    parts: list[Line | Table] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The lines outside tables, and not beside others."""
        return [part for part in self.parts if isinstance(part, Line) and not part.aside]

"""An HTML page with each source next to the parsed guide."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from ingest.preview.listing import bare
from ingest.preview.marks import counted_parts, in_all, kind_name, mark, role_name
from ingest.preview.understood import Understood, UnderstoodGuide
from ingest.preview.unused import Unused
from ingest.remark import Remark
from kb.model import Block, Lines, Section
from kb.terminal.visible import visible

# How many rows of a block are shown; chosen by hand.
_MAX_ROWS = 6


@dataclass
class _Row:
    """A row of a source: its place if that differs from the previous row's, and its remarks."""

    number: int
    place: int | None
    text: str
    unused: bool
    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    """A guide for the template. `key` prefixes the ids of all its places."""

    key: str
    guide: UnderstoodGuide
    rows: Sequence[_Row]

    def target(self, rows: Sequence[int]) -> str:
        """Return the id of the first of some rows, counted from 1 as lines are."""
        return f"{self.key}-{rows[0] + 1}" if rows else self.key

    def of_block(self, block: Block) -> Sequence[int]:
        """Return the rows that a block covers."""
        return self.guide.listing.rows_of(block)

    def of_heading(self, section: Section) -> Sequence[int]:
        """Return the row of a section's heading, or all of its rows."""
        listing = self.guide.listing
        there = listing.rows_at(section.lines)
        heading = bare(section.heading)
        return [row for row in there if listing.words[row] == heading][:1] or there

    def of_unused(self, left: Unused) -> Sequence[int]:
        """Return the rows of text that is in no section."""
        listing = self.guide.listing
        there = set(listing.rows_at(left.lines))
        return [
            row
            for row in self.guide.unused_rows
            if row in there and listing.rows[row].strip() in left.text
        ]

    def at(self, line: int) -> Sequence[int]:
        """Return the rows at a place."""
        return self.guide.listing.rows_at(Lines(first=line, last=line))


def write_page(path: Path, found: Understood) -> None:
    """Write the parsed guides as a self-contained page; all text in it is escaped.

    Its content security policy allows only its own script and styles, by checksum. Raises OSError.
    """
    path.write_text(page(found), "utf-8")


def page(found: Understood) -> str:
    """Return the page."""
    from jinja2 import Environment

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_finalized
    )
    style, script = _own("page.css"), _own("page.js")
    return environment.from_string(_own("page.html")).render(
        found=found,
        shown=[_shown(number, guide) for number, guide in enumerate(found.guides, 1)],
        in_all=in_all(found),
        counted=counted_parts,
        most_rows=_MAX_ROWS,
        mark=mark,
        role_name=role_name,
        kind_name=kind_name,
        runs=_runs,
        style=style,
        script=script,
        checksum=_checksum,
    )


def _own(name: str) -> str:
    return (files("ingest.preview") / name).read_text("utf-8")


def _checksum(text: str) -> str:
    """Return a text's checksum in the form a content security policy uses."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _finalized(value: object) -> object:
    # Markup, such as a macro's output, must not be escaped again.
    return visible(value) if type(value) is str else value


def _shown(number: int, guide: UnderstoodGuide) -> _Shown:
    listing, unused = guide.listing, set(guide.unused_rows)
    rows = [
        _Row(
            number=row + 1,
            place=place if row == 0 or listing.places[row - 1] != place else None,
            text=listing.rows[row],
            unused=row in unused,
        )
        for row, place in enumerate(listing.places)
    ]
    for remark in guide.remarks:
        at = next((row for row, place in enumerate(listing.places) if place >= remark.line), -1)
        rows[at].remarks.append(remark)
    return _Shown(f"g{number}", guide, rows)


def _runs(rows: Sequence[int]) -> str:
    """Return row numbers, counted from 1, as ranges: "3-5 8-8"."""
    return " ".join(f"{run[0] + 1}-{run[-1] + 1}" for run in _followers(sorted(rows)))


def _followers(rows: Sequence[int]) -> Iterator[list[int]]:
    for _, run in groupby(enumerate(rows), key=lambda each: each[1] - each[0]):
        yield [row for _, row in run]

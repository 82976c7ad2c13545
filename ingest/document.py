"""What a loader makes of a source: Markdown, and where each of its lines came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.front_matter import SideFile
from ingest.remark import Remark
from kb.model import Unit


@dataclass(frozen=True)
class Document:
    """A source as Markdown.

    `lines[i]` is the 1-based line of the source that line i of `markdown` came from; without
    it, the lines are the same. `name` is the source's file name, with the folders that it lies in
    below what was named: "vpn/index.md". `see_also` names other pages that the source leads to
    without saying where they are. `side_file` is what the file beside the source says of it.
    `unit` is what its lines count, where that is not lines. `language` (ISO 639-1) is what the
    source says it is in, if it does. `typed` says that the source is a text without markup, so
    that its structure is only typed; `dialects`, that a person wrote the Markdown, so that it may
    have marks of other tools. `remarks` are what the loader has to say.
    """

    source: str
    name: str
    sha256: str
    markdown: str
    lines: tuple[int, ...] | None = None
    see_also: tuple[str, ...] = ()
    side_file: SideFile | None = None
    unit: Unit = Unit.LINE
    language: str | None = None
    typed: bool = False
    dialects: bool = False
    remarks: tuple[Remark, ...] = ()

    @cached_property
    def markdown_lines(self) -> Sequence[str]:
        """The lines of the Markdown."""
        return self.markdown.split("\n")

    def source_line(self, line: int) -> int:
        """Return the source's line (1-based) for a 0-based line of the Markdown."""
        if self.lines is None:
            return line + 1
        return self.lines[min(line, len(self.lines) - 1)]

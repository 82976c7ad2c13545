"""A loader's output: Markdown, and the source line of each of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingest.front_matter import SideFile
from ingest.remark import Remark
from kb.model import SourceUnit


@dataclass(frozen=True)
class Document:
    """A source as Markdown.

    `lines[i]` is the 1-based source line of line i of `markdown`; None if they are the same. `name`
    is the source's file name with its folders below the path that was given: "vpn/index.md".
    `see_also` lists pages that the source refers to without a link. `side_file` is the parsed side
    file. `unit` is what `lines` counts, if not lines. `language` (ISO 639-1) is the language that
    the source declares, if any. `typed` marks a text without markup, whose structure is only typed;
    `dialects` marks Markdown written by a person, which may use extensions of other tools.
    `remarks` are the loader's.
    """

    source: str
    name: str
    sha256: str
    markdown: str
    lines: tuple[int, ...] | None = None
    see_also: tuple[str, ...] = ()
    side_file: SideFile | None = None
    unit: SourceUnit = SourceUnit.LINE
    language: str | None = None
    typed: bool = False
    dialects: bool = False
    remarks: tuple[Remark, ...] = ()

    @cached_property
    def markdown_lines(self) -> Sequence[str]:
        """The lines of the Markdown."""
        return self.markdown.split("\n")

    def source_line(self, line: int) -> int:
        """Return the source line (1-based) of a line (0-based) of the Markdown."""
        if self.lines is None:
            return line + 1
        return self.lines[min(line, len(self.lines) - 1)]

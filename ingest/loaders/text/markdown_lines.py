"""Markdown as it is written, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class MarkdownLines:
    """Lines of Markdown, and the source line (1-based) of each."""

    markdown: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def put(self, text: str, number: int) -> None:
        """Add a line."""
        self.markdown.append(text)
        self.lines.append(number)

    def blank(self) -> None:
        """Add a blank line, if the last one is not."""
        if self.markdown and self.markdown[-1]:
            self.put("", self.lines[-1])

"""Builds Markdown line by line."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class MarkdownLines:
    """Lines of Markdown, and the source line (1-based) of each."""

    markdown: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def put(self, text: str, number: int) -> None:
        """Append a line."""
        self.markdown.append(text)
        self.lines.append(number)

    def blank(self) -> None:
        """Append a blank line, unless the last one is blank."""
        if self.markdown and self.markdown[-1]:
            self.put("", self.lines[-1])

"""Escapes plain text for Markdown."""

from __future__ import annotations

import re

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_LINE_START_SPECIAL = re.compile(r"^(\s*)([#>+=-]|\d+[.)])")


def escaped(text: str) -> str:
    """Return a line of plain text escaped so that Markdown displays it literally."""
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", text)
    return _LINE_START_SPECIAL.sub(lambda m: f"{m[1]}{_escape_start(m[2])}", escaped)


def _escape_start(mark: str) -> str:
    return f"{mark[:-1]}\\{mark[-1]}"

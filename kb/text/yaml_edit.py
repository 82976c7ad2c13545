"""Edits YAML that people write, keeping their comments and layout."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.util import load_yaml_guess_indent

# So wide that ruamel.yaml wraps no line.
_MAX_WIDTH = 10_000
# A number in YAML 1.2 but not in 1.1; a checksum may look like one.
_NUMBER = re.compile(r"\d+e\d+")


class EditableYaml:
    """A YAML text. Change what `value` holds, and `text` returns it with the change."""

    def __init__(self, text: str) -> None:
        """Parse a text that is known to be valid YAML (kb.text.yaml_lines)."""
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = _MAX_WIDTH
        _, indent, offset = load_yaml_guess_indent(text)
        if indent:
            self._yaml.indent(mapping=2, sequence=indent, offset=offset)
        self.value: Any = self._yaml.load(text) or {}

    def text(self) -> str:
        """Return the text with all changes."""
        written = StringIO()
        self._yaml.dump(self.value, written)
        return written.getvalue()


def keep_comments(before: str, after: str) -> str:
    """Return `after` with the comment lines that it lost, each above the line it was above.

    ruamel.yaml attaches a comment to the value before it, and removes both together.
    """
    old, new = before.split("\n"), after.split("\n")
    left = Counter(line for line in new if _is_comment(line))
    lost: list[int] = []
    for number, line in enumerate(old):
        if _is_comment(line):
            left[line] -= 1
            lost += [number] if left[line] < 0 else []
    if not lost:
        return after
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    place = {
        block.a + n: block.b + n
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    }
    end = len(new) - 1 if not new[-1] else len(new)
    above: dict[int, list[str]] = {}
    for number in lost:
        following = range(number + 1, len(old))
        at = next((place[n] for n in following if n in place and old[n].strip()), end)
        above.setdefault(at, []).append(old[number])
    return "\n".join(
        line
        for number in range(len(new) + 1)
        for line in (*above.get(number, ()), *new[number : number + 1])
    )


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def as_text(text: str, *, flow: bool = False) -> str:
    """Return a string that is read back unchanged, quoted if it would be read as something else.

    ruamel.yaml writes YAML 1.2, in which "no" is a string, as is "why?" in a `flow` mapping; PyYAML
    reads YAML 1.1.
    """
    try:
        plain = yaml.safe_load(f"{{a: {text}, b: c}}" if flow else f"a: {text}") in (
            {"a": text},
            {"a": text, "b": "c"},
        )
    except (yaml.YAMLError, ValueError):
        plain = False
    return text if plain and not _NUMBER.fullmatch(text) else DoubleQuotedScalarString(text)


def extend(entry: Any, name: str, texts: Sequence[str]) -> None:
    """Add texts to a mapping's entry, which may be a list, a single text, or missing."""
    before = entry.get(name) or []
    if isinstance(before, str):
        before = entry[name] = [before]
    if before:
        before.extend(texts)
    else:
        entry[name] = list(texts)


def replace_file(path: Path, text: str) -> None:
    """Replace a file's contents atomically, keeping its permissions."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""Adds to YAML that people write, and leaves their comments and layout as they are."""

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

_WIDEST = 10_000
# A number in the YAML of today alone, which a checksum may look like.
_NUMBER = re.compile(r"\d+e\d+")


class EditableYaml:
    """A YAML text; what `value` holds can be changed, and is then written by `text`."""

    def __init__(self, text: str) -> None:
        """Read a text, which was found to be YAML before (kb.text.yaml_lines)."""
        self._yaml = YAML()
        self._yaml.preserve_quotes = True
        self._yaml.width = _WIDEST
        _, indent, offset = load_yaml_guess_indent(text)
        if indent:
            self._yaml.indent(mapping=2, sequence=indent, offset=offset)
        self.value: Any = self._yaml.load(text) or {}

    def text(self) -> str:
        """Return the text as it is now."""
        written = StringIO()
        self._yaml.dump(self.value, written)
        return written.getvalue()


def keep_comments(before: str, after: str) -> str:
    """Return a text with the lines of comments that it lost, each above what it stood above.

    ruamel.yaml keeps a comment with the value before it, and drops both together.
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
    """Return a text that is read back as it is: in quotes, where it would be taken for a value.

    ruamel.yaml writes the YAML of today, in which "no" is a word, and so is "why?" in a `flow`
    mapping; it is read as that of yesterday.
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
    """Add texts to what a mapping has under a name: a list of texts, one text, or nothing."""
    before = entry.get(name) or []
    if isinstance(before, str):
        before = entry[name] = [before]
    if before:
        before.extend(texts)
    else:
        entry[name] = list(texts)


def replace_file(path: Path, text: str) -> None:
    """Put a text in a file's place at once; whoever reads it has the old or the new one."""
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

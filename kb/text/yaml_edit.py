"""Adds to YAML that people write, and leaves their comments and layout as they are."""

from __future__ import annotations

import os
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.util import load_yaml_guess_indent

_WIDEST = 10_000


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

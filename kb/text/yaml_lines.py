"""YAML with the line of each value, for errors that say where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError


class YamlError(ValueError):
    """A text is not valid YAML; the message starts with the line, if known."""


@dataclass(frozen=True)
class Yaml:
    """A parsed YAML text."""

    value: Any
    _root: yaml.Node | None

    def line(self, path: tuple[int | str, ...]) -> int:
        """Return the line (1-based) of the value at a path of keys and positions.

        If there is no such value, the line of its closest ancestor.
        """
        node, line = self._root, 1
        for key in path:
            if isinstance(node, yaml.MappingNode):
                entry = next((pair for pair in node.value if pair[0].value == str(key)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                entry = (node.value[key],) * 2 if key < len(node.value) else None
            else:
                entry = None
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
        return line

    def problem(self, error: ValidationError, at: tuple[int | str, ...] = ()) -> str:
        """Return the first validation error of the value at a path, with its line and key."""
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        return f"line {self.line((*at, *first['loc']))}: {key}: {first['msg']}"


def as_list(value: object) -> object:
    """Return a text as a list of one, and any other value as it is: for keys that take either."""
    return [value] if isinstance(value, str) else value


class _Loader(yaml.SafeLoader):
    """Rejects aliases: a few lines of them can expand to more than fits into memory."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            problem = f"aliases such as *{event.anchor} are not supported: write out the value"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def read_yaml_file(path: Path) -> Yaml:
    """Parse a file; raises YamlError, which names the file."""
    try:
        return read_yaml(path.read_text("utf-8"))
    except OSError as error:
        raise YamlError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise YamlError(f"{path}: is not UTF-8.") from error
    except YamlError as error:
        raise YamlError(f"{path}: {error}") from error


def read_yaml(text: str, first_line: int = 1) -> Yaml:
    """Parse a text that starts at `first_line` (1-based) of its file; raises YamlError."""
    loader = _Loader("\n" * (first_line - 1) + text)
    try:
        root = loader.get_single_node()
        value = loader.construct_document(root) if root else None
    # PyYAML raises a bare ValueError for an impossible date, a KeyError for a malformed boolean.
    except (yaml.YAMLError, ValueError, KeyError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise YamlError(f"{line}is not YAML: {problem}") from error
    finally:
        loader.dispose()
    return Yaml(value, root)

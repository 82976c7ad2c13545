"""Writes models as JSON lines, and reads them back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

_Row = TypeVar("_Row", bound=BaseModel)


def write_rows(path: Path, rows: Iterable[BaseModel]) -> None:
    """Write each row as a line of JSON, leaving out fields with default values."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            values: dict[str, Any] = row.model_dump(mode="json", exclude_defaults=True)
            file.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file of rows, to be parsed when needed."""
    # Not splitlines(), which also splits at characters that JSON strings may hold, such as U+2028.
    return path.read_text("utf-8").split("\n")[:-1]


def rows_of(path: Path, lines: Sequence[str], row: type[_Row]) -> Iterator[_Row]:
    """Parse a file's lines as rows; raises ValueError, which names the first invalid line."""
    for number, line in enumerate(lines, 1):
        try:
            yield row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{path.name} line {number}: {where}: {first['msg']}") from None

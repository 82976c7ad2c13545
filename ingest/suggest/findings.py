"""What was wrong with a reply, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error lost a problem or a file, a warning a line at most."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """Something in a line of a reply. `dropped` is whether the line was not taken."""

    file: str
    line: int
    level: Level
    message: str
    dropped: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level.value}: {self.message}"

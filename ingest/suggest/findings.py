"""Problems found in a reply."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Severity: an error loses a problem or a file, a warning at most a line."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class ReplyFinding:
    """A finding in a line of a reply. `dropped` is whether the line was rejected."""

    file: str
    line: int
    level: Severity
    message: str
    dropped: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level.value}: {self.message}"

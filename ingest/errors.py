"""Errors in sources, and in the file that lists them."""

from __future__ import annotations

from kb.errors import GuidebotError
from kb.text.addresses import without_credentials


class SourceError(GuidebotError):
    """A source cannot be ingested. The message begins with the source's path.

    Credentials in the source or the reason are removed. `covers` is the prefix of every source that
    is unreachable for the same reason.
    """

    def __init__(self, source: object, reason: str, covers: str | None = None) -> None:
        self.source = without_credentials(str(source))
        self.reason = without_credentials(reason)
        self.covers = covers
        super().__init__(f"{self.source}: {self.reason}")


def unreadable(error: Exception) -> str:
    """Return why a source cannot be read, given the exception raised while reading it."""
    if isinstance(error, RecursionError):
        return "cannot be read: it is nested too deeply, or its parts reference each other"
    if isinstance(error, MemoryError):
        return (
            "cannot be read: it takes more memory than allowed. Split it, or raise SOURCE_MEMORY."
        )
    lines = str(error).strip().splitlines()
    return f"cannot be read: {lines[0] if lines else type(error).__name__}"


class GuidesFileError(GuidebotError):
    """The file that lists the guides is invalid. The message begins with the file's path."""

    exit_code = 2

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")

"""What can be wrong with sources, and with the file that names them."""

from __future__ import annotations

from kb.errors import GuidebotError
from kb.text.addresses import without_credentials


class SourceError(GuidebotError):
    """A source cannot be ingested. Its text begins with the source's path.

    Nobody's password is repeated, whatever the source's name or the reason says. `covers` is how
    the names of the sources begin that cannot be had with it.
    """

    def __init__(self, source: object, reason: str, covers: str | None = None) -> None:
        self.source = without_credentials(str(source))
        self.reason = without_credentials(reason)
        self.covers = covers
        super().__init__(f"{self.source}: {self.reason}")


def unreadable(error: Exception) -> str:
    """Return why a source cannot be read, from what went wrong in the code that reads it."""
    if isinstance(error, RecursionError):
        return "cannot be read: it is nested too deeply, or its parts refer to each other"
    if isinstance(error, MemoryError):
        return (
            "cannot be read: it takes more memory than a source may. "
            "Split it, or raise SOURCE_MEMORY."
        )
    lines = str(error).strip().splitlines()
    return f"cannot be read: {lines[0] if lines else type(error).__name__}"


class GuidesFileError(GuidebotError):
    """The file that names the guides is wrong. Its text begins with the file's path."""

    exit_code = 2

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")

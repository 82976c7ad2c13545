"""What can be wrong with sources, and with the file that names them."""

from __future__ import annotations

from kb.errors import GuidebotError


class SourceError(GuidebotError):
    """A source cannot be ingested. Its text begins with the source's path."""

    def __init__(self, source: object, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = str(source)
        self.reason = reason


class GuidesFileError(GuidebotError):
    """The file that names the guides is wrong. Its text begins with the file's path."""

    exit_code = 2

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")

"""What can be wrong with a source."""

from __future__ import annotations

from kb.errors import GuidebotError


class SourceError(GuidebotError):
    """A source cannot be ingested. Its text begins with the source's path."""

    def __init__(self, source: object, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = str(source)
        self.reason = reason

"""How much a source may cost."""

from __future__ import annotations

from dataclasses import dataclass

from kb.settings import Settings


@dataclass(frozen=True)
class Bounds:
    """How long it may take to read a source, and how much memory, in MiB.

    The memory is what reading takes beyond what the process has at the start.
    """

    seconds: float = Settings.model_fields["source_seconds"].default
    mebibytes: int = Settings.model_fields["source_memory"].default


def bounds_of(settings: Settings) -> Bounds:
    """Return the bounds that the settings name."""
    return Bounds(settings.source_seconds, settings.source_memory)

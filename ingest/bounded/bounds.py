"""Limits on what reading one source may cost."""

from __future__ import annotations

from dataclasses import dataclass

from kb.settings import Settings


@dataclass(frozen=True)
class Bounds:
    """The most time (seconds) and memory (MiB) that reading one source may take.

    The memory counts on top of what the process holds at the start.
    """

    seconds: float = Settings.model_fields["source_seconds"].default
    mebibytes: int = Settings.model_fields["source_memory"].default


def bounds_of(settings: Settings) -> Bounds:
    """Return the bounds from the settings."""
    return Bounds(settings.source_seconds, settings.source_memory)

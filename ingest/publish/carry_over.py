"""Live guides that a new ingest keeps or loses."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.errors import SourceError
from kb.model import Guide, GuideInfo
from kb.snapshot.format import Snapshot


def kept_guides(
    live: Snapshot | None, read: Sequence[Guide], errors: Sequence[SourceError]
) -> list[Guide]:
    """Return the live guides whose sources cannot be read now."""
    if live is None or not errors:
        return []
    taken = {(guide.info.id, guide.info.language) for guide in read}
    kept = {
        n
        for n, info in enumerate(live.guides)
        if (info.id, info.language) not in taken and any(_is_of(info, error) for error in errors)
    }
    rows = [live.section(row) for row in range(live.manifest.sections)] if kept else []
    return [
        Guide(info=live.guides[n], sections=tuple(row.section for row in rows if row.guide == n))
        for n in sorted(kept)
    ]


def gone_guides(live: Snapshot | None, now: Sequence[Guide]) -> tuple[str, ...]:
    """Return the names of the live guides that are no longer among the sources."""
    present = {(guide.info.id, guide.info.language) for guide in now}
    return tuple(
        guide_label(info)
        for info in (live.guides if live else ())
        if (info.id, info.language) not in present
    )


def guide_label(info: GuideInfo) -> str:
    """Return a guide's title and source, for display."""
    return f"{info.title} ({info.source})"


def _is_of(info: GuideInfo, error: SourceError) -> bool:
    folder = error.source.rstrip("/") + "/"
    return (
        info.source == error.source
        or info.source.startswith(folder)
        or bool(error.covers and info.source.startswith(error.covers))
    )

"""What is live: since when, by whom, and how its sources have changed since."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydantic import Field

from ingest.publish.live import held_names
from ingest.suggest.unworded import headings_of_rows, unworded_in
from kb.model import Frozen
from kb.paths import Home
from kb.snapshot.format import PackUse
from kb.snapshot.live import open_current, published, read_live

# A page of a web site, or a file in a repository at a ref.
_ELSEWHERE = re.compile(r"https?://|[^\s:]+@[^\s:]+:")


class LiveCounts(Frozen):
    """What is in the live snapshot.

    Of its problems, `without_wordings` have none, and `drafts_waiting` have only drafts that are
    not used yet.
    """

    guides: int
    sections: int
    chunks: int
    wordings: int
    without_wordings: int
    drafts_waiting: int


class LiveGuide(Frozen):
    """A live guide; `state` says how its source compares with what was ingested."""

    id: str
    language: str
    title: str
    source: str
    sha256: str
    visible_to: tuple[str, ...]
    state: str


class LiveStatus(Frozen):
    """What is live, what was published before, and what is held.

    `since` is a time, `path` the snapshot's folder, and `without_wordings` the headings of the
    problems that have none. The JSON leaves out the number of `problems`.
    """

    snapshot: str
    since: str
    by: str
    counts: LiveCounts
    without_wordings: tuple[str, ...]
    packs: tuple[PackUse, ...]
    embedding_model: str
    path: str
    guides: tuple[LiveGuide, ...]
    published: tuple[str, ...]
    held: tuple[str, ...]
    problems: int = Field(exclude=True)


def live_status(home: Home) -> LiveStatus:
    """Return what is live; raises SnapshotError as `open_current` does."""
    snapshot = open_current(home.snapshots)
    live, manifest = read_live(home.snapshots), snapshot.manifest
    recorded = live if live and live.name == snapshot.name else None
    unworded = unworded_in(snapshot)
    return LiveStatus(
        snapshot=snapshot.name,
        since=recorded.since if recorded else manifest.created,
        by=recorded.by if recorded else manifest.by,
        counts=LiveCounts(
            guides=manifest.guides,
            sections=manifest.sections,
            chunks=manifest.chunks,
            wordings=len(snapshot.wordings),
            without_wordings=len(unworded.without),
            drafts_waiting=len(unworded.waiting),
        ),
        without_wordings=tuple(headings_of_rows(snapshot, unworded.without)),
        packs=manifest.packs,
        embedding_model=manifest.embedder.model,
        path=str(snapshot.path.resolve()),
        guides=tuple(
            LiveGuide(
                id=guide.id,
                language=guide.language,
                title=guide.title,
                source=guide.source,
                sha256=guide.sha256,
                visible_to=guide.visible_to,
                state=_state(guide.source, guide.sha256),
            )
            for guide in snapshot.guides
        ),
        published=tuple(published(home.snapshots)),
        held=tuple(held_names(home)),
        problems=len(set(snapshot.problems)),
    )


def _state(source: str, sha256: str) -> str:
    """Return how a source on disk compares with the ingested one."""
    if _ELSEWHERE.match(source):
        return "fetched then"
    try:
        data = Path(source).read_bytes()
    except FileNotFoundError:
        return "not here"
    except OSError:
        return "cannot be read"
    return "unchanged" if hashlib.sha256(data).hexdigest() == sha256 else "changed"

"""Ingests guides of given paths, as `guidebot ingest PATH...` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest import pipeline
from ingest.pipeline import Ingested, Plan
from ingest.sources.guides_file import GuideEntry
from ingest.sources.resolve import SourceList
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from kb.progress import TaskProgress, no_task_progress


def ingest(
    paths: Sequence[Path],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    *,
    plan: Plan | None = None,
    progress: TaskProgress = no_task_progress,
) -> Ingested:
    """Publish the guides at `paths`."""
    entries = tuple(GuideEntry(source=str(path)) for path in paths)
    named = SourceList(entries, Path(), home)
    return pipeline.ingest(named, home, embeddings, plan=plan, progress=progress)

"""Publishing, and what is left when it is interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.index.embedding_cache import EmbeddingCache
from ingest.pipeline import BadSourcesError, Plan
from ingest.publish.live import KEPT
from ingest.publish.lock import WriterLock
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import DamagedSnapshotError, EmbedderMismatchError, GuidebotError, NoSnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import DEFAULT_MODEL
from kb.snapshot.format import open_snapshot
from kb.snapshot.live import current_name, open_current, published
from tests.forked import fork, guidebot
from tests.ingesting import ingest

GUIDE = """# Doors

## It is stuck

1. Turn the key to the left.
2. Push the door with your shoulder.

## It squeaks

Put a drop of oil on the hinge. Wait for an hour.
"""


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "doors.en.md"
    path.write_text(GUIDE, "utf-8")
    return path


def test_summary_and_snapshot(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    done = ingest([guide], home, embeddings)
    summary = done.summary
    assert (summary.guides, summary.sections, summary.chunks) == (1, 2, 2)
    assert (summary.embedded, summary.reused) == (2, 0)
    snapshot = open_current(home.snapshots)
    assert snapshot.name == done.snapshot and snapshot.path == done.path
    assert snapshot.vector_index.ntotal == 2
    assert [snapshot.section(row).section.heading for row in (0, 1)] == [
        "It is stuck",
        "It squeaks",
    ]
    assert not [path for path in done.path.rglob("*") if path.suffix in (".pkl", ".pickle")]


def test_unchanged_chunks_are_not_embedded_again(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    first = ingest([guide], home, embeddings)
    before = open_snapshot(first.path)
    guide.write_text(GUIDE.replace("an hour", "a day"), "utf-8")
    second = ingest([guide], home, embeddings)
    assert (second.summary.embedded, second.summary.reused) == (1, 1)
    after = open_snapshot(second.path)
    assert np.array_equal(before.vector_index.reconstruct(0), after.vector_index.reconstruct(0))
    assert not np.array_equal(before.vector_index.reconstruct(1), after.vector_index.reconstruct(1))


def test_a_running_reader_answers_from_the_new_text_at_once(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    ingest([guide], home, embeddings)
    knowledge_base = KnowledgeBase(home, embeddings)
    assert "shoulder" in str(knowledge_base.ask(redact("the door is stuck")).parts)
    guide.write_text(GUIDE.replace("shoulder", "hip"), "utf-8")
    ingest([guide], home, embeddings)
    assert "hip" in str(knowledge_base.ask(redact("the door is stuck")).parts)


def test_bad_sources_stop_everything_unless_told_otherwise(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    before = ingest([guide], home, embeddings).snapshot
    bad = tmp_path / "bad.md"
    bad.write_text("")
    with pytest.raises(BadSourcesError, match=r"1 of 2 sources.*\n.*bad\.md.*empty") as raised:
        ingest([guide, bad], home, embeddings)
    assert "--skip-bad" in str(raised.value)
    assert current_name(home.snapshots) == before
    done = ingest([guide, bad], home, embeddings, plan=Plan(skip_bad=True))
    (left_out,) = done.summary.left_out
    assert left_out.startswith(f"{bad}: ")
    with pytest.raises(BadSourcesError):
        ingest([bad], home, embeddings, plan=Plan(skip_bad=True))
    assert current_name(home.snapshots) == done.snapshot


def test_only_the_last_snapshots_stay(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    names = [ingest([guide], home, embeddings).snapshot for _ in range(KEPT + 2)]
    assert published(home.snapshots) == names[-KEPT:]
    assert current_name(home.snapshots) == names[-1]


def test_a_second_writer_waits_and_then_says_so(home: Home) -> None:
    with (
        WriterLock(home, wait=5),
        pytest.raises(GuidebotError, match="Another ingest is writing"),
        WriterLock(home, wait=0.1),
    ):
        pass


@pytest.mark.parametrize("name", ["index.faiss", "chunks.jsonl", "sections.jsonl", "manifest.json"])
def test_a_damaged_snapshot_is_refused_and_the_newest_good_one_used(
    name: str, guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    good = ingest([guide], home, embeddings)
    bad = ingest([guide], home, embeddings)
    data = bytearray((bad.path / name).read_bytes())
    data[len(data) // 2] ^= 0xFF
    (bad.path / name).write_bytes(data)
    with pytest.raises(DamagedSnapshotError, match=name):
        open_snapshot(bad.path)
    assert open_current(home.snapshots).name == good.snapshot
    (good.path / name).unlink()
    with pytest.raises(DamagedSnapshotError, match="Ingest the guides again"):
        open_current(home.snapshots)


def test_nothing_published_is_said_with_the_command(home: Home) -> None:
    with pytest.raises(NoSnapshotError, match="guidebot ingest"):
        open_current(home.snapshots)


def test_another_embedder_is_an_error_that_says_what_to_do(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    summary = ingest([guide], home, embeddings)
    other = SentenceTransformerEmbeddings("somebody/else", home.models)
    with pytest.raises(EmbedderMismatchError, match="ingest the guides again"):
        KnowledgeBase(home, other).ask(redact("stuck"))
    # The same name, but a model that makes other vectors.
    manifest = json.loads((summary.path / "manifest.json").read_text("utf-8"))
    manifest["embedder"]["fingerprint"].reverse()
    (summary.path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(EmbedderMismatchError, match="different embeddings"):
        KnowledgeBase(home, embeddings).load()


def test_the_cache_survives_and_knows_roles_apart(
    tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    texts = ["door", "window", "door"]
    cache = EmbeddingCache(tmp_path / "cache.sqlite", embeddings)
    first, embedded = cache.encode(texts, "document")
    assert embedded == 2 and np.array_equal(first[0], first[2])
    again, embedded = EmbeddingCache(tmp_path / "cache.sqlite", embeddings).encode(
        texts, "document"
    )
    assert embedded == 0 and np.array_equal(first, again)
    asked, embedded = cache.encode(["door"], "query")
    assert embedded == 1 and not np.array_equal(asked[0], first[0])


def test_a_damaged_cache_begins_anew(
    tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"no database" * 1000)
    _, embedded = EmbeddingCache(path, embeddings).encode(["door"], "document")
    assert embedded == 1
    assert EmbeddingCache(path, embeddings).encode(["door"], "document")[1] == 0


def test_a_model_that_changed_under_its_name_is_not_mixed_with_the_one_before(
    tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    path = tmp_path / "cache.sqlite"
    EmbeddingCache(path, embeddings).encode(["door"], "document")
    with sqlite3.connect(path) as connection:
        (vector,) = connection.execute("SELECT vector FROM fingerprints").fetchone()
        turned = np.frombuffer(vector, np.float32)[::-1].tobytes()
        connection.execute("UPDATE fingerprints SET vector = ?", (turned,))
    assert EmbeddingCache(path, embeddings).encode(["door"], "document")[1] == 1


def test_what_is_written_is_the_owners_alone_whatever_the_umask(
    guide: Path, models: Path, known_vectors: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "new")
    home.root.mkdir(mode=0o700)
    home.models.symlink_to(models)
    shutil.copy(known_vectors, home.embedding_cache)
    home.embedding_cache.chmod(0o600)
    environment = {**os.environ, "GUIDEBOT_HOME": str(home.root)}
    process = fork(tmp_path / "log", _ingest_with_open_umask, guide, environment=environment)
    assert process.wait(100) == 0, (tmp_path / "log").read_text()
    written = [home.root, *(path for path in home.root.rglob("*") if path != home.models)]
    assert len(written) > 20
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def _ingest_with_open_umask(guide: Path) -> None:
    os.umask(0)
    guidebot("ingest", str(guide))


STAGES = ["Loading the model", "Embedding chunks", "written", "renamed"]


def ingest_killed_at(stage: str, guide: Path, home: Home) -> None:
    """Ingest, and die at the first report of a stage, or at a file operation that publishes."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def progress(task: str, done: int, total: int) -> None:
        if task == stage:
            die()

    replace = os.replace

    def replacing(source: Path, target: Path) -> None:
        if stage == "written" and target.parent.name == "snapshots":
            die()
        if stage == "renamed" and target.name == "current":
            die()
        replace(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replacing)
        model = SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models)
        ingest([guide], home, model, progress=progress)


@pytest.mark.parametrize("stage", STAGES)
def test_kill_at_any_stage_leaves_the_old_snapshot_live(
    stage: str,
    guide: Path,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    tmp_path: Path,
) -> None:
    before = ingest([guide], home, embeddings).snapshot
    guide.write_text(GUIDE.replace("shoulder", f"elbow {stage}"), "utf-8")
    log = tmp_path / "log"
    killed = fork(log, ingest_killed_at, stage, guide, home)
    assert killed.wait(100) == -signal.SIGKILL, log.read_text()
    assert open_current(home.snapshots).name == before
    answer = KnowledgeBase(home, embeddings).ask(redact("the door is stuck"))
    assert "shoulder" in str(answer.parts)
    after = ingest([guide], home, embeddings)
    assert current_name(home.snapshots) == after.snapshot
    assert not list(home.snapshots.glob(".tmp-*"))


def test_interrupting_the_command_leaves_the_old_snapshot_live(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    before = ingest([guide], home, embeddings).snapshot
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "guidebot"), "ingest", "--progress-json", str(guide)],
        env={**os.environ, "GUIDEBOT_HOME": str(home.root)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None and "Reading guides" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    if process.returncode:
        assert current_name(home.snapshots) == before
    assert open_current(home.snapshots)

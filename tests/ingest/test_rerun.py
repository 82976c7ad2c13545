"""Ingesting again: what is reused, what is shown, what is stopped, and the way back."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from ingest.check.diff import compare
from ingest.check.gate import GateError
from ingest.check.report import show, write_page
from ingest.pipeline import Ingested, Plan
from ingest.publish.candidates import publish_held
from ingest.publish.disk import DiskError
from ingest.publish.live import damaged, discard, held_names, roll_back
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError
from kb.evaluation.golden import GoldenQuestion
from kb.ingest_result import ChangeKind, Diff
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import DEFAULT_MODEL
from kb.snapshot.format import Snapshot, open_snapshot
from kb.snapshot.live import current_name, open_current, published, read_live
from tests.conftest import SAMPLE_GUIDES
from tests.forked import fork
from tests.ingesting import ingest

GUIDE = """# Doors

## It is stuck

1. Turn the key to the left.
2. Push the door with your shoulder.

## It squeaks

Put a drop of oil on the hinge. Wait for an hour.

## The lock is frozen

Warm the key in your hand. Do not use boiling water.
"""

ROWS = (
    "guides.jsonl",
    "sections.jsonl",
    "chunks.jsonl",
    "wordings.jsonl",
    "problems.terms.json",
)
ARRAYS = (
    "background.npy",
    "blocks.npy",
    "block_sections.npy",
    "wordings.npy",
    "problems.data.npy",
    "problems.indices.npy",
    "problems.indptr.npy",
)

QUESTIONS = (
    GoldenQuestion(q="the door is stuck", lang="en", expect=("it-is-stuck",), line=1),
    GoldenQuestion(q="the hinge squeaks, is oil right?", lang="en", expect=("it-squeaks",), line=2),
)

KILL_EVERY = int(os.environ.get("GUIDEBOT_KILL_EVERY", "25"))
"""An ingest is killed before each so many of its writes; a long run takes 1."""


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "doors.en.md"
    path.write_text(GUIDE, "utf-8")
    return path


def assert_same_rows(one: Snapshot, other: Snapshot) -> None:
    for name in ROWS:
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes(), name
    # The same text in another batch may differ in the last bits of bfloat16.
    count = one.vector_index.ntotal
    assert np.allclose(
        one.vector_index.reconstruct_n(0, count),
        other.vector_index.reconstruct_n(0, count),
        atol=0.02,
    )
    for name in ARRAYS:
        assert np.allclose(np.load(one.path / name), np.load(other.path / name), atol=0.02), name


Pages = dict[str, tuple[str, ...]]
"""Guides by the names of their files, each as its sections' text."""

SECTIONS = (
    "It is stuck\n\n1. Turn the key to the left.\n2. Push the door.",
    "It squeaks\n\nPut a drop of oil on the hinge. Wait for an hour.",
    "The lock is frozen\n\n- Warm the key.\n- Do not use boiling water.\n\n```\nthaw --slowly\n```",
    "The glass is broken\n\nSweep it up. `CALL-1` is the glazier.",
    "The bell is silent\n\n> Look at the battery first.",
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(("add", "drop", "move", "rename", "rewrite", "take a file", "give a file")),
        st.integers(0, 2),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=4,
)


def edited(pages: Pages, edit: tuple[str, int, int, int]) -> Pages:
    """Return guides as somebody leaves them who does one thing with one of them."""
    what, number, at, other = edit
    name = f"{('doors', 'windows', 'gates')[number]}.en.md"
    sections = list(pages.get(name, ()))
    if what == "give a file":
        return pages if name in pages else {**pages, name: SECTIONS[at:] or SECTIONS}
    if what == "take a file":
        left = {key: kept for key, kept in pages.items() if key != name}
        return left or pages
    if not sections:
        return pages
    at %= len(sections)
    if what == "add":
        sections.insert(at, SECTIONS[other].replace("\n\n", f" ({other})\n\n", 1))
    elif what == "drop" and len(sections) > 1:
        del sections[at]
    elif what == "move":
        sections.insert(other % len(sections), sections.pop(at))
    elif what == "rename":
        sections[at] = f"{('Oh no', 'Help')[other % 2]}: {sections[at]}"
    elif what == "rewrite":
        sections[at] += f"\n\nAsk {('Ann', 'Bob', 'Kim')[other % 3]}, who knows."
    return {**pages, name: tuple(sections)}


def write_guides(folder: Path, pages: Pages) -> None:
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, sections in pages.items():
        text = "".join(f"\n## {section}\n" for section in sections)
        (folder / name).write_text(f"# {name}\n{text}", "utf-8")


def fresh_home(folder: Path, models: Path, known_vectors: Path) -> Home:
    """Return a home where only what is the same for all guides is kept."""
    folder.mkdir(parents=True)
    (folder / "models").symlink_to(models)
    home = Home(folder)
    home.embedding_cache.write_bytes(known_vectors.read_bytes())
    return home


# Each example ingests up to six times.
@settings(max_examples=6, deadline=None)
@given(sequence=EDITS)
def test_what_comes_of_edits_is_what_comes_of_the_files_alone(
    sequence: list[tuple[str, int, int, int]],
    embeddings: SentenceTransformerEmbeddings,
    models: Path,
    known_vectors: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    home = fresh_home(folder / "home", models, known_vectors)
    pages: Pages = {"doors.en.md": SECTIONS[:3]}
    write_guides(folder / "guides", pages)
    last = ingest([folder / "guides"], home, embeddings)
    for edit in sequence:
        pages = edited(pages, edit)
        write_guides(folder / "guides", pages)
        last = ingest([folder / "guides"], home, embeddings)
    new = fresh_home(folder / "new", models, known_vectors)
    nothing = ingest([folder / "guides"], new, embeddings)
    assert nothing.summary.reused == 0
    assert_same_rows(open_snapshot(last.path), open_snapshot(nothing.path))


def changed(diff: Diff) -> dict[str, tuple[ChangeKind, ...]]:
    return {each.heading: each.kinds for guide in diff.guides for each in guide.sections}


def test_a_writer_sees_what_changes(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    first = ingest([guide], home, embeddings)
    assert first.diff.before is None and first.diff.guides[0].kind is ChangeKind.ADDED
    assert ingest([guide], home, embeddings).diff.guides == ()
    text = GUIDE.replace("shoulder", "hip").replace("It squeaks", "It makes `<b>noise</b>`")
    text = text[: text.index("## The lock")] + "## The key is lost\n\nAsk the porter.\n"
    guide.write_text(text, "utf-8")
    diff = ingest([guide], home, embeddings).diff
    assert changed(diff) == {
        "It is stuck": (ChangeKind.CHANGED,),
        "It makes <b>noise</b>": (ChangeKind.RENAMED,),
        "The key is lost": (ChangeKind.ADDED,),
        "The lock is frozen": (ChangeKind.REMOVED,),
    }
    (sentence,) = diff.guides[0].sections[0].sentences
    assert [w.text for w in sentence if w.kind is ChangeKind.REMOVED] == ["shoulder"]
    assert [w.text for w in sentence if w.kind is ChangeKind.ADDED] == ["hip"]
    console = Console(record=True, width=100, color_system=None)
    show(diff, None, console)
    shown = console.export_text()
    assert "It makes <b>noise</b>: renamed, was “It squeaks”" in shown
    assert "~" in shown and "The lock is frozen: removed" in shown
    assert "[-shoulder-]{+hip+}" in shown and "[-Ask" not in shown and "{+Ask" not in shown
    coloured = Console(record=True, width=100, color_system="standard", force_terminal=True)
    show(diff, None, coloured)
    assert "[-" not in coloured.export_text()
    write_page(tmp_path / "diff.html", diff, None)
    page = (tmp_path / "diff.html").read_text("utf-8")
    assert "<del>shoulder</del><ins>hip</ins>" in page
    assert "&lt;b&gt;noise&lt;/b&gt;" in page and "<b>noise" not in page


def test_sections_that_change_places_are_moved(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    before = open_snapshot(ingest([guide], home, embeddings).path)
    head, *sections = GUIDE.split("\n## ")
    guide.write_text("\n## ".join([head, *sections[1:], sections[0] + "\n"]), "utf-8")
    after = open_snapshot(ingest([guide], home, embeddings).path)
    assert set(changed(compare(before, after)).values()) == {(ChangeKind.MOVED,)}


def test_the_gate_asks_what_lies_beside_a_guide_and_names_drafts(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    ingest([guide], home, embeddings)
    beside = guide.with_name(f"{guide.stem}.golden.yaml")
    row = "{q: it is stuck, lang: en, expect: it-is-stuck, draft: 'reply.txt, 2026-11-26'}"
    beside.write_text(f"questions:\n  - {row}\n", "utf-8")
    edited = guide.read_text("utf-8").replace("## It is stuck", "## The bell is silent")
    guide.write_text(edited.replace("1. Turn the key", "1. Ring the bell"), "utf-8")
    stopped = ingest([guide], home, embeddings)
    assert stopped.gate and not stopped.gate.passed and not stopped.published
    assert [change.draft for change in stopped.gate.regressions] == [True]
    beside.unlink()
    assert ingest([guide], home, embeddings).published


def test_the_gate_stops_a_guide_without_its_mfa_section(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    path = tmp_path / "iam-troubleshooting.en.md"
    text = (SAMPLE_GUIDES / path.name).read_text("utf-8")
    path.write_text(text, "utf-8")
    asked = "I lost my MFA device and cannot sign in"
    first = ingest([path], home, embeddings)
    cited = KnowledgeBase(home, embeddings).ask(redact(asked)).citations[0]
    question = GoldenQuestion(q=asked, lang="en", expect=(cited.anchor,), line=1)
    start = cited.path[-1]
    sections = text.split("\n## ")
    kept = [each for each in sections if not each.startswith(start)]
    assert len(kept) == len(sections) - 1
    path.write_text("\n## ".join(kept), "utf-8")
    stopped = ingest([path], home, embeddings, plan=Plan(questions=[question]))
    assert stopped.gate and not stopped.gate.passed and not stopped.published
    assert "gone" in str(stopped.gate.regressions[0].worse)
    assert current_name(home.snapshots) == first.snapshot
    assert published(home.candidates) == []
    allowed = ingest([path], home, embeddings, plan=Plan(questions=[question], allowed=1))
    assert allowed.published and current_name(home.snapshots) == allowed.snapshot


def run(guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings, plan: Plan) -> Ingested:
    return ingest([guide], home, embeddings, plan=plan)


def test_what_is_held_waits_for_a_word(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    first = ingest([guide], home, embeddings)
    guide.write_text(GUIDE[: GUIDE.index("## It squeaks")], "utf-8")
    plan = Plan(hold=True, questions=QUESTIONS, by="ann")
    held = run(guide, home, embeddings, plan)
    assert held.held and not held.published
    assert current_name(home.snapshots) == first.snapshot
    with pytest.raises(GateError, match="--accept") as raised:
        publish_held(held.snapshot, home, "ann", 5, accept=False)
    assert raised.value.exit_code == 3
    publish_held(held.snapshot, home, "ann", 5, accept=True)
    live = read_live(home.snapshots)
    assert live and (live.name, live.by, live.before) == (held.snapshot, "ann", (first.snapshot,))
    second = run(guide, home, embeddings, Plan(hold=True))
    ingest([guide], home, embeddings)
    with pytest.raises(GuidebotError, match="is live now"):
        publish_held(second.snapshot, home, "ann", 5, accept=False)
    discard(second.snapshot, home)
    assert published(home.candidates) == [] and not list(home.candidates.glob("*.json"))
    with pytest.raises(GuidebotError, match="no candidate 'gone'"):
        discard("gone", home)


def test_what_a_stopped_run_leaves_is_neither_held_nor_kept(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    left = run(guide, home, embeddings, Plan(hold=True)).snapshot
    (home.candidates / f"{left}.json").unlink()  # as if it was killed while it asked
    assert held_names(home) == []
    with pytest.raises(GuidebotError, match="Ingest again"):
        publish_held(left, home, "ann", 5, accept=True)
    ingest([guide], home, embeddings)
    assert published(home.candidates) == []


def test_a_dry_run_leaves_nothing_behind(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    first = ingest([guide], home, embeddings)
    guide.write_text(GUIDE.replace("shoulder", "hip"), "utf-8")
    dry = run(guide, home, embeddings, Plan(dry_run=True, questions=QUESTIONS))
    assert not dry.published and changed(dry.diff) == {"It is stuck": (ChangeKind.CHANGED,)}
    assert dry.gate and dry.gate.passed and len(dry.gate.changes) == 1
    assert published(home.snapshots) == [first.snapshot] and published(home.candidates) == []


def test_going_back_goes_further_back_each_time(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    names = [ingest([guide], home, embeddings).snapshot for _ in range(3)]
    reader = KnowledgeBase(home, embeddings)
    assert reader.index().snapshot.name == names[2]
    before, now = roll_back(home, by="ann")
    assert (before.name, now.name, now.by) == (names[2], names[1], "ann")
    assert reader.index().snapshot.name == names[1]
    assert roll_back(home)[1].name == names[0]
    with pytest.raises(GuidebotError, match="Choose one"):
        roll_back(home)
    assert roll_back(home, names[2])[1].name == names[2]
    (home.snapshots / names[0] / "chunks.jsonl").write_text("")
    assert [bool(error) for error in damaged(home, names).values()] == [True, False, False]
    with pytest.raises(GuidebotError, match="checksum"):
        roll_back(home, names[0])
    assert current_name(home.snapshots) == names[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def put_candidates_on(disk: Path, home: Home) -> None:
    home.candidates.rmdir()
    home.candidates.symlink_to(disk)


def test_a_full_disk_leaves_the_old_snapshot_live(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings, small_disk: Path
) -> None:
    first = ingest([guide], home, embeddings)
    put_candidates_on(small_disk, home)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
    with pytest.raises(DiskError, match="No space left.*unchanged"):
        ingest([guide], home, embeddings)
    assert open_current(home.snapshots).name == first.snapshot


def test_a_read_only_folder_leaves_the_old_snapshot_live(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings, small_disk: Path
) -> None:
    first = ingest([guide], home, embeddings)
    put_candidates_on(small_disk, home)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(DiskError, match="Read-only file system.*unchanged"):
        ingest([guide], home, embeddings)
    assert open_current(home.snapshots).name == first.snapshot


def test_killed_at_any_write_the_old_or_the_new_is_live(
    guide: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    live = ingest([guide], home, embeddings).snapshot
    said = "shoulder"
    for at in range(0, 1000, KILL_EVERY):
        guide.write_text(GUIDE.replace("shoulder", f"elbow {at}"), "utf-8")
        killed = ingest_killed_at(at, guide, home)
        now = open_current(home.snapshots).name
        assert now == live or now > live
        live, said = now, said if now == live else f"elbow {at}"
        answer = KnowledgeBase(home, embeddings).ask(redact("the door is stuck"))
        assert said in str(answer.parts), at
        if not killed:
            break
    assert not killed and said == f"elbow {at}" and at >= 20
    assert ingest([guide], home, embeddings).summary.embedded == 0
    assert not list(home.candidates.glob(".tmp-*")) and published(home.candidates) == []


def ingest_killed_at(at: int, guide: Path, home: Home) -> bool:
    """Ingest, killed before write number `at`; returns whether there were so many."""
    log = guide.with_suffix(".log")
    code = fork(log, _ingest_dying_at, at, guide, home).wait(100)
    assert code in (0, -signal.SIGKILL), log.read_text()
    return code != 0


def _ingest_dying_at(at: int, guide: Path, home: Home) -> None:
    writes = {"sqlite3.connect", *("os." + name for name in ("mkdir", "rmdir", "rename", "remove"))}
    flags = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    left = at

    def hook(event: str, details: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in writes and not (event == "open" and details[2] & flags):
            return
        path = str(details[0])
        # A folder that is removed with all in it names what is in it without the folder.
        if path.startswith(str(home.root)) or (event != "open" and not os.path.isabs(path)):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    ingest([guide], home, SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models, threads=2))

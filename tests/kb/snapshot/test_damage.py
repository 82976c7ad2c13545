"""Snapshots that are damaged, their checksums made anew: told on opening, or of no consequence."""

from __future__ import annotations

import json
import logging
import random
import resource
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import DamagedSnapshotError, SnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Audience
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.search import SearchIndex
from kb.snapshot.format import FILES, MANIFEST, Snapshot, file_sum, open_snapshot
from kb.snapshot.live import open_current

Damage = Callable[[Path], None]


@pytest.fixture
def copied(sample_home: Home, tmp_path: Path) -> Home:
    """A home with the sample guide published twice, to be damaged."""
    shutil.copytree(sample_home.snapshots, tmp_path / "home" / "snapshots")
    home = Home(tmp_path / "home")
    live = open_current(home.snapshots)
    older = home.snapshots / f"2020{live.name[4:]}"
    shutil.copytree(live.path, older)
    edit(older / MANIFEST, lambda manifest: manifest.update(name=older.name))
    return home


@pytest.fixture
def live(copied: Home) -> Path:
    return open_current(copied.snapshots).path


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value), "utf-8")


def seal(folder: Path) -> None:
    """Write the checksums of what is there now into the manifest."""

    def sums(manifest: dict[str, Any]) -> None:
        for name in manifest["files"]:
            if (folder / name).is_file():
                manifest["files"][name] = file_sum(folder / name).model_dump()

    edit(folder / MANIFEST, sums)


def line(name: str, number: int, change: Callable[[dict[str, Any]], object]) -> Damage:
    """Change one row of a file."""

    def damage(folder: Path) -> None:
        lines = (folder / name).read_text("utf-8").split("\n")
        row = json.loads(lines[number])
        change(row)
        lines[number] = json.dumps(row, separators=(",", ":"))
        (folder / name).write_text("\n".join(lines), "utf-8")

    return damage


def table(name: str, change: Callable[[Any], Any]) -> Damage:
    """Change a table."""

    def damage(folder: Path) -> None:
        values = np.array(np.load(folder / name))
        changed = change(values)
        np.save(folder / name, values if changed is None else changed)

    return damage


def put(row: int, value: float) -> Callable[[Any], None]:
    def change(values: Any) -> None:
        values.reshape(-1)[row] = value

    return change


def head(place: int, form: str, value: int) -> Damage:
    """Change a number at a place of the FAISS index."""

    def damage(folder: Path) -> None:
        data = bytearray((folder / "index.faiss").read_bytes())
        struct.pack_into(form, data, place, value)
        (folder / "index.faiss").write_bytes(data)

    return damage


def manifest(change: Callable[[dict[str, Any]], object]) -> Damage:
    return lambda folder: edit(folder / MANIFEST, change)


def halve(name: str) -> Damage:
    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return damage


def written(name: str, data: bytes) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return damage


def other_index(folder: Path) -> None:
    import faiss

    index = faiss.IndexFlatIP(8)
    index.add(np.eye(8, dtype=np.float32))
    faiss.write_index(index, str(folder / "index.faiss"))


def archive(folder: Path) -> None:
    np.savez(folder / "blocks.npz", np.zeros(3))
    (folder / "blocks.npz").rename(folder / "blocks.npy")


def linked(folder: Path) -> None:
    (folder / "chunks.jsonl").rename(folder.parent.parent / "elsewhere.jsonl")
    (folder / "chunks.jsonl").symlink_to(folder.parent.parent / "elsewhere.jsonl")


DAMAGES: dict[str, Damage] = {
    **{f"half of {name}": halve(name) for name in FILES},
    "index of another dimension": other_index,
    "index says huge count": head(8, "<q", 2**40),
    "index says huge dimension": head(4, "<i", 2**30),
    "index says negative count": head(8, "<q", -1),
    "index claims more numbers": head(37, "<Q", 2**60),
    "index by distance": head(33, "<i", 1),
    "index of another kind": head(0, "<i", 0x34567849),
    "index with what is not a number": head(45, "<I", 0x7FC00000),
    "index with the infinite": head(45, "<I", 0x7F800000),
    "blocks of another dimension": table("blocks.npy", lambda values: values[:, :8]),
    "blocks as float64": table("blocks.npy", lambda values: values.astype(np.float64)),
    "blocks without a row": table("blocks.npy", lambda values: values[1:]),
    "blocks with what is not a number": table("blocks.npy", put(5, float("nan"))),
    "blocks with the infinite": table("blocks.npy", put(5, float("inf"))),
    "blocks in an archive": archive,
    "blocks of sections that are not": table("block_sections.npy", put(0, 9999)),
    "blocks of sections below zero": table("block_sections.npy", put(0, -1)),
    "wordings of another dimension": table("wordings.npy", lambda values: values[:, :8]),
    "wordings without a row": table("wordings.npy", lambda values: values[1:]),
    "wordings with what is not a number": table("wordings.npy", put(5, float("nan"))),
    "background with what is not a number": table("background.npy", put(0, float("nan"))),
    "background without deviation": table("background.npy", put(1, 0.0)),
    "background without a group": table("background.npy", lambda values: values[:, :2]),
    "terms of documents that are not": table("problems.indices.npy", put(0, 9999)),
    "terms below zero": table("problems.indices.npy", put(0, -1)),
    "terms that begin nowhere": table("problems.indptr.npy", put(3, 10**9)),
    "terms with what is not a number": table("problems.data.npy", put(0, float("nan"))),
    "terms in two columns": table("problems.data.npy", lambda values: values.reshape(-1, 1)),
    "a term that has no number": lambda folder: edit(
        folder / "problems.terms.json", lambda terms: terms.update(door=10**6)
    ),
    "terms of another kind": written("problems.terms.json", b"[]"),
    "parameters with code of another kind": lambda folder: edit(
        folder / "problems.bm25.json", lambda said: said.update(backend="numba")
    ),
    "parameters of more documents": lambda folder: edit(
        folder / "problems.bm25.json", lambda said: said.update(num_docs=10**9)
    ),
    "a guide without its title": line("guides.jsonl", 0, lambda row: row.pop("title")),
    "a guide with an unknown key": line("guides.jsonl", 0, lambda row: row.update(x=1)),
    "a section without its heading": line(
        "sections.jsonl", 1, lambda row: row["section"].pop("heading")
    ),
    "a section whose blocks are text": line(
        "sections.jsonl", 1, lambda row: row["section"].update(blocks="x")
    ),
    "a section of a guide that is not": line("sections.jsonl", 1, lambda row: row.update(guide=9)),
    "a section of guide -1": line("sections.jsonl", 1, lambda row: row.update(guide=-1)),
    "a section of guide 10**30": line("sections.jsonl", 1, lambda row: row.update(guide=10**30)),
    "a section of a problem that is not": line(
        "sections.jsonl", 1, lambda row: row.update(problem=99)
    ),
    "a section of a problem that is another's": line(
        "sections.jsonl", 0, lambda row: row.update(problem=1)
    ),
    "a chunk without its text": line("chunks.jsonl", 0, lambda row: row.pop("text")),
    "a chunk of a section that is not": line("chunks.jsonl", 0, lambda row: row.update(section=99)),
    "a chunk of section -1": line("chunks.jsonl", 0, lambda row: row.update(section=-1)),
    "a wording of a problem that is not": line(
        "wordings.jsonl", 0, lambda row: row.update(problem=99)
    ),
    "a wording that is a number": line("wordings.jsonl", 0, lambda row: row.update(text=5)),
    "a row less": written("chunks.jsonl", b""),
    "bytes that are not text": written("sections.jsonl", b"\xff\n"),
    "no files": manifest(lambda said: said.update(files={})),
    "a file that is not named": manifest(lambda said: said["files"].pop("index.faiss")),
    "a file elsewhere": manifest(
        lambda said: said["files"].update({"../../x": {"size": 0, "sha256": ""}})
    ),
    "the name of another": manifest(lambda said: said.update(name="20200101T000000Z-abcdef")),
    "no embedder": manifest(lambda said: said.pop("embedder")),
    "another dimension": manifest(lambda said: said["embedder"].update(dimension=8)),
    "a short fingerprint": manifest(lambda said: said["embedder"].update(fingerprint=[1.0])),
    "a fingerprint that is no number": manifest(
        lambda said: said["embedder"]["fingerprint"].__setitem__(0, float("nan"))
    ),
    "more sections than there are": manifest(lambda said: said.update(sections=10**12)),
    "text for a number": manifest(lambda said: said.update(chunks="many")),
    "a manifest that is a list": written(MANIFEST, b"[]"),
    "a manifest that is nested": written(MANIFEST, b"[" * 10**5),
    "a link": linked,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_told_on_opening(
    name: str, copied: Home, live: Path, caplog: pytest.LogCaptureFixture
) -> None:
    DAMAGES[name](live)
    if live.joinpath(MANIFEST).read_text("utf-8").startswith("{"):
        seal(live)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DamagedSnapshotError, match=live.name):
        open_snapshot(live)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB
    good = open_current(copied.snapshots)
    assert good.name.startswith("2020")
    assert f"Using snapshot {good.name} instead" in caplog.text


def use(snapshot: Snapshot) -> None:
    """Do with a snapshot what questions do."""
    index = SearchIndex(snapshot)
    vector = np.full(snapshot.manifest.embedder.dimension, 0.05, np.float32)
    for language in ("en", "ja", "de"):
        for audience in (None, Audience("C1")):
            hits = index.search("I lost my MFA device", vector, language, audience=audience)
            for hit in hits:
                assert np.isfinite(hit.score)
                index.names(hit)
                snapshot.chunk(hit.row)
            index.examples(language, audience)
            index.titles(language, audience)
            index.headings(language, audience)
    index.find("guide", "en", "anchor")
    index.named_in("https://docs.example.com/x")
    snapshot.sections_as_written()


def flipped(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def cut_out(data: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(data))
    return data[:begin] + data[begin + chance.randint(1, 64) :]


def doubled(data: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(data))
    return data[:begin] + data[begin : begin + 64] + data[begin:]


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_whatever_happens_to_a_file_no_question_finds_it_out(name: str, live: Path) -> None:
    chance = random.Random(name)
    whole, said = (live / name).read_bytes(), (live / MANIFEST).read_bytes()
    refused = 0
    for _ in range(12):
        damaged = chance.choice((flipped, cut_out, doubled))(whole, chance)
        (live / MANIFEST).write_bytes(said)
        (live / name).write_bytes(damaged)
        if name != MANIFEST:
            seal(live)
        try:
            use(open_snapshot(live))
        except SnapshotError as error:
            refused += 1
            assert live.name in str(error)
    assert refused


@pytest.mark.parametrize(
    "said", ["../outside", "/outside", ".", "..", "a/b", ".hidden", "", "\0", "x" * 5000]
)
def test_current_does_not_lead_elsewhere(
    said: str, copied: Home, live: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(live, copied.root / "outside")
    (copied.snapshots / "current").write_text(f"{said}\n", "utf-8")
    found = open_current(copied.snapshots)
    assert found.path.parent == copied.snapshots
    assert "Snapshot refused" in caplog.text and found.name in caplog.text


def test_a_link_is_no_snapshot(copied: Home, live: Path) -> None:
    outside = copied.root / live.name
    live.rename(outside)
    live.symlink_to(outside)
    with pytest.raises(DamagedSnapshotError, match="is a symbolic link"):
        open_snapshot(live)
    assert open_current(copied.snapshots).name.startswith("2020")


def test_one_that_is_being_made_has_its_name_later(live: Path) -> None:
    hidden = live.rename(live.with_name(".being-made"))
    assert open_snapshot(hidden).name == open_snapshot(hidden, live.name).name == live.name
    with pytest.raises(DamagedSnapshotError, match="belongs to another snapshot"):
        open_snapshot(hidden, "another")


def test_current_that_cannot_be_read_is_told(copied: Home) -> None:
    (copied.snapshots / "current").write_bytes(b"\xff\xfe\n")
    assert open_current(copied.snapshots).path.parent == copied.snapshots
    shutil.rmtree(copied.snapshots)
    copied.snapshots.mkdir()
    (copied.snapshots / "current").write_text("../x\n")
    with pytest.raises(
        DamagedSnapshotError, match=r"does not name an existing snapshot.*ingest PATH"
    ):
        open_current(copied.snapshots)


@pytest.mark.parametrize("what", ["damaged", "gone astray"])
def test_who_is_running_goes_on_with_what_it_has(
    what: str,
    copied: Home,
    live: Path,
    embeddings: SentenceTransformerEmbeddings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    running = KnowledgeBase(copied, embeddings)
    question = redact("I lost my MFA device")
    before = running.ask(question)
    newer = copied.snapshots / f"2999{live.name[4:]}"
    shutil.copytree(live, newer)
    edit(newer / MANIFEST, lambda said: said.update(name=newer.name))
    other_index(newer)
    seal(newer)
    says = f"{newer.name}\n" if what == "damaged" else "../../elsewhere\n"
    (copied.snapshots / "current").write_text(says, "utf-8")
    assert running.ask(question) == before
    assert "cannot be used; still using the old one" in caplog.text
    caplog.clear()
    assert running.ask(question) == before and not caplog.records
    fresh = KnowledgeBase(copied, embeddings)
    assert fresh.ask(question).snapshot == before.snapshot

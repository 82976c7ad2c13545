"""Snapshots that machines share through a store: a folder, and a local S3."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from bot.operations.snapshot_pulls import SnapshotPulls
from ingest.index.chunk import chunk_guide
from ingest.publish.live import damaged, make_live, roll_back
from ingest.publish.shared import Shared, join_store
from ingest.publish.write import write_candidate
from kb.errors import DamagedSnapshotError, GuidebotError, SettingsError, StoreError
from kb.paths import Home
from kb.retrieval.background import known_background
from kb.snapshot.compare_and_set import ChangedError, HeldError, LockedCell
from kb.snapshot.format import Embedder
from kb.snapshot.live import current_name, open_current, published, read_live
from kb.snapshot.pull import pull
from kb.snapshot.store import SnapshotStore
from kb.snapshot.writing import Contents
from tests.forked import fork
from tests.ingest.parse.reading import read_markdown

GUIDE = """
    # Doors

    ## It is stuck

    Push the door.
"""
BUCKET = "guides"


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client of a local S3, which the environment names, with one bucket."""
    # Here, as they take their time to import.
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client
    server.stop()


@pytest.fixture(params=["file", pytest.param("s3", marks=pytest.mark.e2e)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that holds nothing yet."""
    if request.param == "file":
        return f"file://{tmp_path}/store"
    request.getfixturevalue("s3")
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def docs(tmp_path: Path) -> Home:
    """Where the docs team ingests."""
    return Home(tmp_path / "docs")


@pytest.fixture
def bot(tmp_path: Path) -> Home:
    """A bot's home on another machine."""
    return Home(tmp_path / "bot")


def make(home: Home, text: str = GUIDE) -> str:
    """Write a candidate, with vectors that mean nothing, and return its name."""
    home.root.mkdir(exist_ok=True)
    home.snapshots.mkdir(exist_ok=True)
    guide = read_markdown(home.root, text).guide
    chunks = list(chunk_guide(guide, 0, len, 200))
    vectors = np.eye(len(chunks), 4, dtype=np.float32)
    none = np.zeros((0, 4), np.float32)
    contents = Contents(
        guides=[guide],
        problem_rows=[0],
        chunks=chunks,
        vectors=vectors,
        block_sections=[],
        block_vectors=none,
        wordings=[],
        wording_vectors=none,
        background=np.stack([known_background((0.5, 0.1))] * 3),
        problem_terms=[["stuck", "door"]],
        packs=[],
        embedder=Embedder(model="none", dimension=4, fingerprint=(1.0, 0.0, 0.0, 0.0)),
    )
    return write_candidate(contents, home.candidates).name


def publish(home: Home, url: str, text: str = GUIDE, keep: int = 5) -> str:
    """Publish a snapshot here and in the store, and return its name."""
    shared = join_store(url, home, keep)
    return make_live(make(home, text), home, "ann", keep, shared).name


def said_in(home: Home) -> str:
    """Return the text of the live snapshot's first chunk."""
    return open_current(home.snapshots).chunk(0).text


def s3_key(url: str, *names: str) -> str:
    return "/".join([url.removeprefix(f"s3://{BUCKET}/"), *names])


def test_what_is_published_is_live_on_other_machines(url: str, docs: Home, bot: Home) -> None:
    pulls = SnapshotPulls(SnapshotStore(url), bot, keep=5)
    pulls.refresh()
    assert current_name(bot.snapshots) is None
    first = publish(docs, url)
    pulls.refresh()
    assert "Push the door" in said_in(bot)
    second = publish(docs, url, GUIDE.replace("Push", "Pull"))
    pulls.refresh()
    assert "Pull the door" in said_in(bot)
    live = read_live(bot.snapshots)
    assert live and live == read_live(docs.snapshots)
    assert (live.name, live.by, live.before) == (second, "ann", (first,))
    assert not [entry for entry in os.listdir(bot.snapshots) if entry.startswith(".pull-")]


def test_going_back_reaches_everybody_from_a_machine_that_never_had_it(
    docs: Home, bot: Home, tmp_path: Path
) -> None:
    url = f"file://{tmp_path}/store"
    first, second = publish(docs, url), publish(docs, url)
    shared = join_store(url, bot, 5)
    assert published(bot.snapshots) == [second]
    before, now = roll_back(bot, None, "bob", 5, shared)
    assert (before.name, now.name) == (second, first)
    pull(SnapshotStore(url), docs, 5)
    assert current_name(docs.snapshots) == current_name(bot.snapshots) == first


def test_only_the_newest_stay_in_the_store(url: str, docs: Home, bot: Home) -> None:
    names = [publish(docs, url, keep=2) for _ in range(4)]
    store = SnapshotStore(url)
    assert store.snapshots() == dict.fromkeys(names[-2:], True)
    pull(store, bot, 1)
    publish(docs, url)
    pull(store, bot, 1)
    assert published(bot.snapshots) == [current_name(docs.snapshots)]


def test_of_two_writers_the_second_is_told(url: str, docs: Home, bot: Home) -> None:
    before = publish(docs, url)
    slow, late = join_store(url, bot, 5), make(bot)
    first = publish(docs, url)
    with pytest.raises(StoreError, match=f"{first}, by ann.*Run it again"):
        make_live(late, bot, "bob", 5, slow)
    assert current_name(bot.snapshots) == before
    store = SnapshotStore(url)
    assert (found := store.pointer()) and found.name == first
    make_live(late, bot, "bob", 5, join_store(url, bot, 5))
    assert (found := store.pointer()) and found.name == late


def test_of_two_first_writers_as_well(url: str, docs: Home, bot: Home) -> None:
    slow, late = join_store(url, bot, 5), make(bot)
    first = publish(docs, url)
    with pytest.raises(StoreError, match=first):
        make_live(late, bot, "bob", 5, slow)
    assert current_name(bot.snapshots) is None


@pytest.mark.parametrize("file", ["manifest.json", "index.faiss"])
def test_what_is_damaged_is_refused(
    file: str, s3: Any, docs: Home, bot: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"s3://{BUCKET}/{tmp_path.name}"
    pulls = SnapshotPulls(SnapshotStore(url), bot, keep=5)
    good = publish(docs, url)
    pulls.refresh()
    bad = publish(docs, url, GUIDE.replace("Push", "Pull"))
    key = s3_key(url, bad, file)
    data = bytearray(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    data[len(data) // 2] ^= 0xFF
    s3.put_object(Bucket=BUCKET, Key=key, Body=bytes(data))
    pulls.refresh()
    assert current_name(bot.snapshots) == good and published(bot.snapshots) == [good]
    assert f"{url}/{bad}/{file}" in caplog.text
    warnings = caplog.text.count("Pulling a snapshot failed")
    pulls.refresh()  # too early: it is not fetched again at each look
    assert caplog.text.count("Pulling a snapshot failed") == warnings == 1
    # The docs team's next ingest puts it right.
    assert (shared := join_store(url, bot, 5))
    assert current_name(bot.snapshots) == good
    make_live(make(bot), bot, "bob", 5, shared)
    pull(SnapshotStore(url), docs, 5)
    assert current_name(docs.snapshots) == current_name(bot.snapshots) != bad


def test_what_is_damaged_here_is_pulled_again(docs: Home, bot: Home, tmp_path: Path) -> None:
    store = SnapshotStore(f"file://{tmp_path}/store")
    name = publish(docs, store.url)
    pull(store, bot, 5)
    (bot.snapshots / name / "index.faiss").write_bytes(b"")
    assert damaged(bot, [name])[name] is not None
    pull(store, bot, 5)
    assert damaged(bot, [name])[name] is None


@pytest.mark.parametrize("file", ["../../bot.sqlite", "/etc/passwd", ".writer.lock", "current"])
def test_no_name_in_the_store_leads_outside(
    file: str, docs: Home, bot: Home, tmp_path: Path
) -> None:
    url = f"file://{tmp_path}/store"
    name = publish(docs, url)
    manifest = tmp_path / "store" / name / "manifest.json"
    read = json.loads(manifest.read_text("utf-8"))
    read["files"][file] = {"size": 0, "sha256": ""}
    (docs.snapshots / name / "manifest.json").write_text(json.dumps(read), "utf-8")
    shared = Shared(SnapshotStore(url), SnapshotStore(url).live())
    live = read_live(docs.snapshots)
    assert live
    manifest.write_text(json.dumps(read), "utf-8")
    shared.publish(docs.snapshots / name, live, 5)
    with pytest.raises(DamagedSnapshotError, match="not a valid file name"):
        pull(SnapshotStore(url), bot, 5)
    assert published(bot.snapshots) == []


def test_nor_does_the_name_of_a_snapshot(docs: Home, bot: Home, tmp_path: Path) -> None:
    name = publish(docs, f"file://{tmp_path}/store")
    current = tmp_path / "store" / "current"
    current.write_text(current.read_text("utf-8").replace(name, "../docs"), "utf-8")
    with pytest.raises(GuidebotError, match="not a valid snapshot name"):
        pull(SnapshotStore(f"file://{tmp_path}/store"), bot, 5)


def test_while_the_store_is_away_the_last_good_stays(
    docs: Home, bot: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"file://{tmp_path}/store"
    good = publish(docs, url)
    pulls = SnapshotPulls(SnapshotStore(url), bot, keep=5)
    pulls.refresh()
    (tmp_path / "store").rename(tmp_path / "away")
    (tmp_path / "store").write_text("no folder")
    pulls.refresh()
    assert current_name(bot.snapshots) == good
    assert "cannot be used" in caplog.text
    with pytest.raises(StoreError, match="SNAPSHOTS_URL"):
        publish(docs, url)
    assert current_name(docs.snapshots) == good


def test_a_missing_bucket_is_named(s3: Any, docs: Home) -> None:
    with pytest.raises(StoreError, match="s3://nowhere/guides: .*NotFound"):
        publish(docs, "s3://nowhere/guides")
    assert current_name(docs.snapshots) is None


def push_killed_after(puts: int, name: str, home: Home, url: str) -> None:
    """Make a candidate live in a store, and die after so many files, or before the pointer."""
    put, done = SnapshotStore.put, 0

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def counted(*arguments: Any) -> None:
        nonlocal done
        if done == puts:
            die()
        put(*arguments)
        done += 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SnapshotStore, "put", counted)
        patch.setattr(SnapshotStore, "set_live", die)
        make_live(name, home, shared=join_store(url, home, 5))


@pytest.mark.parametrize("puts", [7, 99])
def test_a_push_that_is_killed_leaves_the_old_one_whole(
    puts: int, s3: Any, docs: Home, bot: Home, tmp_path: Path
) -> None:
    """Killed between two files, and before the pointer."""
    url = f"s3://{BUCKET}/{tmp_path.name}"
    old = publish(docs, url)
    name = make(docs, GUIDE.replace("Push", "Pull"))
    files = len(os.listdir(docs.candidates / name))
    killed = fork(tmp_path / "log", push_killed_after, min(puts, files), name, docs, url)
    assert killed.wait(60) == -signal.SIGKILL, (tmp_path / "log").read_text()
    there = s3.list_objects_v2(Bucket=BUCKET, Prefix=s3_key(url, name))
    assert there["KeyCount"] == min(puts, files)
    pull(SnapshotStore(url), bot, 5)
    assert current_name(bot.snapshots) == current_name(docs.snapshots) == old
    new = publish(docs, url, GUIDE.replace("Push", "Lift"))
    pull(SnapshotStore(url), bot, 5)
    assert current_name(bot.snapshots) == new and "Lift" in said_in(bot)
    whole = {old, new} | ({name} if puts > files else set())
    assert SnapshotStore(url).snapshots() == dict.fromkeys(sorted(whole), True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://AKIAEXAMPLE:secret@bucket/guides", "must not contain credentials"),
        ("s3://bucket/guides?key=secret", "must not contain credentials"),
        ("https://example.com/guides", "is none of s3://"),
        ("simplecache::s3://bucket", "is none of s3://"),
        ("file://", "is none of s3://"),
        ("guides", "is none of s3://"),
    ],
)
def test_a_wrong_url_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as raised:
        SnapshotStore(url)
    assert "secret" not in str(raised.value)


def test_where_a_store_can_only_create_a_lock_keeps_writers_apart() -> None:
    fs = MemoryFileSystem()
    fs.makedirs("/locked", exist_ok=True)
    cell = LockedCell(fs, "/locked/current", seconds=0.1)
    cell.replace(b"one", None)
    seen = cell.read()
    with pytest.raises(ChangedError):
        cell.replace(b"two", None)
    cell.replace(b"two", seen.version)
    with pytest.raises(ChangedError):
        cell.replace(b"three", seen.version)
    assert cell.read().data == b"two" and not fs.exists("/locked/current.lock")
    fs.pipe_file("/locked/current.lock", b"")
    with pytest.raises(HeldError, match="current.lock"):
        cell.replace(b"three", cell.read().version)

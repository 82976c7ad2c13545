"""What the bot remembers of questions: each taken once, finished once, held by one process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.memory.forget import forget_older_than
from bot.memory.store import Outcome, Store
from bot.question import Question, Surface
from kb.errors import GuidebotError
from kb.question.redact import redact

ANSWERED = Outcome(
    text=redact("my kettle is cold"),
    language="en",
    decision="answer",
    confidence=0.9,
    section="kettle#cold",
    snapshot="s1",
    joined=True,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "bot.sqlite")


def question(
    ts: str,
    text: str = "my kettle is cold",
    *,
    user: str = "U1",
    thread_ts: str | None = None,
    surface: Surface = Surface.MESSAGE,
) -> Question:
    return Question(
        channel="C1", ts=ts, user=user, text=redact(text), thread_ts=thread_ts, surface=surface
    )


def test_a_question_is_taken_by_one_however_many_try(store: Store) -> None:
    asked, taken = question("1.0"), list[bool]()
    threads = [threading.Thread(target=lambda: taken.append(store.claim(asked))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert store.count_unanswered() == 1


def test_what_came_of_a_question_is_kept(store: Store) -> None:
    asked = question("1.0")
    store.claim(asked)
    assert store.outcome("C1", "1.0") is None
    store.finish("C1", "1.0", ANSWERED, "1.1")
    assert store.outcome("C1", "1.0") == ANSWERED
    assert store.unanswered() == [] and store.count_unanswered() == 0
    assert store.claimed(asked) is not None and store.claimed(question("2.0")) is None


def test_of_what_nothing_came_of_no_words_are_kept(store: Store, tmp_path: Path) -> None:
    store.claim(question("1.0", "the colour of my socks"))
    store.finish("C1", "1.0")
    forget_older_than(store, 1)
    assert all(b"socks" not in path.read_bytes() for path in tmp_path.iterdir())


def test_what_was_left_alone_may_be_taken_again_and_what_was_answered_not(store: Store) -> None:
    left, answered = question("1.0"), question("2.0")
    for each in (left, answered):
        assert store.claim(each) and not store.reclaim(each)
    store.finish("C1", "1.0")
    store.finish("C1", "2.0", ANSWERED, "2.1")
    assert store.reclaim(left) and not store.reclaim(left)
    assert not store.reclaim(answered)
    assert [each.ts for each in store.unanswered()] == ["1.0"]


def test_what_nobody_is_at_is_taken_over_once_and_oldest_first(
    store: Store, tmp_path: Path
) -> None:
    other = Store(tmp_path / "bot.sqlite")
    for ts in ("1.0", "2.0", "3.0"):
        store.claim(question(ts))
    assert other.claim_expired() == []
    store.release(question("2.0"))
    assert [each.ts for each in other.claim_expired()] == ["2.0"]
    store.release()
    store.finish("C1", "1.0")
    assert [each.ts for each in store.claim_expired()] == ["2.0", "3.0"]
    assert other.claim_expired() == []
    store.release()
    other.renew([question("3.0")])
    assert [each.ts for each in store.claim_expired()] == ["2.0"]


def test_the_question_before_is_that_of_the_thread(store: Store) -> None:
    store.claim(question("1.0", "first", thread_ts="1.0"))
    store.claim(question("2.0", "elsewhere", thread_ts="9.0"))
    store.claim(question("3.0", "second", user="U2", thread_ts="1.0"))
    before = store.asked_before(question("4.0", "third", thread_ts="1.0"))
    assert before == "second"
    # What came later is not before it.
    assert store.asked_before(question("2.5", "late", thread_ts="1.0")) == "first"
    assert store.asked_before(question("1.0", "first", thread_ts="1.0")) is None


def test_without_threads_the_question_before_is_the_persons_own(store: Store) -> None:
    store.claim(question("1.0", "mine"))
    store.claim(question("2.0", "theirs", user="U2"))
    assert store.asked_before(question("3.0", "again")) == "mine"
    assert store.asked_before(question("3.0", "again", user="U3")) is None


def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(GuidebotError, match=r"bot\.sqlite.*move it away"):
        Store(path)
    assert path.read_bytes() == b"no database at all" * 100


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    store = Store(tmp_path / "deep" / "down" / "bot.sqlite")
    store.check()
    store.close()
    assert (tmp_path / "deep" / "down" / "bot.sqlite").exists()

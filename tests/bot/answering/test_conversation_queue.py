"""What belongs to one conversation is done in its order, and conversations side by side."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from bot.answering.conversation_queue import ConversationQueue
from bot.answering.workers import Workers

_LONG = 5.0


@pytest.fixture
def work() -> Iterator[Workers]:
    pool = Workers(4, "test")
    yield pool
    pool.shutdown(wait=True)


def finish(work: Workers) -> int:
    return work.drain(time.monotonic() + _LONG)


def test_those_that_wait_are_done_by_their_keys(work: Workers) -> None:
    lanes, done, go = ConversationQueue(work), list[str](), threading.Event()
    lanes.submit("D1", "0", lambda: (go.wait(_LONG), None)[1])
    # As Slack delivered them, which is not as they were written.
    for key in ("3", "1", "2"):
        lanes.submit("D1", key, lambda key=key: done.append(key))  # type: ignore[misc]
    assert done == []
    go.set()
    assert finish(work) == 0
    assert done == ["1", "2", "3"]


def test_one_key_twice_is_done_in_the_order_of_coming(work: Workers) -> None:
    lanes, done, go = ConversationQueue(work), list[int](), threading.Event()
    lanes.submit("D1", "0", lambda: (go.wait(_LONG), None)[1])
    for number in range(5):
        lanes.submit("D1", "1", lambda number=number: done.append(number))  # type: ignore[misc]
    go.set()
    assert finish(work) == 0 and done == [0, 1, 2, 3, 4]


def test_a_lane_does_one_thing_at_a_time_and_others_go_on(work: Workers) -> None:
    lanes, meet = ConversationQueue(work), threading.Barrier(2)
    inside, most, lock = [0], [0], threading.Lock()

    def alone() -> None:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.01)
        with lock:
            inside[0] -= 1

    for number in range(20):
        lanes.submit("D1", str(number), alone)
    # Neither of these ends without the other.
    for lane in ("D2", "D3"):
        lanes.submit(lane, "0", lambda: (meet.wait(_LONG), None)[1])
    assert finish(work) == 0
    assert most == [1] and not meet.broken


def test_what_fails_is_logged_and_the_next_is_done(
    work: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    lanes, done, go = ConversationQueue(work), list[str](), threading.Event()

    def fail() -> None:
        go.wait(_LONG)
        raise RuntimeError("the guide is on fire")

    lanes.submit("D1", "0", fail)
    lanes.submit("D1", "1", lambda: done.append("1"))
    go.set()
    assert finish(work) == 0
    assert done == ["1"] and "the guide is on fire" in caplog.text


def test_when_the_time_is_up_the_rest_is_left(work: Workers) -> None:
    lanes, done, go = ConversationQueue(work), list[str](), threading.Event()
    lanes.submit("D1", "0", lambda: (go.wait(_LONG), None)[1])
    lanes.submit("D1", "1", lambda: done.append("1"))
    assert work.drain(time.monotonic()) == 1
    go.set()
    work.shutdown(wait=True)
    assert done == []
    with pytest.raises(RuntimeError):
        lanes.submit("D2", "0", lambda: None)

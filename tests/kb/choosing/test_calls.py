"""What the model may take, and what becomes of requests that fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from kb.choosing.calls import CallOutcome, Calls
from kb.choosing.chat_model import open_chat_model, try_chat_model
from kb.choosing.model_chooser import ModelChooser, open_chooser
from kb.choosing.store import ModelStore
from kb.errors import ModelError, SettingsError
from kb.settings import Settings
from testing.openai_server import ChatServer, Request

Condense = Callable[..., CallOutcome]


@pytest.fixture
def condense(settings: Settings) -> Condense:
    """Asks the model for the smallest thing that it may be asked for, and says what came of it."""

    def condense(chooser: ModelChooser | None = None, **changed: Any) -> CallOutcome:
        chooser = chooser or open_chooser(settings.model_copy(update=changed), lambda texts: texts)  # type: ignore[arg-type,return-value]
        with chooser.session("q", "snapshot", None) as session:
            session.condense("and two?", "one key")
        return session.outcomes[-1][1]

    return condense


def calls_of(settings: Settings, pause: float = 60) -> ModelChooser:
    store = ModelStore(settings.home.model_store)
    calls = Calls(open_chat_model(settings), settings, store, pause_seconds=pause)
    return ModelChooser(calls, lambda texts: texts)  # type: ignore[arg-type,return-value]


def test_a_slow_model_is_left_within_the_time(condense: Condense, server: ChatServer) -> None:
    server.delay = 0.2
    server.script = lambda request: {"question": "one key, and two? " * 300}
    started = time.monotonic()
    assert condense(chat_timeout=1.5) is CallOutcome.SLOW
    assert time.monotonic() - started < 8


def test_a_request_that_hangs_is_cancelled_and_counted_and_not_repeated(
    condense: Condense, server: ChatServer, settings: Settings
) -> None:
    leave = threading.Event()

    def script(request: Request) -> object:
        leave.wait(10)
        return {"question": "one key and two?"}

    server.script = script
    started = time.monotonic()
    assert condense(chat_timeout=1.5) is CallOutcome.SLOW
    assert time.monotonic() - started < 8
    spent = ModelStore(settings.home.model_store).spent_today()
    assert spent.tokens > 50
    leave.set()
    time.sleep(0.5)
    # Nobody listens any more, and nobody has asked again.
    assert len(server.requests) == 1
    assert ModelStore(settings.home.model_store).spent_today() == spent


def test_what_fails_at_once_is_tried_once_more_and_counted(
    condense: Condense, server: ChatServer, settings: Settings
) -> None:
    answers = [503, {"question": "one key and two?"}]
    server.script = lambda request: answers.pop(0)
    assert condense() is CallOutcome.DONE and len(server.requests) == 2
    read = ModelStore(settings.home.model_store).spent_today().tokens
    assert read > 1000 + 50
    answers[:] = [503, 503, 503]
    assert condense() is CallOutcome.FAILED and len(server.requests) == 4
    answers[:] = [401, 401]
    assert condense() is CallOutcome.FAILED and len(server.requests) == 5


def test_a_provider_that_wants_fewer_requests_is_not_waited_for(
    condense: Condense, server: ChatServer, settings: Settings
) -> None:
    server.script, server.retry_after = (lambda request: 429), "8"
    chooser = calls_of(settings)
    started = time.monotonic()
    assert condense(chooser) is CallOutcome.LIMITED
    assert condense(chooser) is CallOutcome.PAUSED
    chooser.calls.pause(0.1)
    assert time.monotonic() - started < 6 and len(server.requests) == 1
    server.script = lambda request: {"question": "one key and two?"}
    time.sleep(0.2)
    assert condense(chooser) is CallOutcome.DONE


def test_after_some_failures_the_model_is_not_called_for_a_while(
    condense: Condense, server: ChatServer, settings: Settings
) -> None:
    chooser = calls_of(settings, pause=0.4)
    server.script = lambda request: 400
    outcomes = [condense(chooser) for _ in range(4)]
    assert outcomes == [CallOutcome.FAILED] * 3 + [CallOutcome.PAUSED]
    server.script = lambda request: {"question": "one key and two?"}
    time.sleep(0.45)
    assert condense(chooser) is CallOutcome.DONE


def test_a_reply_without_an_end_is_given_up(condense: Condense, server: ChatServer) -> None:
    server.script = lambda request: '{"question": "' + "x" * 1_000_000
    started = time.process_time()
    assert condense() is CallOutcome.MALFORMED
    assert time.process_time() - started < 3


def test_thoughts_before_the_answer_do_no_harm(condense: Condense, server: ChatServer) -> None:
    server.script = lambda request: '<think>{"a"?}</think>\n{"question": "one key and two?"}'
    assert condense(chat_output="json_mode") is CallOutcome.DONE
    assert condense() is CallOutcome.DONE


def test_only_so_many_at_once(condense: Condense, server: ChatServer, settings: Settings) -> None:
    inside, leave = threading.Event(), threading.Event()

    def script(request: Request) -> object:
        inside.set()
        leave.wait(10)
        return {"question": "one key and two?"}

    server.script = script
    chooser = open_chooser(settings.model_copy(update={"chat_concurrency": 1}), lambda texts: texts)  # type: ignore[arg-type,return-value]
    thread = threading.Thread(target=condense, args=(chooser,))
    thread.start()
    assert inside.wait(10)
    try:
        assert condense(chooser) is CallOutcome.BUSY
    finally:
        leave.set()
        thread.join()
    assert server.most_at_once == 1 and condense(chooser) is CallOutcome.DONE


def test_what_is_spent_is_counted_over_restarts(
    condense: Condense, server: ChatServer, settings: Settings
) -> None:
    server.script = lambda request: {"question": "one key and two?"}
    priced = {"chat_input_price": 2.0, "chat_output_price": 8.0, "chat_day_cost": 0.004}
    assert [condense(**priced) for _ in range(3)] == [
        CallOutcome.DONE,
        CallOutcome.DONE,
        CallOutcome.SPENT,
    ]
    assert ModelStore(settings.home.model_store).spent_today().cost > 0.004
    assert condense(chat_day_tokens=100) is CallOutcome.SPENT


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("nobody:x", "CHAT_MODEL: nobody:x cannot be used"),
        ("ollama:x", "pip install -e '.[ollama]'"),
        ("cohere:x", "Install its LangChain package"),
    ],
)
def test_a_model_that_cannot_be_had_is_named(settings: Settings, model: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        open_chat_model(settings.model_copy(update={"chat_model": model}))
    assert said in str(error.value)


def test_the_doctor_asks_the_model_for_a_word(settings: Settings, server: ChatServer) -> None:
    server.script = lambda request: "ok"
    assert try_chat_model(settings).startswith("openai:scripted answered in ")
    server.script = lambda request: 401
    with pytest.raises(ModelError, match="cannot be asked"):
        try_chat_model(settings)
    server.script = lambda request: time.sleep(2)
    with pytest.raises(ModelError, match="did not answer within 0.3 s"):
        try_chat_model(settings.model_copy(update={"chat_timeout": 0.3}))

"""The model has a say in what answers; without one nothing changes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kb.answer.decide import SHIPPED, SURE_OF_CHOICE, confidence_in_choice
from kb.choosing.model_chooser import open_chooser
from kb.choosing.store import ModelStore
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, Decision, Rendering
from kb.paths import Home
from kb.progress import Stage
from kb.question.redact import redact
from kb.settings import Settings
from testing.openai_server import ChatServer, Request
from testing.openai_server.models import asking, choosing, good, lines_with, lying, none, picking
from tests.kb.choosing.conftest import Ask

QUESTION = "I lost my secret key"
UNSURE = "keys and MFA"
OUTSIDE = "how do I reset my Salesforce password"


def anchors(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.anchor for citation in answer.citations))


def test_what_is_chosen_is_answered_in_the_guides_words(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    plain = sample.ask(redact(QUESTION))
    heard: list[Stage] = []
    answer = ask(QUESTION, progress=heard.append)
    assert (answer.decision, answer.rendering) == (Decision.ANSWER, Rendering.CHOSEN)
    assert answer.parts == plain.parts and answer.citations == plain.citations
    assert answer.confidence > plain.confidence
    assert heard == [Stage.SEARCHING, Stage.CHOOSING]
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    (request,) = server.requests
    assert QUESTION not in request.instructions and request.data["question"] == QUESTION
    assert request.body["temperature"] == 0


def test_some_lines_can_be_chosen(ask: Ask, server: ChatServer) -> None:
    server.script = picking("Create the new key", "Switch the lost")
    answer = ask(QUESTION)
    (part,) = answer.parts
    assert [step.number for step in part.steps] == [3, 4, 5] and part.omitted == (1, 2)
    assert any(note.label == "Important" for note in part.notes)


@pytest.mark.parametrize("output", ["json_schema", "function_calling", "json_mode", "llama_cpp"])
def test_each_way_of_structured_output(ask: Ask, output: str) -> None:
    assert ask(QUESTION, chat_output=output).rendering is Rendering.CHOSEN


def test_a_model_that_takes_no_temperature_is_sent_none(ask: Ask, server: ChatServer) -> None:
    assert ask(QUESTION, chat_temperature="default").rendering is Rendering.CHOSEN
    assert "temperature" not in server.requests[0].body


def test_its_none_is_believed(ask: Ask, server: ChatServer) -> None:
    server.script = none
    answer = ask(QUESTION)
    assert answer.decision is Decision.NOT_COVERED and not answer.parts and not answer.citations
    assert answer.nearest[0].anchor == "lost-access-key" and answer.confidence < 0.9


def test_it_may_ask_back(ask: Ask, server: ChatServer) -> None:
    server.script = lambda request: asking("p1", "p2", "p77")
    answer = ask(QUESTION)
    assert answer.decision is Decision.CHOOSE and len(answer.choices) == 2 and not answer.parts
    assert answer.choices[0].anchor == "lost-access-key"


def test_what_the_search_cannot_believe_is_asked(ask: Ask, server: ChatServer) -> None:
    server.script = lambda request: choosing("p7")
    answer = ask(QUESTION)
    assert answer.decision is Decision.CHOOSE
    assert "lost-access-key" in [citation.anchor for citation in answer.choices[:2]]


DOUBTFUL = (
    "keys",
    "MFA",
    "sign in",
    "keys and MFA",
    "user",
    "policy",
    "my role",
    "console",
    "access",
)


def doubtful(sample: KnowledgeBase) -> tuple[str, int]:
    """Return a question, and a problem that the search makes unlikely, but not too much so."""
    for question in DOUBTFUL:
        hits = sample.find(redact(question)).hits
        for position in range(1, len(hits)):
            if SHIPPED.threshold <= confidence_in_choice(hits, position) < SURE_OF_CHOICE:
                return question, position
    raise AssertionError("there is none")


def test_an_unlikely_choice_needs_a_second_look(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    question, position = doubtful(sample)
    heading: list[str] = []

    def script(request: Request) -> object:
        problems = request.data["problems"]
        heading[:] = heading or [problems[position]["heading"]]
        (name,) = (each["id"] for each in problems if each["heading"] == heading[0])
        return choosing(name)

    server.script = script
    answer = ask(question)
    first, second = server.requests
    assert answer.decision is Decision.ANSWER and answer.parts[0].heading in heading[0]
    assert len(second.data["problems"]) < len(first.data["problems"])
    assert second.data["problems"][-1]["heading"] == heading[0]


def test_what_is_not_chosen_again_is_asked_about(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    question, position = doubtful(sample)
    said = [choosing(f"p{position + 1}"), choosing("p1")]
    server.script = lambda request: said.pop(0)
    answer = ask(question)
    assert answer.decision is Decision.CHOOSE and len(answer.choices) == 3 and not said
    said[:] = [choosing(f"p{position + 1}"), none(server.requests[0])]
    answer = ask(f"{question}!")
    assert answer.decision is Decision.CHOOSE and not answer.parts


def test_several_problems_answer_several_things(ask: Ask, server: ChatServer) -> None:
    both = "My policy change does not show up, and I lost my secret key"

    def script(request: Request) -> object:
        found = lines_with(request, "List your keys", "Wait a minute")
        names = [line.split(".")[0] for line in found]
        return {"decision": "answer", "problems": names, "lines": []}

    server.script = script
    answer = ask(both)
    assert set(anchors(answer)) == {"lost-access-key", "changes-not-visible"}


def test_ids_that_are_not_there_are_passed_over(ask: Ask, server: ChatServer) -> None:
    server.script = lambda request: {
        "decision": "answer",
        "problems": ["p99", 3, "p1", None],
        "lines": ["p1.99", {"id": "p1.1"}, "p2.1"],
        "text": "Open the Recovery Wizard.",
    }
    answer = ask(QUESTION)
    assert answer.rendering is Rendering.CHOSEN and anchors(answer) == ["lost-access-key"]


@pytest.mark.parametrize(
    "said",
    [
        "I am sorry, I cannot do that.",
        {"answer": "yes"},
        {"decision": "perhaps", "problems": ["p1"], "lines": []},
        {"decision": "answer", "problems": [], "lines": []},
        {"decision": "answer", "problems": ["p99"], "lines": ["x"]},
        {"decision": "ask", "problems": ["p1"], "lines": []},
        {"decision": "answer", "problems": "p1", "lines": []},
        "[" * 3000,
        500,
        401,
    ],
)
def test_whoever_says_nothing_usable_changes_nothing(
    ask: Ask, server: ChatServer, sample: KnowledgeBase, said: Any
) -> None:
    server.script = lambda request: said
    plain = sample.ask(redact(QUESTION))
    assert ask(QUESTION) == plain.model_copy(update={"rendering": Rendering.GUIDE})


def test_a_reply_that_was_cut_changes_nothing(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    server.cut = 30
    assert ask(QUESTION).parts == sample.ask(redact(QUESTION)).parts


def test_a_liar_is_not_heard(ask: Ask, server: ChatServer) -> None:
    server.script = lying
    answer = ask(QUESTION, "what about keys?")
    assert "Recovery" not in answer.model_dump_json() and answer.decision is Decision.ANSWER


def test_it_is_asked_when_that_is_set(ask: Ask, server: ChatServer, sample: KnowledgeBase) -> None:
    assert ask(QUESTION, chat_decides="never").rendering is Rendering.GUIDE
    assert ask(QUESTION, chat_decides="unsure").rendering is Rendering.GUIDE
    assert server.requests == []
    assert sample.ask(redact(UNSURE)).confidence < 0.9
    ask(UNSURE, chat_decides="never")
    assert server.requests == []
    ask(UNSURE, chat_decides="unsure")
    assert [request.task for request in server.requests] == ["choose"]


def test_what_nobody_asked_is_not_put_to_it(
    sample_home: Home, sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    chooser = open_chooser(settings, sample.embed)
    chat = KnowledgeBase(sample_home, sample._embeddings, chooser=chooser)
    for text in (QUESTION, UNSURE, "and if I have two?"):
        chat.ask(redact(text), before=redact(QUESTION), asked=False)
    assert server.requests == []


def test_too_long_a_prompt_is_not_sent(ask: Ask, server: ChatServer) -> None:
    assert ask(QUESTION, chat_answer_tokens=500).rendering is Rendering.GUIDE
    assert server.requests == []


def test_small_talk_and_nothing_are_not_put_to_it(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    for question in ("hello", "", "!?"):
        assert ask(question) == sample.ask(redact(question))
    assert server.requests == []


def test_off_topic_stays_so_if_it_says_so(ask: Ask, server: ChatServer) -> None:
    server.script = none
    assert ask(OUTSIDE).decision is Decision.NOT_COVERED


def test_a_choice_is_made_once(ask: Ask, server: ChatServer, settings: Settings) -> None:
    first = ask(QUESTION)
    assert ask(QUESTION) == first and len(server.requests) == 1
    with sqlite3.connect(settings.home.model_store) as connection:
        (row,) = connection.execute("SELECT answer FROM answers").fetchall()
    connection.close()
    assert QUESTION not in row[0] and "p1" in row[0]
    ask(QUESTION, chat_model="openai:other")
    ask(QUESTION, "and my MFA device?")
    ask("where did my secret key go, I lost it")
    assert sum(request.task == "choose" for request in server.requests) == 4


def test_what_is_kept_is_for_one_audience(
    sample_home: Home, sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    chat = KnowledgeBase(
        sample_home, sample._embeddings, chooser=open_chooser(settings, sample.embed)
    )
    for channel in ("C1", "C2", "C1", "", None, ""):
        chat.ask(redact(QUESTION), audience=None if channel is None else Audience(channel))
    assert len(server.requests) == 4


@pytest.mark.parametrize("kept", ["{}", '{"problems": []}', "null", "", b"\xff", 5])
def test_what_is_kept_and_was_changed_is_asked_again(
    ask: Ask, server: ChatServer, settings: Settings, kept: object
) -> None:
    first = ask(QUESTION)
    with sqlite3.connect(settings.home.model_store) as connection:
        connection.execute("UPDATE answers SET answer = ?", (kept,))
    connection.close()
    assert ask(QUESTION) == first and len(server.requests) == 2
    assert ask(QUESTION) == first and len(server.requests) == 2


@pytest.mark.parametrize("spent", ["much", b"\xff", -5.0])
def test_costs_that_are_none_begin_anew(tmp_path: Path, spent: object) -> None:
    store = ModelStore(tmp_path / "model.sqlite")
    store.spend(3, 0.5)
    with sqlite3.connect(tmp_path / "model.sqlite") as connection:
        connection.execute("UPDATE spent SET cost = ?", (spent,))
    connection.close()
    assert store.spent_today() == (0, 0.0)


def test_what_is_kept_goes_with_its_snapshot(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "model.sqlite")
    store.remember("one", "key", "1")
    assert store.recall("one", "key") == "1" and store.recall("two", "key") is None
    store.remember("two", "other", "2")
    assert store.recall("one", "key") is None


def test_a_damaged_file_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "model.sqlite"
    path.write_bytes(b"not a database " * 200)
    store = ModelStore(path)
    store.spend(3, 0.5)
    assert ModelStore(path).spent_today() == (3, 0.5)


def test_guide_text_that_speaks_to_models_is_not_sent(ask: Ask, server: ChatServer) -> None:
    ask(QUESTION)
    assert all(
        "ignore" not in line["text"].lower()
        for problem in server.requests[0].data["problems"]
        for line in problem["lines"]
    )
    assert len(server.requests[0].data["problems"]) == 7


@pytest.mark.e2e
def test_nothing_is_imported_or_changed_without_a_model(tmp_path: Path) -> None:
    code = (
        "import sys; from kb.settings import Settings; "
        "from kb.knowledge_base import open_knowledge_base; "
        "assert open_knowledge_base(Settings()).chooser is None; "
        "print([m for m in sys.modules if m.startswith(('kb.choosing', 'langchain.', 'openai'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert found.stdout.strip() == "[]"


def test_without_a_model_answers_are_those_of_the_search(
    sample: KnowledgeBase,
) -> None:
    for question in (QUESTION, UNSURE, OUTSIDE, "hello"):
        asked = redact(question)
        assert sample.ask(asked) == sample.answer(sample.find(asked))
        assert sample.ask(asked).rendering is None and sample.ask(asked).understood is None


def test_a_button_that_was_pressed_needs_no_choice(
    sample_home: Home, sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    server.script = good
    chat = KnowledgeBase(
        sample_home, sample._embeddings, chooser=open_chooser(settings, sample.embed)
    )
    found = chat.answer_from("iam-troubleshooting", "en", "lost-access-key", redact(QUESTION), "en")
    assert found and found.rendering is Rendering.GUIDE and server.requests == []

"""Answers that a language model writes: a scripted one, behind a server on loopback."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var
from rich.console import Console

from bot.views.answer import render
from kb.choosing.calls import Calls, Outcome
from kb.choosing.chat_model import open_chat_model, try_chat_model
from kb.choosing.store import WrittenStore
from kb.choosing.writer import Report, Writer, open_writer
from kb.errors import ModelError, SettingsError
from kb.evaluation.comparison import VERBATIM, WRITTEN, Comparison, compare
from kb.evaluation.comparison_report import page
from kb.evaluation.golden import read_questions
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision, Rendering, Step
from kb.paths import Home
from kb.progress import Stage
from kb.question.redact import redact
from kb.settings import Settings
from kb.terminal.show import show
from testing.openai_server import ChatServer, Request
from testing.openai_server.models import good, lying, step_of, translating
from tests.bot.hostile import sent
from tests.conftest import SAMPLE_GUIDES

QUESTION = "I lost my secret key"
ITALIAN = "ho perso la mia chiave di accesso segreta"

Ask = Callable[..., tuple[Answer, Report]]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(good) as server:
        yield server


@pytest.fixture
def settings(server: ChatServer, tmp_path: Path) -> Settings:
    return Settings(guidebot_home=tmp_path, chat_model="openai:scripted", chat_base_url=server.url)


@pytest.fixture
def ask(sample: KnowledgeBase, settings: Settings) -> Ask:
    """Asks the sample guide, and has the answer written anew with other settings if given."""

    def ask(question: str = QUESTION, heard: list[Any] | None = None, **changed: Any) -> Any:
        writer = open_writer(settings.model_copy(update=changed), sample.embed)
        return written(sample, writer, question, heard)

    return ask


def written(
    sample: KnowledgeBase, writer: Writer, question: str, heard: list[Any] | None = None
) -> tuple[Answer, Report]:
    answer = sample.ask(redact(question))
    heard = [] if heard is None else heard
    return writer.write_and_report(answer, sample.cited_sections(answer), heard.append)


def texts(answer: Answer) -> list[str]:
    return [step.text for part in answer.parts for step in part.steps]


def replaced(**changed: Any) -> Callable[[Request], object]:
    """A model that is good but for its second step, also when it tries again."""

    def script(request: Request) -> object:
        steps = good(request)["steps"]
        if request.again:
            return {"steps": [{**steps[1], **changed}], "done": True}
        return {"steps": [steps[0], {**steps[1], **changed}, *steps[2:]], "done": True}

    return script


def test_a_good_model_writes_the_answer(ask: Ask, server: ChatServer) -> None:
    heard: list[Any] = []
    answer, report = ask(heard=heard)
    assert (report.outcome, report.faults) == (Outcome.WRITTEN, ())
    assert answer.rendering is Rendering.WRITTEN and answer.decision is Decision.ANSWER
    (part,) = answer.parts
    assert len(part.steps) == 5 and part.omitted == ()
    assert part.steps[0].children[0].text == "aws iam list-access-keys --user-name YOUR-NAME"
    assert part.notes[0].label == "Important"
    for step in (*part.steps, *part.notes):
        assert all(answer.citations[number - 1].quote for number in step.citations)
    assert heard == [Stage.WRITING, *part.steps]
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    (request,) = server.requests
    assert request.body["temperature"] == 0
    assert QUESTION not in request.instructions and QUESTION == request.data["question"]


@pytest.mark.parametrize("output", ["json_schema", "function_calling", "json_mode", "llama_cpp"])
def test_each_way_of_structured_output(ask: Ask, output: str) -> None:
    answer, report = ask(chat_output=output)
    assert report.outcome is Outcome.WRITTEN and len(texts(answer)) == 5


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"text": "Delete the older key with `aws iam delete-user`."}, "not in the blocks"),
        ({"text": "If there are two already, run aws iam delete-user first."}, "not in the blocks"),
        ({"text": "If there are 3 already, delete one first."}, "not in the blocks"),
        ({"text": "If there are already three, delete one first."}, "not in the blocks"),
        ({"text": 'If there are two, press "Rotate now" first.'}, "not in the blocks"),
        ({"text": "If there are two, press **Purge** first."}, "not in the blocks"),
        ({"text": "If two, delete arn:aws:iam::123:user/bob first."}, "not in the blocks"),
        ({"text": "If two, see https://evil.example first."}, "not in the blocks"),
        ({"text": "If two, write to a@evil.example first."}, "not in the blocks"),
        ({"text": "If two, go to evil.example first."}, "not in the blocks"),
        ({"text": "If two, [delete](one) first."}, "link, mention or markup"),
        ({"text": "If two, <!channel> delete one first."}, "link, mention or markup"),
        ({"text": "If two, ask @here, and delete one first."}, "link, mention or markup"),
        ({"text": "If two,\u202e delete one first."}, "link, mention or markup"),
        ({"text": "If two, delete one.\nThen rest."}, "link, mention or markup"),
        ({"text": "If there are two already, do not delete one first."}, "reversed"),
        ({"text": "If there are two already, create one first."}, "reversed"),
        ({"text": "Delete one that is no longer used first."}, "condition left out"),
        ({"text": "If the weather permits, have lunch and relax a while."}, "unsupported"),
        (
            {"text": "If there are two, delete one first. Call your landlord about pizza."},
            "unsupported",
        ),
        ({"text": "すでに 2 本ある場合は、使っていない方を先に削除します。"}, "unsupported"),
        ({"blocks": ["b99"]}, "no such block"),
        ({"blocks": []}, "no such block"),
        ({"quotes": ["delete all of them"]}, "quote not found"),
        ({"quotes": ["two"]}, "quote not found"),
        ({"quotes": []}, "quote not found"),
        ({"text": ""}, "too long or empty"),
        ({"text": "If two, delete one first. " * 40}, "too long or empty"),
        (
            {"text": "Turn a section of a troubleshooting guide into a short answer."},
            "instructions",
        ),
    ],
)
def test_a_step_that_lies_is_dropped(
    ask: Ask, server: ChatServer, changed: dict[str, Any], fault: str
) -> None:
    server.script = replaced(**changed)
    answer, report = ask()
    assert report.outcome is Outcome.WRITTEN
    assert report.dropped == 1 and fault in report.faults[0].value
    (part,) = answer.parts
    assert len(part.steps) == 4 and part.omitted == (2,)
    if changed.get("text"):
        assert changed["text"] not in texts(answer)


def test_what_is_right_in_other_words_holds(ask: Ask, server: ChatServer) -> None:
    server.script = replaced(
        text="If you have 2 keys already, delete an unused one first: there is room for two."
    )
    answer, report = ask()
    assert report.faults == () and len(texts(answer)) == 5


def test_a_model_that_takes_no_temperature_is_sent_none(ask: Ask, server: ChatServer) -> None:
    assert ask(chat_temperature="default")[1].outcome is Outcome.WRITTEN
    assert "temperature" not in server.requests[0].body


def test_a_failed_step_is_tried_again_with_the_reason(ask: Ask, server: ChatServer) -> None:
    def script(request: Request) -> object:
        if request.again:
            assert "'evil.example'" in request.faults[0]["fault"]
            return {"steps": [good(request)["steps"][1]], "done": True}
        return replaced(text="If two, visit evil.example first.")(request)

    server.script = script
    heard: list[Any] = []
    answer, report = ask(heard=heard)
    assert len(server.requests) == 2 and report.dropped == 0
    assert len(texts(answer)) == 5 and heard == [Stage.WRITING, *answer.parts[0].steps]


def test_steps_out_of_order_are_dropped(ask: Ask, server: ChatServer) -> None:
    def script(request: Request) -> object:
        steps = good(request)["steps"]
        return {"steps": [steps[1], steps[0], *steps[2:]], "done": True}

    server.script = script
    answer, report = ask()
    assert report.outcome is Outcome.WRITTEN and report.dropped == 1
    assert answer.parts[0].omitted == (1,)


def test_what_a_prohibition_turned_round_is_dropped(ask: Ask, server: ChatServer) -> None:
    def script(request: Request) -> object:
        data = request.data["blocks"]
        quote = "Never put all three in one mail or chat."
        (block,) = (each for each in data if quote in each["text"])
        turned = {"blocks": [block["id"]], "quotes": [quote], "text": "Put all in one chat."}
        return {"steps": [*good(request)["steps"], turned], "done": True}

    server.script = script
    _, report = ask("How do I create an IAM user safely?")
    assert "reversed" in [fault.value for fault in report.faults] or report.dropped


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (lambda request: {"steps": [], "done": True}, Outcome.TOO_LITTLE),
        (lambda request: {"steps": [step_of(request, 0)], "done": True}, Outcome.TOO_LITTLE),
        (lying, Outcome.TOO_LITTLE),
        (lambda request: "I am sorry, I cannot do that.", Outcome.MALFORMED),
        (lambda request: {"answer": "yes"}, Outcome.MALFORMED),
        (lambda request: {"steps": [{"text": 1}], "done": True}, Outcome.MALFORMED),
        (lambda request: {"steps": ["do it"], "done": True}, Outcome.MALFORMED),
        (lambda request: "[" * 3000, Outcome.MALFORMED),
        (lambda request: 500, Outcome.FAILED),
        (lambda request: 401, Outcome.FAILED),
    ],
)
def test_without_a_good_answer_the_guides_words_are_sent(
    ask: Ask, server: ChatServer, sample: KnowledgeBase, script: Any, outcome: Outcome
) -> None:
    server.script = script
    answer, report = ask()
    assert report.outcome is outcome
    assert answer == sample.ask(redact(QUESTION)).model_copy(update={"rendering": Rendering.GUIDE})


def test_a_step_that_was_cut_off_is_not_taken(ask: Ask, server: ChatServer) -> None:
    server.cut = 900
    answer, report = ask()
    whole = texts(answer)
    if report.outcome is Outcome.WRITTEN:
        assert answer.parts[0].omitted and all(text.endswith(".") for text in whole)
    else:
        assert answer.rendering is Rendering.GUIDE


def test_a_slow_model_is_not_waited_for(ask: Ask, server: ChatServer) -> None:
    server.delay = 0.2
    answer, report = ask(chat_timeout=0.5)
    assert report.outcome is Outcome.SLOW and answer.rendering is Rendering.GUIDE
    assert report.tokens > 0


def test_after_some_failures_the_model_is_left_alone_for_a_while(
    sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    store = WrittenStore(settings.home.written)
    calls = Calls(open_chat_model(settings), settings, store, pause_seconds=0.3)
    writer = Writer(calls, sample.embed)
    server.script = lambda request: 400
    outcomes = [written(sample, writer, QUESTION)[1].outcome for _ in range(4)]
    assert outcomes == [Outcome.FAILED] * 3 + [Outcome.PAUSED]
    server.script = good
    threading.Event().wait(0.35)
    assert written(sample, writer, QUESTION)[1].outcome is Outcome.WRITTEN


def test_only_so_many_are_written_at_once(
    sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def script(request: Request) -> object:
        inside.set()
        leave.wait(10)
        return good(request)

    server.script = script
    writer = open_writer(settings.model_copy(update={"chat_concurrency": 1}), sample.embed)
    thread = threading.Thread(target=written, args=(sample, writer, QUESTION))
    thread.start()
    assert inside.wait(10)
    try:
        assert written(sample, writer, "no se aplican mis cambios")[1].outcome is Outcome.BUSY
    finally:
        leave.set()
        thread.join()
    assert server.most_at_once == 1


def test_what_is_spent_is_counted_over_restarts(ask: Ask, settings: Settings) -> None:
    priced = {"chat_input_price": 2.0, "chat_output_price": 8.0, "chat_day_cost": 0.004}
    _, first = ask(**priced)
    assert first.tokens > 1000 and first.cost > 0.002
    ask("my change does not show up", **priced)
    answer, third = ask("How do I create an IAM user safely?", **priced)
    assert third.outcome is Outcome.SPENT and answer.rendering is Rendering.GUIDE
    assert WrittenStore(settings.home.written).spent_today().cost > 0.004
    assert ask(chat_day_tokens=100, question="policy variables")[1].outcome is Outcome.SPENT


def test_too_long_a_prompt_is_not_sent(ask: Ask, server: ChatServer) -> None:
    assert ask(chat_answer_tokens=600)[1].outcome is Outcome.TOO_LONG
    assert server.requests == []


def test_an_answer_is_written_once(ask: Ask, server: ChatServer, settings: Settings) -> None:
    first, _ = ask()
    heard: list[Any] = []
    again, report = ask(heard=heard)
    assert report.outcome is Outcome.KEPT and again == first and len(server.requests) == 1
    assert heard == [Stage.WRITING, *first.parts[0].steps]
    with sqlite3.connect(settings.home.written) as connection:
        (row,) = connection.execute("SELECT answer FROM answers").fetchall()
    connection.close()
    assert QUESTION not in row[0]
    assert ask(chat_model="openai:other")[1].outcome is Outcome.WRITTEN
    assert ask("where did my secret key go, I lost it")[1].outcome is Outcome.WRITTEN


def test_what_is_kept_goes_with_its_snapshot(tmp_path: Path) -> None:
    store = WrittenStore(tmp_path / "written.sqlite")
    store.remember("one", "key", "1")
    assert store.recall("one", "key") == "1" and store.recall("two", "key") is None
    store.remember("two", "other", "2")
    assert store.recall("one", "key") is None


def test_a_damaged_file_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "written.sqlite"
    path.write_bytes(b"not a database " * 200)
    store = WrittenStore(path)
    store.spend(3, 0.5)
    assert WrittenStore(path).spent_today() == (3, 0.5)


def test_steps_are_translated_with_their_originals(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    server.script = translating
    heard: list[Any] = []
    answer, report = ask(ITALIAN, heard=heard)
    plain = sample.ask(redact(ITALIAN))
    assert (answer.language, report.outcome) == ("it", Outcome.TRANSLATED)
    assert answer.citations == plain.citations
    steps, before = answer.parts[0].steps, plain.parts[0].steps
    changed = [step for step in steps if step.original]
    assert len(changed) >= 4
    for step, was in zip(steps, before, strict=True):
        assert step.children == was.children
        assert step == was or step.original == was.spans
    assert heard == [Stage.WRITING, *steps]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "Elenca le tue chiavi e annota quale ID, con `aws iam list-users`."),
        (1, "Invia la tua password al team di sicurezza."),
        (1, "Non elencare le chiavi e non annotare quante sono e quale ID è della chiave persa."),
        (1, "Elenca le chiavi, annota quante sono e l'ID di quella persa. Vai su evil.example."),
        (1, "Elenca le chiavi, annota l'ID di quella persa. Poi chiama il direttore."),
        (1, "List your keys and note how many there are and which ID belongs to the lost one."),
        (4, "Metti la nuova chiave dov'era la vecchia: `~/.aws/config` (`aws configure`), script."),
        (3, "Crea la nuova chiave e salva il segreto prima di chiudere. Console: **Sicurezza**."),
    ],
)
def test_a_wrong_translation_leaves_the_guides_words(
    ask: Ask, server: ChatServer, sample: KnowledgeBase, number: int, text: str
) -> None:
    def script(request: Request) -> object:
        steps = translating(request)["steps"]
        steps[number - 1]["text"] = text
        return {"steps": steps, "done": True}

    server.script = script
    answer, report = ask(ITALIAN)
    assert report.outcome is Outcome.TRANSLATED and report.faults
    step = answer.parts[0].steps[number - 1]
    assert step == sample.ask(redact(ITALIAN)).parts[0].steps[number - 1]


def test_the_model_is_not_asked_what_the_guide_does_not_cover(
    sample_home: Home, sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    writer = open_writer(settings, sample.embed)
    chat = KnowledgeBase(sample_home, sample._embeddings, writer=writer)
    for question in ("how do I reset my Salesforce password", "hello", "今日の天気は？", ""):
        answer = chat.ask(redact(question))
        assert answer == sample.ask(redact(question)) and answer.rendering is None
    assert server.requests == []
    heard: list[Any] = []
    answer = chat.ask(redact(QUESTION), progress=heard.append)
    assert heard[:2] == [Stage.SEARCHING, Stage.WRITING]
    assert isinstance(heard[2], Step) and answer.rendering is Rendering.WRITTEN


def test_a_follow_up_is_made_whole_first(
    sample_home: Home, sample: KnowledgeBase, settings: Settings, server: ChatServer
) -> None:
    def script(request: Request) -> object:
        if "before" not in request.data:
            return good(request)
        assert request.data == {"before": QUESTION, "question": "and if I have two?"}
        return {"question": "I lost my secret key and already have two access keys"}

    server.script = script
    writer = open_writer(settings, sample.embed)
    chat = KnowledgeBase(sample_home, sample._embeddings, writer=writer)
    answer = chat.ask(redact("and if I have two?"), before=redact(QUESTION))
    assert answer.question == "and if I have two?"
    assert answer.citations[0].anchor == "lost-access-key" and len(server.requests) == 2
    server.script = lambda request: 500 if "before" in request.data else good(request)
    answer = chat.ask(redact("and if I have two?"), before=redact(QUESTION))
    assert answer.citations[0].anchor == "lost-access-key"


@pytest.mark.e2e
def test_nothing_is_imported_or_changed_without_a_model(tmp_path: Path) -> None:
    code = (
        "import sys; from kb.settings import Settings; "
        "from kb.knowledge_base import open_knowledge_base; "
        "assert open_knowledge_base(Settings()).writer is None; "
        "print([m for m in sys.modules if m.startswith(('kb.choosing', 'langchain.', 'openai'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("nobody:x", "CHAT_MODEL: nobody:x cannot be used"),
        ("ollama:x", "pip install -e '.[ollama]'"),
        ("cohere:x", "pip install its LangChain package"),
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


def test_both_kinds_of_answer_are_compared(
    sample: KnowledgeBase, settings: Settings, server: ChatServer, tmp_path: Path
) -> None:
    asked = read_questions(SAMPLE_GUIDES / "questions.yaml")
    asked = [q for q in asked if q.lang == "en"][:4] + [q for q in asked if not q.covered][:2]
    priced = settings.model_copy(update={"chat_input_price": 1.0})
    server.script = replaced(text="If two, visit evil.example first.")
    found = compare(sample, open_writer(priced, sample.embed), asked, "all")
    assert len(found.pairs) == 4 and found.outcomes == {"written": 4}
    assert found.faults == {"not in the blocks": 8} and found.steps_dropped == 4
    verbatim, written = (found.measures["citation recall"][side] for side in (VERBATIM, WRITTEN))
    assert verbatim.mean == 1.0 and 0.5 < written.mean < 1.0
    assert found.measures["citation precision"][WRITTEN].mean == 1.0
    assert found.measures["language right"][WRITTEN].mean == 1.0
    assert found.cost >= 0.008
    html = page(found)
    assert "I can&#39;t log in to AWS" in html and "citation recall" in html
    assert Comparison.model_validate_json(found.model_dump_json()) == found


def test_people_see_whose_words_they_get(ask: Ask, server: ChatServer) -> None:
    server.script = replaced(text="If two, visit evil.example first.")
    seen = printed(ask()[0])
    assert "Written by a language model" in seen and "steps 2 are left out" in seen
    server.script = lambda request: 400
    assert "the guide's own wording" in printed(ask("I lost my access key")[0])
    server.script = translating
    seen = printed(ask(ITALIAN)[0])
    assert "Translated by a language model" in seen
    assert "Elenca le tue chiavi" in seen and "List your keys" in seen


def printed(answer: Answer) -> str:
    console = Console(record=True, width=200, file=StringIO())
    show(answer, console)
    slack = "\n".join(str(sent(message)["blocks"]) for message in render(answer))
    text = console.export_text()
    for words in ("language model", "own wording", "are left out", "List your keys"):
        assert (words in text) == (words in slack)
    return text


class Langsmith(BaseHTTPRequestHandler):
    """What LangSmith is asked, counted."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PATCH = do_POST

    def log_message(self, *_: object) -> None:
        pass


def test_traces_go_out_only_if_they_are_set(
    sample_home: Home,
    sample: KnowledgeBase,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    langsmith = ThreadingHTTPServer(("127.0.0.1", 0), Langsmith)
    threading.Thread(target=langsmith.serve_forever, daemon=True).start()
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{langsmith.server_port}")
    get_env_var.cache_clear()  # type: ignore[attr-defined]
    chat = KnowledgeBase(sample_home, sample._embeddings)
    try:
        chat.writer = open_writer(settings, chat.embed)
        assert chat.ask(redact(QUESTION)).rendering is Rendering.WRITTEN
        wait_for_all_tracers()
        assert Langsmith.asked == []
        traced = settings.model_copy(update={"chat_tracing": "langsmith"})
        chat.writer = open_writer(traced, chat.embed)
        assert chat.ask(redact("I lost my access key")).rendering is Rendering.WRITTEN
        wait_for_all_tracers()
        assert Langsmith.asked
    finally:
        langsmith.shutdown()
        langsmith.server_close()

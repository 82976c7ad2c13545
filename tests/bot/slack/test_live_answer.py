"""How an answer comes about is shown, and what is shown becomes the answer, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.memory.store import Store
from bot.question import Question, Surface
from bot.slack.live_answer import LiveAnswer
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Audience, CleanText, Decision
from kb.paths import Home
from kb.progress import Progress, Stage, no_progress
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import answerer_from
from tests.conftest import SAMPLE_GUIDES
from tests.ingesting import ingest

HEADING = "I lost my access key or secret key"
ASKED = "I lost my secret key"


class Choosing(KnowledgeBase):
    """Tells that a language model is asked; something may happen then."""

    happens: Callable[[], object] = staticmethod(lambda: None)

    def ask(
        self,
        question: CleanText,
        language: str | None = None,
        *,
        before: CleanText | None = None,
        audience: Audience | None = None,
        asked: bool = True,
        progress: Progress = no_progress,
    ) -> Answer:
        answer = super().ask(
            question, language, before=before, audience=audience, asked=asked, progress=progress
        )
        if answer.decision is Decision.ANSWER:
            progress(Stage.CHOOSING)
            self.happens()
        return answer


class Desk:
    """An answerer of its own, as after a restart, on a database that stays."""

    def __init__(self, slack: SlackServer, base: KnowledgeBase, folder: Path, **rules: str) -> None:
        self.store = Store(folder / "bot.sqlite")
        self.store.release()
        self.answerer = answerer_from(base, self.store, **rules)
        self.client = WebClient("xoxb-test", base_url=slack.api_url, retry_handlers=[])

    def answer(self, question: Question) -> None:
        assert self.answerer.claim(question)
        self.answerer.answer(question, self.client)
        assert self.store.unanswered() == []


@pytest.fixture
def base(sample_home: Home, embeddings: SentenceTransformerEmbeddings) -> Choosing:
    return Choosing(sample_home, embeddings)


@pytest.fixture
def web_base(home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path) -> Choosing:
    """Answers from the sample guide as a page on the web."""
    guide = tmp_path / "guide.md"
    text = (SAMPLE_GUIDES / "iam-troubleshooting.en.md").read_text("utf-8")
    guide.write_text(text.replace("---", "---\nurl: https://docs.example.com/iam", 1), "utf-8")
    ingest([guide], home, embeddings)
    return Choosing(home, embeddings)


@pytest.fixture
def desk(slack: SlackServer, base: Choosing, tmp_path: Path) -> Desk:
    return Desk(slack, base, tmp_path)


def in_thread(slack: SlackServer, text: str = ASKED) -> Question:
    sent = slack.mention("C1", "U2", text, deliver=False)
    return Question(
        channel="C1",
        ts=sent.ts,
        thread_ts=sent.ts,
        user="U2",
        text=redact(text),
        team="T0GUIDE",
        surface=Surface.MENTION,
    )


def direct(slack: SlackServer, text: str = ASKED) -> Question:
    sent = slack.direct_message("U2", text, deliver=False)
    return Question(
        channel=sent.channel, ts=sent.ts, user="U2", text=redact(text), surface=Surface.DIRECT
    )


def assert_one_whole_answer(slack: SlackServer, channel: str = "C1") -> str:
    (message,) = slack.bot_messages(channel)
    text = plain(message)
    assert HEADING in text and text.count("List your keys") == 1 and "Sources:" in text
    assert message["metadata"]["event_payload"]["last"]
    assert message.get("streaming_state") != "in_progress"
    return text


def test_how_it_comes_about_is_streamed_into_the_thread(
    slack: SlackServer, base: Choosing, desk: Desk
) -> None:
    seen: list[str] = []
    base.happens = lambda: seen.append(plain(slack.bot_messages("C1")[0]))
    desk.answer(in_thread(slack))
    assert seen == ["[in_progress] Choosing the best answer"]
    text = assert_one_whole_answer(slack)
    assert text.startswith(f"[complete] Searched the guides\n{HEADING}")
    (start,) = slack.calls("chat.startStream")
    assert start.params["recipient_user_id"] == "U2"
    assert start.params["recipient_team_id"] == "T0GUIDE"
    assert slack.calls("chat.postMessage") == []


def test_a_direct_message_is_answered_where_a_note_stood(
    slack: SlackServer, base: Choosing, desk: Desk
) -> None:
    question = direct(slack)
    seen: list[str] = []
    base.happens = lambda: seen.append(plain(slack.bot_messages(question.channel)[0]))
    desk.answer(question)
    assert seen[0].startswith("One moment")
    text = assert_one_whole_answer(slack, question.channel)
    assert text.startswith(HEADING)
    assert slack.calls("chat.startStream") == []


def test_an_answer_that_is_there_at_once_is_one_message(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    Desk(slack, sample, tmp_path).answer(in_thread(slack))
    assert_one_whole_answer(slack)
    assert slack.calls("chat.startStream") == slack.calls("chat.update") == []


def test_an_answer_that_takes_long_ends_a_stream_with_its_blocks(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    slack.add_group("S1", ["U2"])
    slack.delay_next("usergroups.users.list", 3)
    Desk(slack, sample, tmp_path, allowed_groups="S1").answer(in_thread(slack))
    assert assert_one_whole_answer(slack).startswith("[complete] Searched the guides\n")
    assert slack.calls("chat.update") == []


@pytest.mark.parametrize("expired", [True, False])
def test_sources_on_the_web_are_source_elements_of_the_task(
    slack: SlackServer, web_base: Choosing, tmp_path: Path, expired: bool
) -> None:
    web_base.happens = slack.expire_streams if expired else web_base.happens
    Desk(slack, web_base, tmp_path).answer(in_thread(slack))
    assert_one_whole_answer(slack)
    (message,) = slack.bot_messages("C1")
    (card,) = (block for block in message["blocks"] if block["type"] == "task_card")
    (source,) = card["sources"]
    assert source["type"] == "url" and source["text"] == f"IAM troubleshooting › {HEADING}"
    assert source["url"] == "https://docs.example.com/iam#lost-access-key"


FAULTS: dict[str, Callable[[SlackServer], None]] = {
    "stream refused": lambda slack: slack.fail_next("chat.startStream", "not_allowed_token_type"),
    "stream limited": lambda slack: slack.rate_limit_next("chat.startStream"),
    "start unanswered": lambda slack: slack.drop_next("chat.startStream", applied=True),
    "start lost": lambda slack: slack.drop_next("chat.startStream"),
    "stage lost": lambda slack: slack.drop_next("chat.appendStream", times=2),
    "stop unanswered": lambda slack: slack.drop_next("chat.stopStream", applied=True),
    "stop fails": lambda slack: slack.fail_next("chat.stopStream"),
    "update unanswered": lambda slack: slack.drop_next("chat.update", applied=True),
    "update refused": lambda slack: slack.fail_next("chat.update", "edit_window_closed"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fails_there_is_one_answer(slack: SlackServer, desk: Desk, fault: str) -> None:
    FAULTS[fault](slack)
    desk.answer(in_thread(slack))
    assert_one_whole_answer(slack)


def test_a_stream_that_slack_ends_becomes_the_answer(
    slack: SlackServer, base: Choosing, desk: Desk
) -> None:
    base.happens = slack.expire_streams
    desk.answer(in_thread(slack))
    assert_one_whole_answer(slack)
    assert len(slack.calls("chat.appendStream")) < len(slack.calls("chat.update")) + 3


@pytest.mark.parametrize("where", [in_thread, direct])
@pytest.mark.parametrize("expired", [True, False])
def test_what_a_dead_process_left_half_done_becomes_the_answer(
    slack: SlackServer,
    sample: KnowledgeBase,
    tmp_path: Path,
    where: Callable[[SlackServer], Question],
    expired: bool,
) -> None:
    question, other = where(slack), where(slack)
    dead = Desk(slack, sample, tmp_path)
    assert dead.answerer.claim(question) and dead.answerer.claim(other)
    live = LiveAnswer(dead.client, question, "en")
    live.on_progress(Stage.CHOOSING)
    if expired:
        slack.expire_streams()
    restarted = Desk(slack, sample, tmp_path)
    restarted.answerer.recover(lambda team: restarted.client)
    messages = slack.bot_messages(question.channel)
    assert len(messages) == 2
    answered = [m["metadata"]["event_payload"]["question_ts"] for m in messages]
    assert answered == [question.ts, other.ts]
    assert all(plain(m).count("List your keys") == 1 for m in messages)


def test_an_apology_takes_the_place_of_what_was_shown(
    slack: SlackServer, base: Choosing, desk: Desk
) -> None:
    def breaks() -> None:
        raise RuntimeError("the model is gone")

    base.happens = breaks
    desk.answer(in_thread(slack))
    (message,) = slack.bot_messages("C1")
    assert "something went wrong" in plain(message) and "List your keys" not in plain(message)

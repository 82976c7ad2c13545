"""Hostile messages and hostile guides: nothing pings, leads astray, breaks, or leaks."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.answering.secret_warning import secret_warning
from bot.memory.history import Count
from bot.question import Question, direct_message
from bot.views.answer import render
from bot.views.home import Figures, home_view
from bot.views.message import plain
from bot.views.problem import problem_blocks
from bot.words.catalogue import words
from ingest.document import Document
from ingest.errors import SourceError
from ingest.parse.outline import parse
from kb.answer.compose import cite, compose
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision, Guide, GuideInfo
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer
from testing.slack_server.events import SentEvent
from testing.slack_server.limits import parsed, view_errors
from tests.bot.hostile import ATTACKS, CANARY, GUIDE, HUGE, faults, sent, texts
from tests.bot.house import open_house
from tests.conftest import SAMPLE_GUIDES
from tests.ingesting import ingest

MESSAGES = int(os.environ.get("GUIDEBOT_HOSTILE_MESSAGES", "25"))
"""How many messages, texts and guides to try; a long run takes some 10,000."""


INFO = GuideInfo(id="g", title="Guide", language="en", source="g.md", sha256="0")


def question_in(text: str) -> Question:
    """The question that the bot takes from a direct message."""
    event = {
        "type": "message",
        "channel_type": "im",
        "channel": "D1",
        "user": "U1",
        "ts": "1700000000.000100",
        "text": text,
    }
    question = direct_message(json.loads(json.dumps(event)))
    assert question is not None
    return question


def answer_faults(knowledge_base: KnowledgeBase, text: str, links: Collection[str]) -> list[str]:
    question = question_in(text)
    # As it is quoted to humans.
    messages = [plain(question.text or "…")]
    if question.text.secrets:
        messages.append(secret_warning(knowledge_base, question, "en", may_delete=True))
    if question.text:
        answer = knowledge_base.ask(question.text, "en", before=redact("I lost my secret key"))
        messages += render(answer, question, human=True)
        # What is kept of a question goes into a database.
        answer.question.encode("utf-8")
    return [fault for message in messages for fault in faults(sent(message), links)]


_HREF = re.compile(r"""\bhref\s*=\s*["']?(https?://[^"'\s>]+)""", re.IGNORECASE)


def web_links(markdown: str) -> set[str]:
    """The web addresses that a Markdown text links to, by the parser alone; in its HTML, too."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    inline = [child for token in tokens for child in (token, *(token.children or ()))]
    hrefs = {str(child.attrs.get("href")) for child in inline if child.type == "link_open"}
    html = [child.content for child in inline if child.type in ("html_inline", "html_block")]
    hrefs |= {href for tag in html for href in _HREF.findall(tag)}
    return {href for href in hrefs if href.startswith(("https://", "http://"))}


@pytest.mark.no_cover
def test_no_hostile_question_pings_links_breaks_or_leaks(
    sample: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    guides = SAMPLE_GUIDES.glob("*.md")
    links = {link for guide in guides for link in web_links(guide.read_text("utf-8"))}
    for text in (*texts(MESSAGES), *HUGE):
        assert answer_faults(sample, text, links) == [], repr(text[:200])
    assert CANARY not in caplog.text


@settings(max_examples=MESSAGES, deadline=None)
@given(st.text(max_size=500) | st.lists(st.sampled_from(ATTACKS)).map("".join))
def test_any_text_of_a_person_is_shown_and_not_obeyed(text: str) -> None:
    asked = question_in(text).text
    counts = [Count(asked, 1)] if asked else []
    counted = Figures(counts, counts, counts)
    view = home_view(
        [INFO], "2026-11-24T00:00:00+00:00", [("g#a", asked)], counted, "en", docs_team=True
    )
    assert view_errors(view.to_dict()) == []
    assert faults(sent(plain(asked or "x"))) == []


_lines = st.builds(
    "{}{}".format,
    st.sampled_from(
        ["", "# ", "## ", "### ", "1. ", "- ", "   - ", "> ", "> [!NOTE]\n> ", "    ", "```\n"]
    ),
    st.sampled_from(ATTACKS)
    | st.text(max_size=80)
    | st.builds(
        "[{}]({})".format,
        st.sampled_from(ATTACKS) | st.just("here"),
        st.sampled_from(
            [
                "javascript:alert(1)",
                "https://",
                "http://[",
                "http://a:99999/",
                "https://desk.example/a|b>",
                "<https://a b>",
                "https://desk.example/" + "x" * 3000,
                "https://user:pw@desk.example",
                "//evil.example",
                "\u202ehttps://x",
                "https://desk.example",
            ]
        ),
    ),
)


@settings(max_examples=MESSAGES, deadline=None)
@given(st.lists(_lines, min_size=1, max_size=12))
def test_any_guide_is_shown_and_not_obeyed(lines: list[str]) -> None:
    markdown = "\n\n".join(lines).encode("utf-8", "replace").decode("utf-8")
    try:
        guide = parse(Document(source="g.md", name="g.md", sha256="0", markdown=markdown))
    except SourceError:
        return
    _check_guide(guide, web_links(markdown))


def test_the_hostile_guide_is_shown_and_not_obeyed() -> None:
    guide = parse(Document(source="g.md", name="g.md", sha256="0", markdown=GUIDE))
    assert len(guide.sections) >= 4
    _check_guide(guide, web_links(GUIDE))


def _check_guide(guide: Guide, links: Collection[str]) -> None:
    headings = [(f"{guide.info.id}#{s.anchor}", s.heading) for s in guide.sections]
    view = home_view(
        [guide.info], "2026-11-24T00:00:00+00:00", headings, Figures(), "en", docs_team=True
    )
    assert view_errors(view.to_dict()) == []
    question = question_in("x")
    for section in guide.sections:
        composed = compose([section], guide.info, "s")
        cited = cite(section, guide.info, "s")
        answer = Answer(
            question=redact("x"),
            language="en",
            decision=Decision.ANSWER,
            confidence=1,
            snapshot="s",
        )
        answers = [
            answer.model_copy(update=vars(composed)),
            answer.model_copy(update={"decision": Decision.CHOOSE, "choices": (cited, cited)}),
            answer.model_copy(update={"decision": Decision.NOT_COVERED, "nearest": (cited,)}),
            answer.model_copy(
                update={
                    "decision": Decision.SMALL_TALK,
                    "talk": "hello",
                    "topics": (guide.info.title,),
                }
            ),
        ]
        for each in answers:
            for message in render(each, question, human=True):
                assert faults(sent(message), links) == []
        blocks = [block.to_dict() for block in problem_blocks([section], guide.info, words("en"))]
        assert faults({"text": "x", "blocks": blocks}, links) == []


def test_hostile_questions_to_a_hostile_guide_by_way_of_slack(
    home: Home, tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    guide = tmp_path / "desk.en.md"
    guide.write_text(GUIDE, "utf-8")
    ingest([guide], home, embeddings)
    asked: dict[str, SentEvent] = {}
    with open_house(home, embeddings, tmp_path / "bot", human_channel="C9") as house:
        slack = house.slack
        slack.add_channel("C9", "helpdesk")
        questions = [*(f"{CANARY} {attack}" for attack in ATTACKS), HUGE[2], HUGE[14], HUGE[18]]
        questions += ["I lost my badge", "the parking gate does not open"]
        for number, text in enumerate(questions):
            slack.add_user(f"U{100 + number}", "somebody", locale="en-US")
            asked[f"U{100 + number}"] = slack.direct_message(f"U{100 + number}", text)
        _press_for_humans(slack, asked)
        house.settle()
        told = house.log
        assert CANARY not in told and "Failure" not in told and "Traceback" not in told
        for call in slack.calls("chat.postMessage"):
            blocks = parsed(call.params["blocks"])
            links, people = web_links(GUIDE), []
            if call.params["channel"] == "C9":
                # Who asked is named to the humans, and nobody else.
                people = list(asked)
                links |= {_permalink(slack, question) for question in asked.values()}
            assert faults({"text": call.params["text"], "blocks": blocks}, links, people) == []


def _press_for_humans(slack: SlackServer, asked: dict[str, SentEvent]) -> None:
    pressed = 0
    for user, question in asked.items():
        message = slack.wait_until(partial(_answer_in, slack, question.channel), 60, "answer")
        if "Ask a human" in json.dumps(message["blocks"]):
            slack.press(question.channel, message, "Ask a human", user)
            pressed += 1
    assert pressed > 10
    slack.wait_for_messages("C9", pressed, timeout=60)


def _answer_in(slack: SlackServer, channel: str) -> dict[str, Any] | None:
    # A warning of a secret may stand before it.
    return next((m for m in slack.bot_messages(channel) if "metadata" in m), None)


def _permalink(slack: SlackServer, asked: SentEvent) -> str:
    return f"{slack.identity.url}archives/{asked.channel}/p{asked.ts.replace('.', '')}"

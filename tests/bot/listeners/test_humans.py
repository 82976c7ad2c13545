"""A question that goes to a human, until it is resolved for both sides."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from testing.slack_server.workspace import Json
from tests.bot.house import House, open_house
from tests.ingesting import ingest

ASKED = "How do I get the door open that is stuck?"
GUIDE = """---
owner: {owner}
---
# Doors

## The door is stuck

1. Push the door with your shoulder.

## The hinge squeaks

Put a drop of oil on the hinge.
"""
Office = tuple[SlackServer, House]


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    known_vectors: Path,
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("humans")
    home = Home(folder / "home")
    home.root.mkdir()
    shutil.copy(known_vectors, home.embedding_cache)
    (folder / "doors.en.md").write_text(GUIDE.format(owner="U0WNER77"), "utf-8")
    ingest([folder / "doors.en.md"], home, embeddings)
    settings = {"human_channel": "C9", "questions_per_minute": "99"}
    with open_house(home, embeddings, folder / "bot", **settings) as house:
        house.slack.add_channel("C9", "helpdesk")
        yield house.slack, house


def hand_over(slack: SlackServer, user: str) -> tuple[str, Json]:
    """Ask in a thread of C1 and press the button; return the thread and the posted question."""
    before = len(slack.bot_messages("C9"))
    sent = slack.mention("C1", user, ASKED)
    (answer,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    slack.press("C1", answer, "Ask a human", user)
    posted = slack.wait_for_messages("C9", before + 1)[-1]

    def told() -> bool:
        here = [e.message for e in slack.ephemerals() if e.user == user]
        return any(m.get("thread_ts") == sent.ts and "passed" in plain(m) for m in here)

    slack.wait_until(told, 30, "what the asker is told")
    return sent.ts, posted


def test_the_owner_of_the_guide_is_named(office: Office) -> None:
    slack, _ = office
    _, posted = hand_over(slack, "U2")
    assert "Guide owner: @U0WNER77" in plain(posted)
    assert "The bot answered with: The door is stuck" in plain(posted)


def test_what_a_human_resolves_is_resolved_for_the_asker(office: Office) -> None:
    slack, _ = office
    thread, posted = hand_over(slack, "U2")
    slack.message("C9", "U4", "Use the other door", thread_ts=posted["ts"])
    note = slack.wait_for_messages("C1", 2, thread_ts=thread)[-1]
    assert "Use the other door" in plain(note) and "[Mark as resolved]" in plain(note)
    slack.press("C9", posted, "Mark as resolved", "U4")
    told = slack.wait_for_messages("C1", 3, thread_ts=thread)[-1]
    assert "@U2, @U4 marked your question as resolved" in plain(told)

    def closed() -> bool:
        now = next(m for m in slack.bot_messages("C9") if m["ts"] == posted["ts"])
        return "✅ Resolved by @U4" in plain(now) and "[Mark as resolved]" not in plain(now)

    slack.wait_until(closed, 30, "the mark on the question")
    # What humans say to each other afterwards is not carried on.
    slack.wait_for_ack(slack.message("C9", "U4", "what a day", thread_ts=posted["ts"]))
    # The button of the note has nothing left to do, and takes itself away.
    slack.press("C1", note, "Mark as resolved", "U2")
    slack.wait_until(
        lambda: "[Mark as resolved]" not in plain(slack.bot_messages("C1", thread)[1]),
        10,
        "no button",
    )
    assert len(slack.bot_messages("C1", thread)) == 3


def test_what_the_asker_resolves_is_resolved_for_the_humans(office: Office) -> None:
    slack, _ = office
    thread, posted = hand_over(slack, "U6")
    slack.message("C9", "U4", "Use the other door", thread_ts=posted["ts"])
    note = slack.wait_for_messages("C1", 2, thread_ts=thread)[-1]
    # Only who asked may, and the humans.
    slack.press("C1", note, "Mark as resolved", "U5")
    slack.press("C1", note, "Mark as resolved", "U6")
    _, *told = slack.wait_for_messages("C9", 2, thread_ts=posted["ts"])
    assert [plain(m) for m in told] == ["@U6 marked this as resolved."]
    slack.wait_until(
        lambda: "✅ Resolved by @U6" in plain(slack.bot_messages("C1", thread)[1]), 30, "the mark"
    )


def test_a_check_mark_resolves_and_the_question_may_go_again(office: Office) -> None:
    slack, _ = office
    thread, posted = hand_over(slack, "U2")
    slack.react("C9", posted["ts"], "U4", "white_check_mark")
    slack.wait_for_messages("C1", 2, thread_ts=thread)
    before = len(slack.bot_messages("C9"))
    answer = slack.bot_messages("C1", thread)[0]
    slack.press("C1", answer, "Ask a human", "U2")
    again = slack.wait_for_messages("C9", before + 1)[-1]
    assert again["ts"] != posted["ts"] and "[Mark as resolved]" in plain(again)

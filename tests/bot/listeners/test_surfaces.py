"""Every surface besides plain questions: a bot in this process, and a loopback Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.memory.forget import forget_person
from bot.memory.history import History
from bot.memory.store import Store
from bot.question import Question
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import answerer_from
from tests.bot.house import House, open_house

LOST_KEY = "I lost my access key or secret key"
KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"
SECRET = "kR8vT2yLm4Qn7Wp1Zs5Xc9Vb3Nd6Fg0Hj+KaLqWe"
Office = tuple[SlackServer, House]


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    sample_home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> Iterator[Office]:
    """A bot with every setting that opens a surface, and its Slack."""
    settings = {
        "human_channel": "C9",
        "auto_answer_channels": "C2",
        "docs_team": "S1",
        "questions_per_minute": "6",
    }
    folder = tmp_path_factory.mktemp("office")
    with open_house(sample_home, embeddings, folder, **settings) as house:
        slack = house.slack
        slack.add_channel("C2", "ask-guide")
        slack.add_channel("C9", "helpdesk")
        for number in range(10, 30):
            slack.add_user(f"U{number}", "person", locale="en-US")
        slack.add_user("U30", "hanako", locale="ja-JP")
        slack.add_user("U31", "person", locale="en-US")
        slack.add_user("U40", "guest", locale="en-US", is_restricted=True)
        slack.add_user("U41", "partner", locale="en-US", team="T0OTHER")
        slack.add_user("U42", "stranger", locale="en-US", is_stranger=True)
        slack.add_user(
            "U43", "colleague", locale="en-US", team="T0OTHER", grid=("T0OTHER", "T0GUIDE")
        )
        slack.add_group("S1", ["U29"])
        yield slack, house


def ask(slack: SlackServer, user: str, text: str) -> tuple[str, dict[str, Any]]:
    before = len(slack.bot_messages(slack.dm_channel(user)))
    sent = slack.direct_message(user, text)
    messages = slack.wait_for_messages(sent.channel, before + 1)
    return sent.channel, messages[-1]


def test_the_whole_section_opens_in_a_modal(office: Office) -> None:
    slack, _ = office
    channel, message = ask(slack, "U10", "I lost my secret key")
    envelope = slack.press(channel, message, "Show the whole section", "U10")
    assert slack.wait_for_ack(envelope).seconds < 3
    view = slack.wait_for_view("U10")
    text = plain(view)
    assert view["title"]["text"].startswith("I lost my access key")
    assert "IAM troubleshooting › " + LOST_KEY in text
    assert "aws iam list-access-keys" in text and "As published: 20" in text
    assert "iam-troubleshooting.en.md, lines 3" in text


def test_feedback_is_kept_and_a_bad_one_may_say_why(
    office: Office,
) -> None:
    slack, house = office
    channel, message = ask(slack, "U11", "I lost my secret key")
    slack.press(channel, message, "Helpful", "U11")
    thanks = slack.wait_for_messages(channel, 2)[-1]
    assert "Thank you" in plain(thanks)
    slack.press(channel, message, "Not helpful", "U11")
    view = slack.wait_for_view("U11")
    slack.submit(view, "U11", {"comment": f"we use {KEY_ID} elsewhere"})
    slack.wait_for_messages(channel, 3)
    (asked,) = [
        a
        for a in History(house.services.store).asked(0)
        if a.text == "I lost my secret key" and a.bad
    ]
    assert (asked.good, asked.bad) == (0, 1)
    for file in house.services.settings.home.root.glob("bot.sqlite*"):
        assert KEY_ID.encode() not in file.read_bytes()


def test_thanks_for_feedback_stay_in_the_thread(office: Office) -> None:
    slack, _ = office
    sent = slack.mention("C1", "U24", "I lost my secret key")
    (message,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    slack.press("C1", message, "Helpful", "U24")
    slack.wait_for_ephemerals("U24", 1)
    slack.press("C1", message, "Not helpful", "U24")
    slack.submit(slack.wait_for_view("U24"), "U24", {"comment": "too long"})
    for thanks in slack.wait_for_ephemerals("U24", 2):
        assert "Thank you" in plain(thanks) and thanks["thread_ts"] == sent.ts


def test_clarify_is_answered_by_a_button(office: Office) -> None:
    slack, _ = office
    channel, message = ask(slack, "U12", "password")
    buttons = [
        element["text"]["text"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert "Which of these" in plain(message)
    assert len(buttons) >= 3 and buttons[-1] == "Ask a human"
    # A choice is named once, by its button.
    assert plain(message).count(buttons[0]) == 1 and buttons[0] in message["text"]
    slack.press(channel, message, buttons[0], "U12")
    slack.wait_until(lambda: "Sources:" in plain(slack.bot_messages(channel)[-1]), 30, "the answer")
    assert len(slack.bot_messages(channel)) == 1
    assert plain(slack.bot_messages(channel)[0]).startswith(buttons[0])


def test_a_human_gets_the_question_once_and_the_person_a_note(
    office: Office,
) -> None:
    slack, _ = office
    channel, message = ask(slack, "U13", "how do I reset my Salesforce password <!channel> & co")
    slack.press(channel, message, "Ask a human", "U13")
    (passed_on,) = slack.wait_for_messages("C9", 1)
    assert "Salesforce password" in plain(passed_on) and "no answer" in plain(passed_on)
    assert "<!channel>" not in json.dumps(passed_on)
    slack.wait_for_messages(channel, 2)
    slack.press(channel, message, "Ask a human", "U13")
    assert "already" in plain(slack.wait_for_messages(channel, 3)[-1])
    assert len(slack.bot_messages("C9")) == 1
    slack.react("C9", passed_on["ts"], "U29")
    note = slack.wait_for_messages(channel, 4)[-1]
    assert "looking into it" in plain(note)
    slack.wait_until(
        lambda: "Picked up by" in plain(slack.bot_messages("C9")[0]),
        10,
        "the mark on the question",
    )
    slack.react("C9", passed_on["ts"], "U28", "tada")
    # The asker's own words there are none of a human who helps; a file is.
    slack.message("C9", "U13", "please!", thread_ts=passed_on["ts"])
    slack.message(
        "C9",
        "U29",
        "Use the portal",
        thread_ts=passed_on["ts"],
        subtype="file_share",
        extra={"files": []},
    )
    brought = plain(slack.wait_for_messages(channel, 5)[-1])
    assert "@U29 replied: " in brought and "> Use the portal" in brought
    slack.mention("C9", "U28", "I lost my secret key", thread_ts=passed_on["ts"])
    answered = slack.wait_for_messages("C9", 2, thread_ts=passed_on["ts"])
    assert plain(answered[-1]).startswith(LOST_KEY)


def test_a_secret_is_warned_of_and_kept_nowhere(office: Office) -> None:
    slack, house = office
    sent = slack.mention("C1", "U14", f"I lost the key that goes with {KEY_ID} {SECRET}")
    (warning,) = slack.wait_for_ephemerals("U14")
    text = plain(warning)
    assert "Treat it as leaked" in text and "AWS access key, AWS secret key" in text
    assert "[1]" in text and "Sources: IAM troubleshooting" in text
    (answer,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    assert plain(answer).startswith(LOST_KEY)
    posted = json.dumps([call.params for call in slack.calls() if call.method != "auth.test"])
    assert KEY_ID not in posted and SECRET not in posted
    for file in house.services.settings.home.root.glob("bot.sqlite*"):
        assert KEY_ID.encode() not in file.read_bytes()
        assert SECRET.encode() not in file.read_bytes()


def test_the_command_answers_privately_and_can_be_shared(
    office: Office,
) -> None:
    slack, _ = office
    envelope = slack.command("C1", "U15", "/guide", "I lost my secret key")
    assert slack.wait_for_ack(envelope).seconds < 3
    (answer,) = slack.wait_for_ephemerals("U15")
    assert plain(answer).startswith(LOST_KEY)
    before = len(slack.bot_messages("C1"))
    slack.press("C1", answer, "Post to the channel", "U15", ephemeral=True)
    asked, posted = slack.wait_for_messages("C1", before + 2)[-2:]
    assert plain(asked) == "@U15\n> I lost my secret key"
    assert plain(posted).startswith(LOST_KEY)
    slack.press("C1", answer, "Show the whole section", "U15", ephemeral=True)
    assert "aws iam list-access-keys" in plain(slack.wait_for_view("U15"))
    slack.command("C1", "U15", "/guide", " ")
    assert "Ask a question" in plain(slack.wait_for_ephemerals("U15", 2)[-1])


def test_a_command_that_is_unclear_is_answered_by_a_button(
    office: Office,
) -> None:
    slack, _ = office
    slack.add_channel("C7", "elsewhere", is_member=False)
    slack.command("C7", "U26", "/guide", "password")
    (asked,) = slack.wait_for_ephemerals("U26")
    assert "Which of these" in plain(asked)
    choice = next(e for b in asked["blocks"] for e in b.get("elements", []) if "value" in e)
    label = choice["text"]["text"]
    slack.press("C7", asked, label, "U26", ephemeral=True)
    answer = slack.wait_for_ephemerals("U26", 2)[-1]
    assert plain(answer).startswith(label) and answer["replace_original"]
    # The bot is no member of the channel, and the answer gets there all the same.
    slack.press("C7", answer, "Post to the channel", "U26", ephemeral=True)
    public = slack.wait_for_ephemerals("U26", 4)[2:]
    assert [message["response_type"] for message in public] == ["in_channel"] * 2
    assert plain(public[0]) == "@U26\n> password" and plain(public[1]).startswith(label)


def test_a_command_is_passed_on_to_a_human_and_rated_where_the_bot_is_no_member(
    office: Office,
) -> None:
    slack, house = office
    slack.add_channel("C8", "far away", is_member=False)
    before = len(slack.bot_messages("C9"))
    slack.command("C8", "U31", "/guide", "how do I reset my Dropbox password")
    (nothing,) = slack.wait_for_ephemerals("U31")
    slack.press("C8", nothing, "Ask a human", "U31", ephemeral=True)
    passed_on = slack.wait_for_messages("C9", before + 1)[-1]
    assert "Dropbox password" in plain(passed_on)
    slack.wait_for_ephemerals("U31", 2)
    slack.react("C9", passed_on["ts"], "U29")
    # Nobody else saw the question, so the note is in a direct message.
    slack.wait_until(lambda: "Picked up by" in plain(slack.bot_messages("C9")[-1]), 30, "the mark")
    (note,) = [c for c in slack.calls("chat.postMessage") if c.params["channel"] == "U31"]
    assert "looking into it" in json.dumps(note.params["blocks"])
    slack.command("C8", "U31", "/guide", "I lost my secret key")
    answer = slack.wait_for_ephemerals("U31", 3)[-1]
    assert "Ask a human" in json.dumps(answer["blocks"])
    good = next(b for b in answer["blocks"] if b["type"] == "context_actions")["elements"][0]
    slack.press("C8", answer, good["positive_button"]["text"]["text"], "U31", ephemeral=True)
    slack.wait_for_ephemerals("U31", 4)
    asked = [a for a in History(house.services.store).asked(0) if a.user == "U31"]
    assert [a.good for a in asked] == [0, 1] and [a.escalated for a in asked] == [True, False]


def test_a_direct_message_is_answered_after_the_one_before_it(
    office: Office,
) -> None:
    slack, _ = office
    slack.delay_next("users.info", 1.5)
    first = slack.direct_message("U27", "I lost my secret key")
    slack.direct_message("U27", "policy variables don't work", thread_ts=first.ts)
    one, two = slack.wait_for_messages(first.channel, 2)
    assert plain(one).startswith(LOST_KEY) and not plain(two).startswith(LOST_KEY)


def test_the_shortcut_answers_somebodys_message_in_its_thread(
    office: Office,
) -> None:
    slack, _ = office
    sent = slack.message("C1", "U16", "my policy change does not show up")
    message = next(m for m in slack.messages("C1") if m["ts"] == sent.ts)
    slack.shortcut("C1", message, "U17", "answer_from_guide")
    (answer,) = slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    assert plain(answer).startswith("My change does not show up")


def test_app_home_and_prompts(office: Office) -> None:
    slack, _ = office
    slack.open_home("U18")
    text = plain(slack.wait_for_view("U18"))
    assert "IAM troubleshooting" in text and "Published 20" in text and "Try these" in text
    assert "Not covered" not in text
    home = slack.views("U18")[-1]
    slack.press("", {**home, "ts": ""}, LOST_KEY, "U18")
    assert "aws iam list-access-keys" in plain(slack.wait_for_view("U18", 2))
    slack.open_home("U29")
    assert "Not covered" in plain(slack.wait_for_view("U29"))
    slack.open_home("U30")
    assert "答えられるガイド" in plain(slack.wait_for_view("U30"))
    slack.open_home("U30", tab="messages")
    slack.wait_until(
        lambda: slack.calls("assistant.threads.setSuggestedPrompts"), 30, "suggested prompts"
    )
    prompts = slack.calls("assistant.threads.setSuggestedPrompts")[-1].params["prompts"]
    assert "シークレット" in json.dumps(prompts, ensure_ascii=False)


def test_a_channel_is_answered_unasked_only_when_sure(office: Office) -> None:
    slack, house = office
    slack.message("C2", "U19", "anybody up for lunch?")
    slack.message("C2", "U19", "<@U20> I lost my secret key")
    sure = slack.message("C2", "U19", "I lost my secret key")
    (answer,) = slack.wait_for_messages("C2", 1)
    assert answer["thread_ts"] == sure.ts
    slack.message("C1", "U19", "I lost my secret key")
    ask(slack, "U19", "I lost my secret key")
    house.settle()
    assert len(slack.bot_messages("C2")) == 1


def test_follow_ups_are_understood_with_what_was_asked_before(
    office: Office,
) -> None:
    slack, _ = office
    sent = slack.mention("C1", "U21", "I lost my secret key")
    slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    slack.message("C1", "U21", "and with the cli?", thread_ts=sent.ts)
    answer = slack.wait_for_messages("C1", 2, thread_ts=sent.ts)[-1]
    assert plain(answer).startswith("It's in the section I gave you above")
    assert LOST_KEY in plain(answer)
    slack.message("C1", "U21", "how do I reset my Dropbox password?", thread_ts=sent.ts)
    answer = slack.wait_for_messages("C1", 3, thread_ts=sent.ts)[-1]
    assert "couldn't find an answer" in plain(answer)


def test_a_thread_of_the_agent_pane_gets_a_name(office: Office) -> None:
    slack, _ = office
    first = slack.direct_message("U25", "hello")
    slack.direct_message("U25", "I lost my secret key", thread_ts=first.ts)
    slack.direct_message("U25", "how do I delete an MFA device?", thread_ts=first.ts)
    slack.wait_for_messages(first.channel, 3)

    def titles() -> list[str]:
        named = [c.params for c in slack.calls("assistant.threads.setTitle")]
        return [p["title"] for p in named if p["thread_ts"] == first.ts]

    assert slack.wait_until(titles, 30, "a title") == ["I lost my secret key"]


def test_an_answer_that_takes_a_while_is_announced(
    slack: SlackServer, sample: KnowledgeBase, tmp_path: Path
) -> None:
    slack.add_group("S1", ["U2"])
    slack.delay_next("usergroups.users.list", 1.5)
    sent = slack.direct_message("U2", "I lost my secret key", deliver=False)
    answerer = answerer_from(sample, Store(tmp_path / "bot.sqlite"), allowed_groups="S1")
    question = Question(
        channel=sent.channel, ts=sent.ts, user="U2", text=redact("I lost my secret key")
    )
    assert answerer.claim(question)
    answerer.answer(question, WebClient("xoxb-test", base_url=slack.api_url))
    told = [call.params["status"] for call in slack.calls("assistant.threads.setStatus")]
    assert told == ["is looking in “IAM troubleshooting”…", ""]
    assert len(slack.bot_messages(sent.channel)) == 1


def test_guests_and_partners_are_told_that_they_may_not(
    office: Office,
) -> None:
    slack, _ = office
    for user in ("U40", "U41", "U42"):
        _, message = ask(slack, user, "I lost my secret key")
        assert "not allowed to answer" in plain(message)
    _, message = ask(slack, "U43", "I lost my secret key")
    assert plain(message).startswith(LOST_KEY)


def test_too_many_questions_are_slowed_down_kindly(office: Office) -> None:
    slack, _ = office
    channel = slack.dm_channel("U22")
    for number in range(8):
        slack.direct_message("U22", f"I lost my secret key {number}")
    texts = [plain(message) for message in slack.wait_for_messages(channel, 8)]
    assert sum("a lot of questions" in text for text in texts) == 2


def test_a_person_is_forgotten(office: Office) -> None:
    slack, house = office
    ask(slack, "U23", "I lost my secret key for good")
    # What came of a question is written when the answer stands in Slack.
    house.settle()
    kept = house.services.store
    assert any(a.text.endswith("for good") for a in History(kept).asked(0))
    assert forget_person(kept, "U23") == 1
    assert not any(a.text.endswith("for good") for a in History(kept).asked(0))

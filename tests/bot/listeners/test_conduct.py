"""The bot speaks when it was asked, and leaves people to each other otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.memory.history import History
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from testing.slack_server.workspace import Json
from tests.bot.house import House, open_house

LOST_KEY = "I lost my access key or secret key"
LOST_KEY_JA = "アクセスキー・シークレットキーをなくした"
DELETE_MFA = "aws iam delete-virtual-mfa-device"
Office = tuple[SlackServer, House]


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory,
    sample_home: Home,
    embeddings: SentenceTransformerEmbeddings,
) -> Iterator[Office]:
    settings = {"human_channel": "C9", "auto_answer_channels": "C2", "questions_per_minute": "99"}
    folder = tmp_path_factory.mktemp("conduct")
    with open_house(sample_home, embeddings, folder, **settings) as house:
        house.slack.add_channel("C2", "ask-guide")
        house.slack.add_channel("C9", "helpdesk")
        yield house.slack, house


@pytest.fixture
def thread(office: Office) -> str:
    """A thread in which U2 was answered."""
    slack, _ = office
    sent = slack.mention("C1", "U2", "I lost my secret key")
    slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    return sent.ts


def say(slack: SlackServer, thread: str, user: str, *texts: str) -> None:
    for text in texts:
        slack.wait_for_ack(slack.message("C1", user, text, thread_ts=thread))


def said(office: Office, thread: str, count: int = 1) -> Json:
    """The bot's last message in a thread, when it is the count-th and nothing follows."""
    quiet(office, thread, count)
    slack, _ = office
    return slack.bot_messages("C1", thread)[-1]


def quiet(office: Office, thread: str, count: int = 1) -> None:
    """Check that the bot has said so much in a thread, and no more."""
    slack, house = office
    house.settle()
    texts = [plain(m) for m in slack.bot_messages("C1", thread)]
    assert len(texts) == count, texts[count:]


def labels(message: Json) -> list[str]:
    return [
        element["text"]["text"]
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_what_two_people_say_to_each_other_is_theirs(office: Office, thread: str) -> None:
    slack, house = office
    say(slack, thread, "U4", "did you try to rotate the key?")
    say(slack, thread, "U2", "yes, didn't help", "it still says access denied")
    say(slack, thread, "U4", "what about the policy variables?", "I had that last week")
    say(slack, thread, "U2", "how do I see those?", "policy variables don't work, I think")
    say(slack, thread, "U4", "lunch?")
    quiet(office, thread)
    kept = [a.text for a in History(house.services.store).asked(0) if a.user == "U4"]
    assert kept == []
    # Mentioned, it is back.
    slack.mention("C1", "U2", "policy variables don't work", thread_ts=thread)
    assert '"Version": "2012-10-17"' in plain(said(office, thread, 2))
    say(slack, thread, "U2", "how do I delete an MFA device?")
    assert DELETE_MFA in plain(said(office, thread, 3))


def test_somebody_else_is_answered_who_plainly_asks_about_another_problem(
    office: Office, thread: str
) -> None:
    slack, _ = office
    say(slack, thread, "U4", "how do I delete an MFA device?")
    assert DELETE_MFA in plain(said(office, thread, 2))
    say(slack, thread, "U2", "policy variables don't work")
    assert '"Version": "2012-10-17"' in plain(said(office, thread, 3))
    # The same problem is left to the people.
    say(slack, thread, "U6", "how do I get a lost secret key back?")
    quiet(office, thread, 3)


@pytest.mark.parametrize(
    "text",
    [
        ":+1:",
        "👍 :tada:",
        "np",
        "+1",
        "lunch?",
        "what's for lunch?",
        "ok, let me check",
        "了解です",
    ],
)
def test_what_wants_no_answer_gets_none(office: Office, thread: str, text: str) -> None:
    slack, _ = office
    say(slack, thread, "U2", text)
    say(slack, thread, "U4", "thanks", "thank you!")
    quiet(office, thread)


def test_a_human_who_is_named_has_the_thread(office: Office, thread: str) -> None:
    slack, _ = office
    say(slack, thread, "U4", "<@U2> use the console, then it works")
    say(slack, thread, "U2", "how do I delete an MFA device?")
    quiet(office, thread)


def test_thanks_get_a_short_word(office: Office, thread: str) -> None:
    slack, _ = office
    say(slack, thread, "U2", "thanks!")
    assert plain(said(office, thread, 2)).startswith("You're welcome")


@pytest.mark.parametrize(
    ("text", "word"),
    [("stop", "I'll stay quiet in this thread"), ("やめて", "このスレッドでの返信を控えます")],
)
def test_stop_is_heeded(office: Office, thread: str, text: str, word: str) -> None:
    slack, _ = office
    say(slack, thread, "U2", text, "how do I delete an MFA device?")
    assert word in plain(said(office, thread, 2))


def test_no_gets_the_other_candidates_and_a_human(office: Office, thread: str) -> None:
    slack, house = office
    say(slack, thread, "U2", "no, that's not it")
    offered = said(office, thread, 2)
    assert plain(offered).startswith("Sorry about that. Is it one of these?")
    *others, human = labels(offered)
    assert human == "Ask a human" and 2 <= len(others) <= 3 and LOST_KEY not in others
    slack.press("C1", offered, others[0], "U2")
    slack.wait_until(
        lambda: "Sources:" in plain(slack.bot_messages("C1", thread)[-1]), 30, "the answer"
    )
    (asked,) = [a for a in History(house.services.store).asked(0) if a.place.ts == thread]
    assert asked.bad == 1


def test_no_in_japanese(office: Office) -> None:
    slack, _ = office
    sent = slack.mention("C1", "U1", "シークレットキーをなくした")
    slack.wait_for_messages("C1", 1, thread_ts=sent.ts)
    say(slack, sent.ts, "U1", "それじゃない")
    offered = said(office, sent.ts, 2)
    assert plain(offered).startswith("失礼しました") and labels(offered)[-1] == "担当者に聞く"
    assert LOST_KEY_JA not in labels(offered)


def test_a_section_is_given_once_in_a_conversation(office: Office, thread: str) -> None:
    slack, _ = office
    slack.mention("C1", "U4", "I lost my access key", thread_ts=thread)
    again = said(office, thread, 2)
    text = plain(again)
    assert text.startswith("It's in the section I gave you above") and LOST_KEY in text
    assert "List your keys" not in text
    first = slack.bot_messages("C1", thread)[0]
    assert f"p{first['ts'].replace('.', '')}" in text
    assert "Show the whole section" in labels(again) and len(labels(again)) > 2


def test_small_words_in_direct_messages(office: Office) -> None:
    slack, _ = office
    sent = slack.direct_message("U6", "I lost my secret key")
    slack.wait_for_messages(sent.channel, 1, thread_ts=sent.ts)
    slack.direct_message("U6", ":+1:", thread_ts=sent.ts)
    slack.direct_message("U6", "ok", thread_ts=sent.ts)
    slack.direct_message("U6", "that's not it", thread_ts=sent.ts)
    offered = slack.wait_for_messages(sent.channel, 2, thread_ts=sent.ts)[-1]
    assert "one of these" in plain(offered)
    slack.direct_message("U6", "stop", thread_ts=sent.ts)
    assert plain(slack.wait_for_messages(sent.channel, 3)[-1]).startswith("All right.")
    slack.direct_message("U6", "I lost my secret key")
    assert plain(slack.wait_for_messages(sent.channel, 4)[-1]).startswith(LOST_KEY)


def test_a_channel_that_is_answered_unasked_is_left_to_its_threads(office: Office) -> None:
    slack, house = office
    root = slack.message("C2", "U4", "shall we meet at three?")
    slack.wait_for_ack(
        slack.message("C2", "U6", "how do I delete an MFA device?", thread_ts=root.ts)
    )
    sure = slack.message("C2", "U4", "I lost my secret key")
    slack.wait_for_messages("C2", 1, thread_ts=sure.ts)
    slack.message("C2", "U4", "how do I delete an MFA device?", thread_ts=sure.ts)
    slack.wait_for_messages("C2", 2, thread_ts=sure.ts)
    house.settle()
    assert slack.bot_messages("C2", root.ts) == []


def test_an_edited_question_is_answered_anew_in_place(office: Office, thread: str) -> None:
    slack, house = office
    bot = slack.identity.bot_user_id
    slack.edit("C1", thread, f"<@{bot}> how do I delete an MFA device?", "U2")
    slack.wait_until(
        lambda: DELETE_MFA in plain(slack.bot_messages("C1", thread)[0]), 30, "the other answer"
    )
    quiet(office, thread)
    # What was never answered is left alone.
    alone = slack.message("C1", "U2", "hello everybody")
    slack.wait_for_ack(slack.edit("C1", alone.ts, "I lost my secret key"))
    house.settle()
    assert slack.bot_messages("C1", alone.ts) == []

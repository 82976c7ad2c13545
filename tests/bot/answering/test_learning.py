"""People teach the bot in Slack: a bot, a loopback Slack, several people."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.answering.learning import Learner, LearningMode
from bot.memory.forget import forget_person
from bot.memory.lessons import Lessons
from bot.memory.store import Outcome, Store
from bot.question import Place, Question, Surface
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from testing.slack_server import SlackServer, plain
from tests.bot.conftest import Bot, start_one
from tests.bot.house import House, open_house
from tests.command import guidebot
from tests.ingesting import ingest
from tests.kb.wordings.test_learned import ASKED, GUIDE, LATHE, SAW

pytestmark = pytest.mark.e2e

HEADING = "The lathe does not start"
# The bot looks for what people taught every two seconds.
_LEARNT_SECONDS = 15


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory,
    models: Path,
    embeddings: SentenceTransformerEmbeddings,
) -> Home:
    """A home folder with the workshop's guide, whose file lies beside it."""
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "home").mkdir()
    (folder / "home" / "models").symlink_to(models)
    (folder / "workshop.md").write_text(GUIDE, "utf-8")
    home = Home(folder / "home")
    ingest([folder / "workshop.md"], home, embeddings)
    return home


@pytest.fixture
def workshop(published: Home, tmp_path: Path) -> Iterator[tuple[SlackServer, Bot]]:
    """A bot that knows the workshop's guide."""
    settings = {"HUMAN_CHANNEL": "C9", "DOCS_TEAM": "U4"}
    with start_one(tmp_path, published, settings) as (slack, bot):
        slack.add_channel("C9", "helpdesk")
        yield slack, bot


@pytest.fixture
def house(
    published: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> Iterator[House]:
    """The same in this process."""
    settings = {"human_channel": "C9", "docs_team": "U4"}
    with open_house(published, embeddings, tmp_path / "home", **settings) as found:
        found.slack.add_channel("C9", "helpdesk")
        yield found


def choose(slack: SlackServer, user: str, question: str, heading: str = HEADING) -> None:
    """Ask, and press the button with a heading."""
    channel, before = slack.dm_channel(user), len(slack.bot_messages(slack.dm_channel(user)))
    slack.direct_message(user, question)
    message = slack.wait_for_messages(channel, before + 1)[-1]
    slack.press(channel, message, heading, user)
    slack.wait_until(lambda: "Sources:" in plain(slack.bot_messages(channel)[-1]), 30, "the answer")


def confidence(slack: SlackServer, bot: Bot, user: str) -> float:
    """Ask, and return how sure the bot was."""
    before = len(slack.bot_messages(slack.dm_channel(user)))
    sent = slack.direct_message(user, ASKED[2])
    slack.wait_for_messages(slack.dm_channel(user), before + 1)
    outcome = Store(bot.home.database).outcome(sent.channel, sent.ts)
    assert outcome
    return outcome.confidence if outcome.section == LATHE else 0.0


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LEARNT_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def gaps(home: Home, *arguments: str) -> str:
    done = guidebot("gaps", *arguments, GUIDEBOT_HOME=str(home.root))
    assert done.returncode == 0, done.stderr
    return done.stdout


def home_of(slack: SlackServer, user: str) -> dict[str, Any]:
    before = len(slack.views(user))
    slack.open_home(user)
    return {**slack.wait_for_view(user, before + 1), "ts": ""}


def test_what_two_people_choose_is_learned_listed_and_removed(
    workshop: tuple[SlackServer, Bot],
) -> None:
    slack, bot = workshop
    unlearned = confidence(slack, bot, "U2")
    choose(slack, "U2", ASKED[0])
    choose(slack, "U6", ASKED[1])
    wait_until(lambda: confidence(slack, bot, "U2") > unlearned)

    report = json.loads(gaps(bot.home, "wordings", "--json"))
    assert {row["text"]: row["standing"] for row in report["taught"]} == {
        ASKED[0]: "counts",
        ASKED[1]: "counts",
    }
    assert [row["heading"] for row in report["reached"]] == [HEADING]
    assert "Booking a machine" in report["never"]

    # One is removed on the command line, the other in App Home.
    first = next(row["id"] for row in report["taught"] if row["text"] == ASKED[0])
    assert gaps(bot.home, "remove", first) == f"Removed: {ASKED[0]}\n"
    wait_until(lambda: ASKED[0] not in plain(home_of(slack, "U4")))
    shown = home_of(slack, "U4")
    assert f"{ASKED[1]} → {HEADING}" in plain(shown)
    slack.press("", shown, "Remove", "U4")
    wait_until(lambda: ASKED[1] not in plain(home_of(slack, "U4")))
    wait_until(lambda: confidence(slack, bot, "U2") == unlearned)


def test_what_is_learned_goes_into_the_guides_own_file(house: House, published: Home) -> None:
    choose(house.slack, "U2", ASKED[0])
    choose(house.slack, "U6", ASKED[1])
    house.settle()
    home = house.services.settings.home
    home.snapshots.symlink_to(published.snapshots)
    home.models.symlink_to(published.models.resolve())
    guide = published.root.parent / "workshop.md"
    before = guide.read_text("utf-8")
    gaps(home, "export")
    assert all(text in guide.read_text("utf-8") for text in ASKED[:2])
    guide.write_text(before, "utf-8")


def test_a_human_who_names_the_section_teaches_it(house: House) -> None:
    slack = house.slack
    channel = slack.dm_channel("U2")
    slack.direct_message("U2", ASKED[0])
    slack.press(channel, slack.wait_for_messages(channel, 1)[-1], "Ask a human", "U2")
    slack.wait_for_messages(channel, 2)  # which says that it was passed on
    (posted,) = slack.wait_for_messages("C9", 1)
    slack.message("C9", "U6", f"See “{HEADING}”, that is it.", thread_ts=posted["ts"])
    house.settle()
    lessons = Lessons(house.services.store).all()
    assert [each.problem for each in lessons if each.person == "U6"] == [LATHE]


def test_what_a_person_asked_and_said_is_forgotten_with_them(tmp_path: Path) -> None:
    store = Store(tmp_path / "bot.sqlite")
    lessons = Lessons(store)
    for number, user in enumerate(("U1", "U2")):
        question = Question(
            channel="C1",
            ts=f"{number}.0",
            user=user,
            text=redact(ASKED[number]),
            surface=Surface.DIRECT,
        )
        store.claim(question)
        outcome = Outcome(
            text=question.text,
            language="en",
            decision="choose",
            confidence=0.1,
            section=SAW,
            snapshot="s",
        )
        store.finish("C1", question.ts, outcome)
    first, second = Place(channel="C1", ts="0.0"), Place(channel="C1", ts="1.0")
    lessons.record_choice(first, "U2", LATHE)
    lessons.record_choice(second, "U2", LATHE)
    lessons.record_choice(second, "U3", SAW)
    version = lessons.version()
    assert {(each.problem, each.text, each.good) for each in lessons.all()} == {
        (LATHE, ASKED[0], True),
        (LATHE, ASKED[1], True),
        (SAW, ASKED[0], False),
        (SAW, ASKED[1], False),
        (SAW, ASKED[1], True),
    }
    forget_person(store, "U1")
    assert {each.text for each in lessons.all()} == {ASKED[1]}
    assert lessons.version() != version
    forget_person(store, "U2")
    assert lessons.all() == []


def test_a_rating_teaches_and_may_be_taken_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "bot.sqlite")
    lessons = Lessons(store)
    words = redact(f"{ASKED[0]}, says <@U0HANAKO1>")
    store.claim(Question(channel="C1", ts="0.0", user="U1", text=words, surface=Surface.DIRECT))
    outcome = Outcome(
        text=words, language="en", decision="answer", confidence=1, section=LATHE, snapshot="s"
    )
    store.finish("C1", "0.0", outcome)
    place = Place(channel="C1", ts="0.0")
    lessons.record_rating(place, "U2", good=True)
    lessons.record_rating(place, "U2", good=False)
    (one,) = lessons.all()
    assert (one.problem, one.good) == (LATHE, False)
    assert not re.search("HANAKO", one.text)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE lessons SET text = X'FF'"))
    assert lessons.all() == []


@pytest.mark.parametrize(
    ("learning", "joined", "noted"),
    [
        (LearningMode.PEOPLE, False, 1),
        (LearningMode.DOCS_TEAM, False, 1),
        (LearningMode.OFF, False, 0),
        (LearningMode.PEOPLE, True, 0),  # "and on a Mac?" says too little by itself
    ],
)
def test_what_is_noted_of_a_rating(
    tmp_path: Path, sample: KnowledgeBase, learning: LearningMode, joined: bool, noted: int
) -> None:
    store = Store(tmp_path / "bot.sqlite")
    lessons = Lessons(store)
    words = redact(ASKED[0])
    store.claim(Question(channel="C1", ts="0.0", user="U1", text=words, surface=Surface.DIRECT))
    outcome = Outcome(
        text=words,
        language="en",
        decision="answer",
        confidence=1,
        section=LATHE,
        snapshot="s",
        joined=joined,
    )
    store.finish("C1", "0.0", outcome)
    learner = Learner(sample, lessons, learning)
    learner.record_rating(Place(channel="C1", ts="0.0"), "U2", good=True)
    assert len(lessons.all()) == noted


def test_a_failing_database_costs_nobody_their_answer(
    tmp_path: Path, sample: KnowledgeBase, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "bot.sqlite")
    learner = Learner(sample, Lessons(store), LearningMode.PEOPLE)
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE lessons"))
        connection.execute(text("DROP TABLE questions"))
    learner.record_rating(Place(channel="C1", ts="0.0"), "U2", good=True)
    learner.refresh()
    assert "could not be recorded" in caplog.text and "Learning from people failed" in caplog.text

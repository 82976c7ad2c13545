"""`/guide`, whose answers are as few as Slack takes, and are shared with their buttons."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from tests.bot.house import House
from tests.ingesting import ingest

ASKED = "how do I wind up the tower clock?"
STEP = "Turn the crank of wheel number {n} until the pawl falls in, and count the {n} clicks aloud."
CARE = "Never reach into the gear, " * 8 + "and breathe."
KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"


@pytest.fixture(scope="module")
def clocks(
    tmp_path_factory: pytest.TempPathFactory,
    embeddings: SentenceTransformerEmbeddings,
    known_vectors: Path,
) -> KnowledgeBase:
    """Answers from a guide with one long section."""
    folder = tmp_path_factory.mktemp("clocks")
    lines = "\n".join(
        f"{n}. {STEP.format(n=n)}\n\n   ```\nwheel --turn {n}\n   ```" for n in range(1, 90)
    )
    guide = folder / "clock.en.md"
    guide.write_text(f"# Tower clock\n\n## How to wind up the tower clock\n\n{lines}\n", "utf-8")
    home = Home(folder / "home")
    home.root.mkdir()
    shutil.copy(known_vectors, home.embedding_cache)
    ingest([guide], home, embeddings)
    return KnowledgeBase(home, embeddings)


@pytest.fixture
def house(slack: SlackServer, clocks: KnowledgeBase, tmp_path: Path) -> Iterator[House]:
    slack.add_channel("C9", "helpdesk")
    found = House(slack, clocks, tmp_path / "bot", human_channel="C9")
    yield found
    found.close()


def test_the_longest_answer_is_within_five_uses(slack: SlackServer, house: House) -> None:
    slack.command("C1", "U2", "/guide", f"{ASKED} {KEY_ID}")
    house.close()
    told = [e.message for e in slack.ephemerals()]
    # One more takes the call away when it is shared.
    assert 2 <= len(told) <= 4 and slack.violations == []
    assert "Treat it as leaked" in plain(told[0])
    assert plain(told[1]).startswith("How to wind up the tower clock")
    assert "Not shown here" in plain(told[-1]) and "[Show the whole section]" in plain(told[-1])


@pytest.mark.parametrize("member", [True, False])
def test_what_is_shared_has_its_buttons(slack: SlackServer, house: House, member: bool) -> None:
    slack.add_channel("C5", "somewhere", is_member=member)
    slack.command("C5", "U2", "/guide", ASKED)
    answer = slack.wait_for_ephemerals("U2")[-1]
    shareable = next(
        m for m in slack.wait_for_ephemerals("U2") if "[Post to the channel]" in plain(m)
    )
    seen = len(slack.ephemerals())
    slack.press("C5", shareable, "Post to the channel", "U2", ephemeral=True)
    house.close()
    if member:
        public = slack.bot_messages("C5")
    else:
        public = [e.message for e in slack.ephemerals()[seen:]]
        assert {m["response_type"] for m in public} == {"in_channel"}
    assert answer and plain(public[0]) == f"@U2\n> {ASKED}"
    assert "[Show the whole section] [Ask a human]\n[Helpful] [Not helpful]" in plain(public[-1])
    assert "[Post to the channel]" not in plain(public[-1])

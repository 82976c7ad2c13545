"""What is old is forgotten, and people: `guidebot forget`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bot.memory.forget import forget_older_than, forget_person
from bot.memory.store import Outcome, Store
from bot.question import Question
from kb.paths import Home
from kb.question.redact import redact
from tests.bot.conftest import GUIDEBOT
from tests.command import Ended, guidebot

WORDS = "my very own words about a key"


@pytest.fixture
def known(tmp_path: Path) -> Home:
    """A home folder where two people have asked, and said something of the answers."""
    home = Home(tmp_path / "home")
    store = Store(home.database)
    outcome = Outcome(
        text=redact(WORDS),
        language="en",
        decision="answer",
        confidence=1,
        section=None,
        snapshot="s",
    )
    for number, user in enumerate(("U1", "U1", "U2")):
        ts = f"{number}.0"
        store.claim(Question(channel="C1", ts=ts, thread_ts=None, user=user, text=redact(WORDS)))
        store.finish("C1", ts, outcome if user == "U1" else None)
    store.rate("C1", "0.0", "U1", good=False, comment=redact(WORDS))
    store.rate("C1", "0.0", "U2", good=True)
    store.close()
    return home


def forget(home: Home, *arguments: str) -> Ended:
    return guidebot("forget", *arguments, GUIDEBOT_HOME=str(home.root))


def test_a_person_is_forgotten_and_others_are_not(known: Home) -> None:
    assert WORDS.encode() in known.database.read_bytes()
    result = forget(known, "U1", "--yes")
    assert (result.returncode, result.stdout) == (0, "Deleted 3 entries about U1.\n"), result.stderr
    # Nor do the words lie on in the file.
    for file in known.root.iterdir():
        assert WORDS.encode() not in file.read_bytes(), file
    assert forget(known, "U1", "--yes").stdout == "Deleted 0 entries about U1.\n"
    assert forget(known, "U2", "--yes").stdout == "Deleted 2 entries about U2.\n"


@pytest.mark.parametrize("stdin", ["n\n", ""])
def test_it_asks_first(known: Home, stdin: str) -> None:
    result = guidebot("forget", "U1", stdin=stdin, GUIDEBOT_HOME=str(known.root))
    assert result.returncode == 1 and "Deleted" not in result.stdout
    assert "U1" in result.stderr and "Traceback" not in result.stderr
    assert forget(known, "U1", "--yes").stdout.startswith("Deleted 3 ")


@pytest.mark.e2e
def test_in_a_process_of_its_own_only_the_result_is_printed(known: Home) -> None:
    done = subprocess.run(
        [GUIDEBOT, "forget", "U1"],
        env={**os.environ, "GUIDEBOT_HOME": str(known.root)},
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "Deleted 3 entries about U1."


@pytest.mark.parametrize("user", ["hanako", "@U1", "u1", "C1", "U1' OR '1'='1"])
def test_what_is_no_member_id_is_refused(known: Home, user: str) -> None:
    result = forget(known, user, "--yes")
    assert result.returncode == 2 and "not a member ID" in result.stderr
    assert forget(known, "U1", "--yes").stdout.startswith("Deleted 3 ")


def test_a_wrong_folder_is_not_taken_for_nothing_kept(tmp_path: Path) -> None:
    result = forget(Home(tmp_path / "none"), "U1", "--yes")
    assert result.returncode == 1 and "GUIDEBOT_HOME" in result.stderr
    assert not (tmp_path / "none").exists()


def test_while_the_bot_runs_nothing_lies_on_in_its_log_of_changes(known: Home) -> None:
    running = Store(known.database)
    running.claim(Question(channel="C1", ts="9.1", user="U1", text=redact(WORDS)))
    log = known.database.with_name("bot.sqlite-wal")
    assert WORDS.encode() in log.read_bytes()
    other = Store(known.database)
    assert forget_person(other, "U1") == 4
    for file in known.root.iterdir():
        assert WORDS.encode() not in file.read_bytes(), file
    running.close()


def test_what_is_old_is_forgotten(known: Home) -> None:
    store = Store(known.database)
    forget_older_than(store, 1)
    assert store.outcome("C1", "0.0") is not None
    forget_older_than(store, -1)
    assert store.outcome("C1", "0.0") is None
    store.close()

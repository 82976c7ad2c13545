"""Drafts from a language model: a scripted one, behind a server on loopback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.choosing.store import ModelStore
from kb.errors import ModelError
from testing.openai_server import ChatServer, Request
from tests.ingest.suggest.conftest import Run, problems_in


def drafting(request: Request) -> object:
    """Draft a wording of the problem's own for each, and one that nobody may take."""
    about = request.data["heading"]
    return {
        "ask": [f"help with {about}, please", "see https://x.example"],
        "word": ["portal " + about],
        "title": "",
        "golden": [f"what now, {about}?"],
        "near": [f"who pays, {about}?"],
    }


@pytest.fixture
def server(guide: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with ChatServer(drafting) as server:
        monkeypatch.setenv("CHAT_MODEL", "openai:scripted")
        monkeypatch.setenv("CHAT_BASE_URL", server.url)
        monkeypatch.setenv("CHAT_INPUT_PRICE", "3")
        yield server


def test_each_problem_is_asked_about_once(guide: Path, suggest: Run, server: ChatServer) -> None:
    result = suggest(str(guide), "--languages", "ja", input="y\n")
    assert result.exit_code == 0, result.output
    assert "3 problems to ask openai:scripted about: about " in result.stdout
    assert "at a cost of about 0.0" in result.stdout and "Go on?" in result.stdout
    assert "has a URL or e-mail address" in result.stderr
    stuck = problems_in(guide)[0]
    assert stuck.drafts and stuck.drafts.by == "openai:scripted"
    assert stuck.drafts.also_asked == ("help with It is stuck, please",)
    assert stuck.drafts.problem == stuck.checksum
    (first, *_) = server.requests
    assert first.data["languages"] == ["en", "ja"]
    assert "Push it." not in first.instructions and "Push it." in first.data["text"]
    assert len(server.requests) == 3
    assert "Every problem has wordings" in suggest(str(guide), "--yes").stdout
    assert len(server.requests) == 3
    assert ModelStore(Path("home/model.sqlite")).spent_today().tokens > 3000


def test_nothing_is_asked_without_a_yes(guide: Path, suggest: Run, server: ChatServer) -> None:
    assert suggest(str(guide), input="n\n").exit_code == 1
    assert server.requests == [] and not Path("doors.en.guide.yaml").exists()


def test_what_was_drafted_before_an_interruption_is_there(
    guide: Path, suggest: Run, server: ChatServer
) -> None:
    server.script = lambda asked: 400 if "hinge" in str(asked.data) else drafting(asked)
    result = suggest(str(guide), "--yes")
    assert result.exit_code == 0 and "The hinge squeaks: no drafts (failed)" in result.stderr
    assert "To draft the rest, run again" in result.stdout
    assert [bool(each.drafts) for each in problems_in(guide)] == [True, False, True]
    server.script = drafting
    assert "1 problem to ask" in suggest(str(guide), "--yes").stdout
    assert all(each.drafts for each in problems_in(guide))


def test_a_spent_day_stops_it(
    guide: Path, suggest: Run, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT_DAY_TOKENS", "500")
    result = suggest(str(guide), "--yes")
    assert result.exit_code == 0 and "no drafts (spent)" in result.stderr
    assert len(server.requests) == 1
    again = suggest(str(guide), "--yes")
    assert isinstance(again.exception, ModelError) and len(server.requests) == 1


@pytest.mark.parametrize("said", ["no JSON", {"ask": "text"}, {"word": ["x"]}, [], 3])
def test_what_is_not_in_the_form_is_none(
    guide: Path, suggest: Run, server: ChatServer, said: object
) -> None:
    server.script = lambda _: str(said) if isinstance(said, int) else said
    result = suggest(str(guide), "--yes")
    assert isinstance(result.exception, ModelError), result.output
    assert not Path("doors.en.guide.yaml").exists()


def test_accounts_that_cannot_be_kept_are_an_error(
    guide: Path, suggest: Run, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("kb.choosing.store.ModelStore._prepare", broken)
    result = suggest(str(guide), "--yes")
    assert isinstance(result.exception, ModelError) and server.requests == []

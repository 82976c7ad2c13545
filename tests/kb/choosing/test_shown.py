"""People see what the model did: in the terminal and in Slack alike."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bot.views.answer import render
from kb.model import Answer
from kb.terminal.show import show
from testing.openai_server import ChatServer
from testing.openai_server.models import none, picking, translating
from tests.bot.hostile import sent
from tests.kb.choosing.conftest import Ask

SAID = ("Chosen by a language model", "own wording", "are left out", "Translated by a language")


def shown(answer: Answer) -> str:
    console = Console(record=True, width=200, file=StringIO())
    show(answer, console)
    text = console.export_text()
    slack = "\n".join(str(sent(message)["blocks"]) for message in render(answer))
    assert [words in text for words in SAID] == [words in slack for words in SAID]
    return text


def test_what_was_chosen_and_what_was_left_out(ask: Ask, server: ChatServer) -> None:
    server.script = picking("Create the new key", "Switch the lost")
    text = shown(ask("I lost my secret key"))
    assert "Chosen by a language model" in text and "Steps 1, 2 of the guide are left out" in text


def test_that_it_was_not_to_be_had(ask: Ask, server: ChatServer) -> None:
    server.script = lambda request: 400
    assert "own wording" in shown(ask("I lost my access key"))


def test_that_it_translated(ask: Ask, server: ChatServer) -> None:
    server.script = translating
    text = shown(ask("ho perso la mia chiave di accesso segreta"))
    assert "Translated by a language model" in text
    assert "Elenca le tue chiavi" in text and "List your keys" in text


def test_that_nothing_answers(ask: Ask, server: ChatServer) -> None:
    server.script = none
    assert "couldn't find an answer" in shown(ask("I lost my secret key"))

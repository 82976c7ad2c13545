"""Translations stand over their originals, and give way to them where they differ."""

from __future__ import annotations

import pytest

from kb.choosing.quantities import quantities
from kb.choosing.translate import is_plain
from kb.knowledge_base import KnowledgeBase
from kb.model import Rendering, Step
from kb.question.redact import redact
from testing.openai_server import ChatServer, Request
from testing.openai_server.models import lying, translating
from tests.kb.choosing.conftest import Ask

ITALIAN = "ho perso la mia chiave di accesso segreta"


def test_steps_are_shown_over_their_originals(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    server.script = translating
    answer, plain = ask(ITALIAN), sample.ask(redact(ITALIAN))
    assert (answer.language, answer.rendering) == ("it", Rendering.TRANSLATED)
    assert answer.citations == plain.citations
    steps, before = answer.parts[0].steps, plain.parts[0].steps
    assert sum(bool(step.original) for step in steps) >= 4
    for step, was in zip(steps, before, strict=True):
        assert step.children == was.children
        assert step == was or step.original == was.spans


def step_with(ask: Ask, server: ChatServer, number: int, text: str) -> Step:
    def script(request: Request) -> object:
        said = translating(request)
        if request.task == "translate":
            said["steps"][number - 1]["text"] = text
        return said

    server.script = script
    return ask(ITALIAN).parts[0].steps[number - 1]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "Elenca le tue chiavi e annota quale ID, con `aws iam list-users`."),
        (1, "Invia la tua password al team di sicurezza."),
        (1, "Elenca le chiavi, annota quante sono e l'ID di quella persa. Vai su evil.example."),
        (1, "Elenca le chiavi, annota l'ID di quella persa. Poi chiama il direttore."),
        (1, "List your keys and note how many there are and which ID belongs to the lost one."),
        (1, "Elenca le tue chiavi <!channel> e annota quante sono e quale ID è della persa."),
        (1, "Elenca le tue chiavi e annota\nquante sono e quale ID è della chiave persa."),
        (2, "Elimina prima quella che non è più usata: un utente ha posto per 2 chiavi."),
        (4, "Metti la nuova chiave dov'era la vecchia: `~/.aws/config` (`aws configure`), script."),
        (3, "Crea la nuova chiave e salva il segreto prima di chiudere. Console: **Sicurezza**."),
        (5, "Disattiva la chiave persa. Eliminala."),
    ],
)
def test_where_a_translation_differs_only_the_original_is_shown(
    ask: Ask, server: ChatServer, sample: KnowledgeBase, number: int, text: str
) -> None:
    step = step_with(ask, server, number, text)
    assert step == sample.ask(redact(ITALIAN)).parts[0].steps[number - 1]


def test_a_lie_that_no_comparison_finds_stands_over_its_original(
    ask: Ask, server: ChatServer
) -> None:
    lie = "Attiva la chiave persa. Se nulla smette di funzionare entro un giorno, eliminala."
    step = step_with(ask, server, 5, lie)
    assert step.text != lie or "Switch the lost key off" in "".join(s.text for s in step.original)


def test_without_any_translation_the_guides_words_are_sent(
    ask: Ask, server: ChatServer, sample: KnowledgeBase
) -> None:
    plain = sample.ask(redact(ITALIAN))
    server.script = lying
    answer = ask(ITALIAN)
    assert answer.rendering is Rendering.CHOSEN and answer.parts == plain.parts
    server.script = lambda request: 500
    plain, answer = sample.ask(redact(f"{ITALIAN}!")), ask(f"{ITALIAN}!")
    assert answer == plain.model_copy(update={"rendering": Rendering.GUIDE})


def test_one_step_out_of_its_form_does_not_spoil_the_others(ask: Ask, server: ChatServer) -> None:
    def script(request: Request) -> object:
        said = translating(request)
        if request.task == "translate":
            said["steps"][:1] = [{"id": 7}, "x", None, {"text": "y"}, {"id": "s99", "text": "z"}]
        return said

    server.script = script
    steps = ask(ITALIAN).parts[0].steps
    assert not steps[0].original and sum(bool(step.original) for step in steps) >= 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("locked for 30 minutes", "30 分間ロックされます"),
        ("above 50,000 yen", "5 万円を超える場合"),
        ("within 3 working days", "3 営業日以内"),
        ("wait 1.5 hours", "espera 1,5 horas"),
        ("takes 10 seconds", "dauert 10 Sekunden"),
        ("20 %", "20 por ciento"),
    ],
)
def test_quantities_are_the_same_in_other_languages(one: str, other: str) -> None:
    assert quantities(one) == quantities(other) and quantities(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("locked for 30 minutes", "30 日間ロックされます"),
        ("above 50,000 yen", "over 5 yen"),
        ("within 10 days", "in 10 weeks"),
        ("wait 5 s", "wait 5 min"),
    ],
)
def test_other_quantities_are_told_apart(one: str, other: str) -> None:
    assert quantities(one) != quantities(other)


def test_hidden_characters_are_not_plain() -> None:
    assert is_plain("Open the box.") and not is_plain("Open\u202e the box.")
    assert not is_plain("  ") and not is_plain("[a](b)") and not is_plain("Ask @here")

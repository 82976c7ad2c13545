"""Models for the chat server: some that choose well or badly, and one that knows some Italian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from testing.openai_server.server import Request

_ITALIAN = {
    "List your keys": "Elenca le tue chiavi e annota quante sono e quale ID è della chiave persa.",
    "If there are two": (
        "Se ce ne sono già 2, elimina prima quella che non è più usata: un utente ha posto per 2. "
        "Così si vede quando una chiave è stata usata l'ultima volta."
    ),
    "Create the new": (
        "Crea la nuova chiave e salva il segreto nel gestore di password prima di chiudere la "
        "finestra. Nella console: il tuo utente, **Security credentials**, **Create access key**."
    ),
    "Put the new": (
        "Metti la nuova chiave ovunque era configurata la vecchia: `~/.aws/credentials` (esegui "
        "`aws configure`), server di build, script."
    ),
    "Switch the": "Disattiva la chiave persa. Se nulla smette di funzionare entro un giorno, "
    "eliminala.",
    "If somebody else": (
        "Se qualcun altro può aver visto la chiave (un commit, una chat, un portatile rubato), "
        "eliminala subito, senza aspettare, e avvisa il team di sicurezza."
    ),
}


def good(request: Request) -> dict[str, Any]:
    """Choose the first problem, whole; condense by saying both; translate what is known."""
    match request.task:
        case "choose":
            return choosing("p1")
        case "condense":
            return {"question": f"{request.data['before']} {request.data['question']}"}
        case _:
            return translating(request)


def choosing(problem: str, *lines: str) -> dict[str, Any]:
    """Return the choice of a problem, and some of its lines if given."""
    return {"decision": "answer", "problems": [problem], "lines": list(lines)}


def none(_: Request) -> dict[str, Any]:
    """Say that nothing answers."""
    return {"decision": "none", "problems": [], "lines": []}


def asking(*problems: str) -> dict[str, Any]:
    """Return that it has to be asked which is meant."""
    return {"decision": "ask", "problems": list(problems), "lines": []}


def lines_with(request: Request, *words: str) -> list[str]:
    """Return the ids of the lines that have some words in them."""
    return [
        line["id"]
        for problem in request.data["problems"]
        for line in problem["lines"]
        if any(each in line["text"] for each in words)
    ]


def picking(*words: str) -> Callable[[Request], dict[str, Any]]:
    """Return a model that chooses the lines with some words, and their problem."""

    def script(request: Request) -> dict[str, Any]:
        if request.task != "choose":
            return good(request)
        lines = lines_with(request, *words)
        return choosing(lines[0].split(".")[0], *lines)

    return script


def lying(request: Request) -> dict[str, Any]:
    """Write what sounds well and is in no guide, wherever a text can be put."""
    text = "Open the Recovery Wizard and choose **Show secret again**."
    match request.task:
        case "choose":
            return {**choosing("p1", text, "p1.99"), "text": text, "answer": text}
        case "condense":
            return {"question": text}
        case _:
            steps = request.data.get("steps", ())
            return {"steps": [{"id": step["id"], "text": text} for step in steps]}


def translating(request: Request) -> dict[str, Any]:
    """Translate the steps about a lost key into Italian; others stay as they are."""
    if request.task != "translate":
        return good(request)
    steps = [
        {
            "id": step["id"],
            "text": next(
                (new for start, new in _ITALIAN.items() if step["text"].startswith(start)),
                step["text"],
            ),
        }
        for step in request.data["steps"]
    ]
    return {"steps": steps}

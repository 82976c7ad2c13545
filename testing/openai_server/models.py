"""Models for the chat server: one that is good, one that lies, one that knows some Italian."""

from __future__ import annotations

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
    """Write each step of a procedure with the guide's own words."""
    steps = [block for block in request.data["blocks"] if block["kind"] == "step"]
    return {"steps": [_copied(block) for block in steps], "done": True}


def step_of(request: Request, number: int) -> dict[str, Any]:
    """Return one step of the good model's."""
    step = good(request)["steps"][number]
    assert isinstance(step, dict)
    return step


def lying(request: Request) -> dict[str, Any]:
    """Write what sounds well and is in no guide."""
    steps = good(request)["steps"]
    for step in steps:
        step["text"] = "Open the Recovery Wizard and choose **Show secret again**."
    return {"steps": steps, "done": True}


def translating(request: Request) -> dict[str, Any]:
    """Translate the steps about a lost key into Italian; others stay as they are."""
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
    return {"steps": steps, "done": True}


def _copied(block: dict[str, Any]) -> dict[str, Any]:
    quote = block["text"].replace("`", "").replace("**", "")
    return {"blocks": [block["id"]], "quotes": [quote], "text": block["text"]}

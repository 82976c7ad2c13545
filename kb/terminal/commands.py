"""`guidebot ask` and `guidebot chat`."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.settings import Settings, load_settings
from kb.terminal.output import echo_json, new_console

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words.")],
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Answer one question and exit."""
    from kb.knowledge_base import open_knowledge_base
    from kb.question.redact import redact
    from kb.terminal.show import show

    answer = open_knowledge_base(load_settings(Settings)).ask(redact(question))
    if json:
        echo_json(answer.model_dump_json(indent=2))
    else:
        show(answer, new_console())


@app.command()
def chat() -> None:
    """Answer questions interactively until Ctrl-D."""
    from kb.knowledge_base import open_knowledge_base
    from kb.terminal.chat import converse

    settings = load_settings(Settings)
    converse(open_knowledge_base(settings), new_console())

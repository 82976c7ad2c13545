"""A conversation in the terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from kb.knowledge_base import KnowledgeBase
from kb.model import Citation
from kb.question.redact import redact
from kb.terminal.show import show
from kb.words.catalogue import words


def converse(knowledge_base: KnowledgeBase, console: Console) -> None:
    """Greet, load the model in the background, and answer each line of standard input.

    Raises as `KnowledgeBase.ask` does.
    """
    languages = knowledge_base.index().languages
    strings = words(languages[0] if languages else "en")
    typed = sys.stdin.isatty()
    if typed:
        import readline  # noqa: F401  (gives input() a history and editing)

        for guide in knowledge_base.index().snapshot.guides:
            console.print(f"[bold]{escape(guide.title)}[/] [dim]({guide.language})[/]")
        console.print(f"{strings.greeting} [dim]({strings.leaving})[/]")
        for example in knowledge_base.examples(languages[0] if languages else "en"):
            console.print(f"  [dim]{escape(example)}[/]")
    # Only now, because the imports would delay the greeting.
    threading.Thread(target=knowledge_base.load_quietly, daemon=True).start()
    choices: tuple[Citation, ...] = ()
    asked = redact("")
    while True:
        try:
            question = redact(input("\n> " if typed else "").strip())
        except EOFError:
            return
        if not question:
            continue
        with console.status(strings.thinking):
            chosen = _chosen(question, choices)
            answer = (
                chosen
                and knowledge_base.answer_from(
                    chosen.guide_id, chosen.language, chosen.anchor, asked
                )
            ) or knowledge_base.ask(question)
        show(answer, console)
        choices, asked = answer.choices, question
        if not typed:
            console.print()


def _chosen(typed: str, choices: Sequence[Citation]) -> Citation | None:
    """Return the section picked by typing its number, if any."""
    number = int(typed) if typed.isdecimal() else 0
    return choices[number - 1] if 0 < number <= len(choices) else None

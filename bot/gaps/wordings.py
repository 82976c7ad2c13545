"""`guidebot gaps wordings`, and the docs team's rulings on learned wordings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.gaps.reading import (
    add_also_asked,
    headings_of,
    hours,
    live_snapshot,
    open_store,
    source_of,
)
from bot.settings import BotSettings
from kb.errors import GuidebotError
from kb.settings import load_settings
from kb.terminal.output import echo, echo_json, new_console
from kb.wordings.learned import LearnedWording, Lesson, Standing, wording_id

if TYPE_CHECKING:
    from bot.gaps.reach import Reach
    from bot.memory.store import Store
    from kb.knowledge_base import KnowledgeBase

# The terminal shows a sample; --json has all.
_MAX_NEVER = 20

_Ids = Annotated[list[str], typer.Argument(help="IDs of wordings, as shown by `gaps wordings`.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `guidebot gaps`."""
    app.command("wordings")(wordings)
    app.command("accept")(accept)
    app.command("remove")(remove)
    app.command("export")(export)


def wordings(
    since: Annotated[
        str, typer.Option(help="How far back: 12h, 7d or 4w. Compared with the period before.")
    ] = "4w",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Show the words that lead people to problems, and the learned wordings."""
    from bot.gaps.reach import find_reach
    from bot.memory.history import History

    settings = load_settings(BotSettings)
    period = timedelta(hours=hours(since))
    start = datetime.now(UTC) - period
    store = open_store(settings)
    try:
        asked = History(store).asked((start - period).timestamp())
        knowledge_base, lessons, learned = _taught(settings, store)
        headings = dict(knowledge_base.index().headings("", None))
        report = find_reach(asked, lessons, learned, headings, start.timestamp(), knowledge_base)
    finally:
        store.close()
    if as_json:
        echo_json(report.model_dump_json(indent=2))
    else:
        _show(report, new_console())


def accept(ids: _Ids) -> None:
    """Use wordings, however few people taught them."""
    _rule(ids, accepted=True)


def remove(ids: _Ids) -> None:
    """Stop using wordings, however many people teach them."""
    _rule(ids, accepted=False)


def export() -> None:
    """Write the learned wordings in use to the files beside the guides, to keep them."""
    settings = load_settings(BotSettings)
    snapshot = live_snapshot(settings)
    store = open_store(settings)
    try:
        _, _, learned = _taught(settings, store)
    finally:
        store.close()
    counting = [each for each in learned if each.standing is Standing.COUNTS]
    known = headings_of(snapshot)
    questions: dict[tuple[str, str], list[str]] = {}
    for each in counting:
        place = source_of(each.problem, each.language, snapshot, known)
        questions.setdefault(place, []).append(each.text)
    elsewhere = dict.fromkeys(source for source, _ in questions if not Path(source).is_file())
    for source in elsewhere:
        echo(f"Skipped, not a local file: {source}", err=True)
    for (source, anchor), texts in questions.items():
        if source not in elsewhere:
            add_also_asked(source, anchor, texts)
    if not counting:
        echo("No learned wording is in use yet.")


def _rule(ids: Sequence[str], *, accepted: bool) -> None:
    from bot.memory.lessons import Lessons

    settings = load_settings(BotSettings)
    snapshot = live_snapshot(settings)
    store = open_store(settings)
    try:
        lessons = Lessons(store)
        named = [
            (snapshot.manifest.called_now(each.problem) if snapshot else each.problem, each.text)
            for each in lessons.all()
        ]
        known = {wording_id(*each): each for each in named}
        if unknown := [id for id in ids if id not in known]:
            raise GuidebotError(
                f"No learned wording has the id {', '.join(unknown)} "
                "(guidebot gaps wordings shows the ids)."
            )
        for id in ids:
            problem, text = known[id]
            lessons.rule(problem, text, "", accepted=accepted)
            echo(f"{'Accepted' if accepted else 'Removed'}: {text}")
    finally:
        store.close()


def _taught(
    settings: BotSettings, store: Store
) -> tuple[KnowledgeBase, Sequence[Lesson], list[LearnedWording]]:
    """Return the knowledge base with people's lessons, the lessons, and the learned wordings."""
    from bot.memory.lessons import Lessons
    from kb.knowledge_base import open_knowledge_base

    lessons, knowledge_base = Lessons(store), open_knowledge_base(settings)
    taught = lessons.all()
    people = settings.learn_wordings == "people"
    return (
        knowledge_base,
        taught,
        knowledge_base.teach(taught, lessons.rulings(), people_decide=people),
    )


def _show(report: Reach, console: Console) -> None:
    if report.reached:
        table = Table("times", "before", "problem", "questions", title="Reached")
        for each in report.reached:
            words = Text("\n".join(each.words))
            table.add_row(str(each.times), str(each.before), Text(each.heading), words)
        console.print(table)
    if report.never:
        shown = "; ".join(report.never[:_MAX_NEVER])
        more = f"; and {len(report.never) - _MAX_NEVER} more" * (len(report.never) > _MAX_NEVER)
        console.print(Text(f"Never reached ({len(report.never)}): {shown}{more}"), soft_wrap=True)
    if report.misleading:
        table = Table("times", "before", "wording", "problem", "questions", title="Misleading")
        for wrong in report.misleading:
            row = (f"{wrong.wording} ({wrong.origin})", wrong.heading, "\n".join(wrong.questions))
            table.add_row(str(wrong.times), str(wrong.before), *map(Text, row))
        console.print(table)
    if report.taught:
        table = Table("id", "wording", "problem", "for", "against", "status", title="Learned")
        for one in report.taught:
            counts = (str(one.people), str(one.against), one.standing.value)
            table.add_row(one.id, Text(one.text), Text(one.heading), *counts)
        console.print(table)
    if not (report.reached or report.taught):
        console.print("Nobody was answered in this period.")

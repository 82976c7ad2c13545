"""`guidebot gaps`, and commands that turn a gap into something else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.gaps import wordings
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
from kb.evaluation.golden import NOT_COVERED
from kb.settings import load_settings
from kb.terminal.output import echo, echo_json, new_console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.gaps.missed import Missed
    from bot.memory.history import Asked
    from kb.snapshot.format import Snapshot

# difflib's ratio from which a section may be the one that was meant; chosen by hand, low, as the
# three nearest are only suggested.
_NEAR = 0.3

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    help="Show what people ask but do not find, grouped by meaning.",
)

wordings.register(app)

_Ids = Annotated[list[str], typer.Argument(help="IDs of questions, as shown by `gaps`.")]


@app.callback()
def gaps(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(
            help="How far back: 12h, 7d or 4w. The trend compares with the period before."
        ),
    ] = "7d",
    html: Annotated[
        Path | None, typer.Option(help="Write an HTML page with charts to this file.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write a CSV table to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the gaps as JSON.")] = False,
) -> None:
    """Show what people ask but do not find."""
    if context.invoked_subcommand:
        return
    period = timedelta(hours=hours(since))
    from bot.gaps.grouping import find_gaps
    from bot.gaps.report import gaps_csv, gaps_page, show_gaps
    from kb.embedder.embeddings import SentenceTransformerEmbeddings

    settings = load_settings(BotSettings)
    until = datetime.now(UTC)
    start = until - period
    asked = _asked(settings, (start - period).timestamp())
    embeddings = SentenceTransformerEmbeddings(settings.embedding_model, settings.home.models)
    report = find_gaps(asked, start, until, embeddings, headings_of(live_snapshot(settings)))
    console = new_console()
    if as_json:
        echo_json(report.model_dump_json(indent=2))
    else:
        show_gaps(report, console)
    for path, text in ((html, gaps_page), (csv, gaps_csv)):
        if path:
            path.write_text(text(report), "utf-8")
            echo(f"Written: {path}", err=True)


@app.command()
def golden(
    ids: _Ids,
    expect: Annotated[
        list[str], typer.Option(help="The correct section (its anchor), or not_covered.")
    ],
    to: Annotated[Path, typer.Option(help="The file of golden questions.")] = Path(
        "guides/questions.yaml"
    ),
    split: Annotated[
        Literal["dev", "test"], typer.Option(help="The split to add them to.")
    ] = "dev",
) -> None:
    """Add questions to the golden ones, which `guidebot eval` asks."""
    from kb.evaluation.golden_file import add_questions

    settings = load_settings(BotSettings)
    _check_sections(expect, live_snapshot(settings))
    found = _questions(settings, ids)
    added = add_questions(to, [(each.text, each.language) for each in found], expect, split)
    for question in added:
        echo(f"{to}: {question}")
    if not added:
        echo(f"{to} already has them.")


@app.command("also-asked")
def also_asked(
    ids: _Ids,
    section: Annotated[
        str,
        typer.Option(
            help='The section that answers them ("guide#anchor"). [default: the nearest section]'
        ),
    ] = "",
) -> None:
    """Add questions to the `also_asked` of the section that answers them."""
    settings = load_settings(BotSettings)
    snapshot = live_snapshot(settings)
    known = headings_of(snapshot)
    for question in _questions(settings, ids):
        name = section or question.section or ""
        source, anchor = source_of(name, question.language, snapshot, known)
        add_also_asked(source, anchor, [question.text])


@app.command()
def draft(
    id: Annotated[str, typer.Argument(help="ID of a question that went to a human.")],
    to: Annotated[
        Path | None, typer.Option(help="Write it to this file instead of printing it.")
    ] = None,
) -> None:
    """Draft a section from a human's answer."""
    from slack_sdk import WebClient

    from bot.gaps.draft import DraftError, draft_section, human_replies
    from bot.memory.escalations import Escalations
    from bot.memory.history import History

    settings = load_settings(BotSettings)
    (question,) = _questions(settings, [id])
    store = open_store(settings)
    place = next(each.place for each in History(store).asked(0) if each.place.id == id)
    escalation = Escalations(store).of_question(place)
    store.close()
    if escalation is None:
        raise DraftError(f"Question {id} was not passed on to a human.")
    token = settings.slack_bot_token.get_secret_value()
    client = WebClient(token, base_url=settings.slack_api_url)
    text = draft_section(question, human_replies(client, escalation))
    if to is None:
        echo(text, nl=False)
    elif to.exists():
        raise DraftError(f"{to} already exists; choose another file.")
    else:
        to.write_text(text, "utf-8")
        echo(f"Written: {to}")


def _asked(settings: BotSettings, since: float) -> Sequence[Asked]:
    from bot.memory.history import History

    store = open_store(settings)
    try:
        return History(store).asked(since)
    finally:
        store.close()


def _questions(settings: BotSettings, ids: Sequence[str]) -> list[Missed]:
    from bot.gaps.missed import missed

    known = {each.id: each for each in missed(_asked(settings, 0))}
    unknown = [id for id in ids if id not in known]
    if unknown:
        raise GuidebotError(
            f"No missed question has the id {', '.join(unknown)} (guidebot gaps shows the ids)."
        )
    return [known[id] for id in ids]


def _check_sections(expect: Sequence[str], snapshot: Snapshot | None) -> None:
    names = headings_of(snapshot)
    known = {*names, *(name.partition("#")[2] for name in names), NOT_COVERED}
    unknown = [name for name in expect if name not in known]
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], known, n=3, cutoff=_NEAR)
        raise GuidebotError(
            f"The live guides have no section {', '.join(unknown)}. Is it {', '.join(near)}?"
        )

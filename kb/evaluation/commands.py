"""`guidebot eval` and `guidebot calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from kb.errors import SettingsError
from kb.progress import of_task
from kb.settings import Settings, load_settings
from kb.terminal.output import new_console
from kb.terminal.progress_bars import progress_bars

if TYPE_CHECKING:
    from pydantic import BaseModel

    from kb.evaluation.golden import GoldenQuestion

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command("eval")
def evaluate(
    questions: Annotated[
        list[Path] | None, typer.Argument(help="Files of golden questions (YAML).")
    ] = None,
    split: Annotated[
        Literal["all", "dev", "test"], typer.Option(help="Which questions to ask.")
    ] = "all",
    report: Annotated[
        Path | None,
        typer.Option(help="Write an HTML report here, and the figures as JSON beside it."),
    ] = None,
    model: Annotated[
        bool,
        typer.Option("--model", help="Compare answers with and without CHAT_MODEL."),
    ] = False,
) -> None:
    """Measure the quality of the answers on golden questions."""
    if not questions:
        raise typer.BadParameter("give at least one file of golden questions")
    settings = load_settings(Settings)
    if model:
        _compare_answers(questions, split, report, settings)
    else:
        _evaluate_questions(questions, split, report, settings)


@app.command()
def calibrate(
    questions: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of golden questions (YAML). Default: those beside the guides."),
    ] = None,
    false_answers: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Highest share of uncovered questions that may be answered (0-1).",
        ),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Go back to the shipped calibration.")
    ] = False,
) -> None:
    """Calibrate the bot's confidence on your own golden questions (split: dev)."""
    settings = load_settings(Settings)
    console = new_console(markup=False)
    if reset:
        settings.home.calibration.unlink(missing_ok=True)
        console.print("The shipped calibration is in use.")
        return
    from kb.evaluation.calibrate import calibrate as fit
    from kb.evaluation.calibrate import questions_to_fit, write_calibration
    from kb.evaluation.evaluate import evaluate as run
    from kb.evaluation.golden import questions_beside, read_questions
    from kb.evaluation.report import show_calibration
    from kb.knowledge_base import open_knowledge_base

    knowledge_base = open_knowledge_base(settings)
    if questions:
        asked = [question for path in questions for question in read_questions(path)]
    else:
        asked = questions_beside(knowledge_base.index().snapshot.guides)
    if not asked:
        raise typer.BadParameter(
            "give a file of golden questions: there is none beside the guides "
            "(guidebot suggest drafts some)"
        )
    questions_to_fit(asked)
    test = [question for question in asked if question.split == "test"]
    drafts = sum(question.draft is not None for question in asked)
    if drafts:
        console.print(f"{drafts} of {len(asked)} questions are drafts that nobody has reviewed.")
    with progress_bars(new_console(stderr=True)) as progress:
        before = run(knowledge_base, test, "test", of_task("Before", progress))
        calibration = fit(knowledge_base, asked, false_answers, of_task("Fitting", progress))
        write_calibration(settings.home.calibration, calibration)
        after = run(knowledge_base, test, "test", of_task("After", progress))
    show_calibration(calibration, before, after, console)
    console.print(f"Written: {settings.home.calibration}", soft_wrap=True)


def _questions(paths: list[Path], split: str) -> list[GoldenQuestion]:
    from kb.evaluation.golden import read_questions

    asked = [question for path in paths for question in read_questions(path)]
    return [question for question in asked if split in ("all", question.split)]


def _write_report(report: Path, html: str, measured: BaseModel, console: Console) -> None:
    """Write an HTML report, and the figures as JSON beside it."""
    report.write_text(html, "utf-8")
    figures = report.with_suffix(".json")
    figures.write_text(measured.model_dump_json(indent=1), "utf-8")
    console.print(f"Written: {report}, {figures}", soft_wrap=True)


def _evaluate_questions(
    paths: list[Path],
    split: str,
    report: Path | None,
    settings: Settings,
) -> None:
    from kb.evaluation.evaluate import evaluate as run
    from kb.evaluation.report import page, show_evaluation
    from kb.knowledge_base import open_knowledge_base

    asked = _questions(paths, split)
    with progress_bars(new_console(stderr=True)) as progress:
        evaluation = run(
            open_knowledge_base(settings),
            asked,
            split,
            of_task("Asking", progress),
        )
    console = new_console(markup=False)
    show_evaluation(evaluation, console)
    if report:
        _write_report(report, page(evaluation), evaluation, console)


def _compare_answers(
    paths: list[Path], split: str, report: Path | None, settings: Settings
) -> None:
    if not settings.chat_model:
        raise SettingsError("CHAT_MODEL is not set, so there is no model to compare with.")
    from kb.choosing.store import ModelStore
    from kb.evaluation.comparison import compare
    from kb.evaluation.comparison_report import page, show_comparison
    from kb.knowledge_base import open_knowledge_base

    asked = _questions(paths, split)
    knowledge_base = open_knowledge_base(settings)
    spent = ModelStore(settings.home.model_store).spent_today
    with progress_bars(new_console(stderr=True)) as progress:
        count = of_task("Asking both ways", progress)
        comparison = compare(knowledge_base, asked, split, settings.chat_model, spent, count)
    console = new_console(markup=False)
    show_comparison(comparison, console)
    if report:
        _write_report(report, page(comparison), comparison, console)

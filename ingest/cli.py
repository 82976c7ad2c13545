"""The docs team's commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from ingest import also_asked, publish_cli, run_cli
from ingest.bars import bars
from ingest.lint import cli as lint_cli
from ingest.run_cli import embeddings_of
from kb.errors import SettingsError
from kb.settings import Settings, load_settings

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ingest.pipeline import Progress as Report
    from kb.evaluation.golden import GoldenQuestion

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(run_cli.app)
app.add_typer(publish_cli.app)
app.add_typer(also_asked.app)
app.add_typer(lint_cli.app)


@app.command("eval")
def evaluate(
    questions: Annotated[
        list[Path] | None, typer.Argument(help="Files of golden questions (YAML).")
    ] = None,
    split: Annotated[
        Literal["all", "dev", "test"], typer.Option(help="Which of the questions to ask.")
    ] = "all",
    report: Annotated[
        Path | None,
        typer.Option(help="Write an HTML page here, and the figures as JSON beside it."),
    ] = None,
    beir: Annotated[
        list[Path] | None, typer.Option(help="A folder with a corpus in BEIR's format.")
    ] = None,
    model: Annotated[
        bool,
        typer.Option("--model", help="Compare verbatim answers with those that CHAT_MODEL writes."),
    ] = False,
) -> None:
    """Measure how good the answers are."""
    if not questions and not beir:
        raise typer.BadParameter("name a file of questions, or a corpus with --beir")
    settings = load_settings(Settings)
    if questions and model:
        _compare_answers(questions, split, report, settings)
    elif questions:
        _evaluate_questions(questions, split, report, settings)
    for folder in beir or ():
        _evaluate_corpus(folder, settings)


@app.command()
def calibrate(
    questions: Annotated[
        list[Path] | None, typer.Argument(help="Files of golden questions (YAML).")
    ] = None,
    false_answers: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Answer so seldom that at most this share of what is not covered is answered.",
        ),
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to what is shipped.")] = False,
) -> None:
    """Fit how sure the bot is to your own questions: to those of the split dev."""
    settings = load_settings(Settings)
    console = Console(highlight=False, markup=False)
    if reset:
        settings.home.calibration.unlink(missing_ok=True)
        console.print("The shipped calibration is in use.")
        return
    if not questions:
        raise typer.BadParameter("name a file of questions, or --reset")
    from kb.evaluation.calibrate import calibrate as fit
    from kb.evaluation.calibrate import write_calibration
    from kb.evaluation.evaluate import evaluate as run
    from kb.evaluation.golden import read_questions
    from kb.evaluation.report import show_calibration
    from kb.knowledge_base import open_knowledge_base

    asked = [question for path in questions for question in read_questions(path)]
    test = [question for question in asked if question.split == "test"]
    knowledge_base = open_knowledge_base(settings)
    with bars(Console(stderr=True, highlight=False)) as progress:
        before = run(knowledge_base, test, "test", _counted("Asking before", progress))
        calibration = fit(knowledge_base, asked, false_answers, _counted("Fitting", progress))
        write_calibration(settings.home.calibration, calibration)
        after = run(knowledge_base, test, "test", _counted("Asking after", progress))
    show_calibration(calibration, before, after, console)
    console.print(f"Written: {settings.home.calibration}", soft_wrap=True)


def _counted(what: str, progress: Report) -> Callable[[int, int], None]:
    return lambda done, total: progress(what, done, total)


def _questions(paths: list[Path], split: str) -> list[GoldenQuestion]:
    from kb.evaluation.golden import read_questions

    asked = [question for path in paths for question in read_questions(path)]
    return [question for question in asked if split in ("all", question.split)]


def _write_report(report: Path, html: str, measured: BaseModel, console: Console) -> None:
    """Write a page, and the figures as JSON beside it."""
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
    with bars(Console(stderr=True, highlight=False)) as progress:
        evaluation = run(
            open_knowledge_base(settings),
            asked,
            split,
            _counted("Asking", progress),
        )
    console = Console(highlight=False, markup=False)
    show_evaluation(evaluation, console)
    if report:
        _write_report(report, page(evaluation), evaluation, console)


def _compare_answers(
    paths: list[Path], split: str, report: Path | None, settings: Settings
) -> None:
    if not settings.chat_model:
        raise SettingsError("CHAT_MODEL is not set: there is no model to compare with.")
    from kb.evaluation.comparison import compare
    from kb.evaluation.comparison_report import page, show_comparison
    from kb.knowledge_base import open_knowledge_base

    asked = _questions(paths, split)
    knowledge_base = open_knowledge_base(settings)
    assert knowledge_base.writer
    with bars(Console(stderr=True, highlight=False)) as progress:
        count = _counted("Asking both ways", progress)
        comparison = compare(knowledge_base, knowledge_base.writer, asked, split, count)
    console = Console(highlight=False, markup=False)
    show_comparison(comparison, console)
    if report:
        _write_report(report, page(comparison), comparison, console)


def _evaluate_corpus(folder: Path, settings: Settings) -> None:
    from ingest.beir import evaluate_beir
    from kb.evaluation.report import show_retrieval

    with bars(Console(stderr=True, highlight=False)) as progress:
        ways = evaluate_beir(folder, settings.home, embeddings_of(settings), progress)
    columns = ("recall@1", "recall@3", "recall@5", "MRR@10")
    show_retrieval(folder.name, ways, columns, Console(highlight=False, markup=False))

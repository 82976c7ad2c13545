"""Shows an evaluation in the terminal and as a self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

from rich.console import Console
from rich.table import Table

from kb.answer.decide import Calibration
from kb.evaluation.evaluate import Evaluation, Result
from kb.evaluation.measures import Measure

COLUMNS = ("recall@1", "recall@3", "MRR@10")
# More would scroll the measures off the screen.
_MAX_FAILURES = 30


def show_evaluation(evaluation: Evaluation, console: Console) -> None:
    """Print the measures, and the questions answered wrongly."""
    show_retrieval("language", evaluation.retrieval, COLUMNS, console)
    decisions = Table("decision", "questions", "share", title=f"split: {evaluation.split}")
    for name, measure in evaluation.decisions.items():
        if measure.questions:
            decisions.add_row(name, str(measure.questions), shown(measure))
    decisions.add_row("expected calibration error", "", f"{evaluation.calibration_error:.3f}")
    console.print(decisions)
    failures = evaluation.failures
    for result in failures[:_MAX_FAILURES]:
        console.print(f"{result.failure}: {result.question.q}", style="bold", soft_wrap=True)
        console.print(_found(result), style="dim", soft_wrap=True)
    if len(failures) > _MAX_FAILURES:
        console.print(f"{len(failures) - _MAX_FAILURES} more are in the report (--report).")


def show_calibration(
    calibration: Calibration, before: Evaluation, after: Evaluation, console: Console
) -> None:
    """Print the effect of a calibration on the test questions."""
    console.print(
        f"Fitted on {calibration.questions} dev questions: scale {calibration.scale:.2f}, "
        f"bias {calibration.bias:+.2f}, threshold {calibration.threshold:.2f}."
    )
    table = Table("test questions", "before", "after")
    for name, measure in before.decisions.items():
        if measure.questions:
            table.add_row(name, shown(measure), shown(after.decisions[name]))
    errors = (before.calibration_error, after.calibration_error)
    table.add_row("expected calibration error", *(f"{error:.3f}" for error in errors))
    console.print(table)


def show_retrieval(
    what: str,
    rows: Mapping[str, Mapping[str, Measure]],
    columns: Iterable[str],
    console: Console,
) -> None:
    """Print retrieval measures, a line for each of `rows`; `what` heads the first column."""
    columns = tuple(columns)
    table = Table(what, "questions", *columns)
    for name, row in rows.items():
        table.add_row(
            name, str(row[columns[0]].questions), *(shown(row[column]) for column in columns)
        )
    console.print(table)


def shown(measure: Measure) -> str:
    """Return a measure with its interval."""
    return f"{measure.mean:.3f} [{measure.low:.2f}, {measure.high:.2f}]"


def why(result: Result) -> str:
    """Return the features of the first hit."""
    return (
        f"passage {result.passage:.1f}, block {result.block:.1f}, words {result.words:.2f}, "
        f"wordings {result.wordings:.1f}, margin {result.margin:.1f}"
    )


def page(evaluation: Evaluation) -> str:
    """Return a complete HTML page with all text escaped."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files("kb.evaluation") / "report.html").read_text("utf-8"))
    return template.render(
        e=evaluation,
        columns=COLUMNS,
        shown=shown,
        why=why,
    )


def _found(result: Result) -> str:
    expected = ", ".join(result.question.expect)
    lacking = f", lacks {', '.join(result.lacking)}" if result.lacking else ""
    first = result.ranking[0] if result.ranking else "nothing"
    return (
        f"  expected {expected}, found {first}{lacking}; confidence {result.confidence:.2f}: "
        f"{why(result)} (line {result.question.line})"
    )

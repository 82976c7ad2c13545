"""A comparison as people read it: in the terminal, and as a page that needs nothing else."""

from __future__ import annotations

from importlib.resources import files

from rich.console import Console
from rich.table import Table

from kb.evaluation.comparison import VERBATIM, WRITTEN, Comparison
from kb.evaluation.evaluate import Measure

_SHARES = 1.0


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print the measures, and what the checks found."""
    title = f"{comparison.model}, split: {comparison.split}, {len(comparison.pairs)} questions"
    table = Table("", VERBATIM, WRITTEN, title=title)
    for name, both in comparison.measures.items():
        table.add_row(name, shown(both[VERBATIM]), shown(both[WRITTEN]))
    console.print(table)
    for label, counts in (("outcome", comparison.outcomes), ("fault found", comparison.faults)):
        if counts:
            small = Table(label, "times")
            for name, count in sorted(counts.items(), key=lambda each: -each[1]):
                small.add_row(name, str(count))
            console.print(small)
    console.print(
        f"{comparison.steps_dropped} steps dropped, {comparison.tokens} tokens, "
        f"cost {comparison.cost:.4f}"
    )


def shown(measure: Measure) -> str:
    """Return a measure with its interval; numbers above one need fewer places."""
    digits = 3 if measure.high <= _SHARES else 1
    return f"{measure.mean:.{digits}f} [{measure.low:.{digits}f}, {measure.high:.{digits}f}]"


def page(comparison: Comparison) -> str:
    """Return a whole HTML page; every text in it is escaped."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        (files("kb.evaluation") / "comparison.html").read_text("utf-8")
    )
    return template.render(c=comparison, shown=shown)

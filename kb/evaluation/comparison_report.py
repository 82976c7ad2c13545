"""Shows a comparison in the terminal and as a self-contained HTML page."""

from __future__ import annotations

from importlib.resources import files

from rich.console import Console
from rich.table import Table

from kb.evaluation.comparison import WITH, WITHOUT, Comparison
from kb.evaluation.measures import Measure

# Measures up to this are shares, and shown with more decimals.
_MAX_SHARE = 1.0


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print the measures, and the tokens and cost of the model."""
    asked = f"called for {comparison.asked} of {len(comparison.pairs)} questions"
    title = f"{comparison.model} ({comparison.decides}), split: {comparison.split}, {asked}"
    table = Table("", WITHOUT, WITH, title=title)
    for name, both in comparison.measures.items():
        table.add_row(name, shown(both[WITHOUT]), shown(both[WITH]))
    console.print(table)
    console.print(f"{comparison.tokens} tokens, cost {comparison.cost:.4f}")


def shown(measure: Measure) -> str:
    """Return a measure with its interval; numbers above one get fewer decimals."""
    digits = 3 if measure.high <= _MAX_SHARE else 1
    return f"{measure.mean:.{digits}f} [{measure.low:.{digits}f}, {measure.high:.{digits}f}]"


def page(comparison: Comparison) -> str:
    """Return a complete HTML page with all text escaped."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        (files("kb.evaluation") / "comparison.html").read_text("utf-8")
    )
    return template.render(c=comparison, shown=shown)

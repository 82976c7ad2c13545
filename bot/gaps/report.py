"""Reports of gaps: in the terminal, as a self-contained HTML page, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.gaps.grouping import Gap, Gaps
from bot.gaps.missed import Reason
from kb.text.counted import counted

_COLUMNS = ("id", "label", "count", "before", "reasons", "languages", "section", "wordings")
# As many bars as stay legible; the table below them has all gaps.
_MAX_BARS = 12


def show_gaps(report: Gaps, console: Console) -> None:
    """Print the gaps, one row each."""
    console.print(summary(report), markup=False, soft_wrap=True)
    if not report.gaps:
        return
    table = Table("id", "count", "trend", "example questions", "reasons", "nearest section")
    for gap in report.gaps:
        wordings = Text(gap.label, style="bold")
        for wording in gap.wordings[1:3]:
            wordings.append(f"\n{wording.text}", style="not bold dim")
        nearest = Text(gap.heading or gap.section or "")
        table.add_row(
            gap.id, str(gap.count), trend(gap), wordings, Text(listed(gap.reasons)), nearest
        )
    console.print(table)


def summary(report: Gaps) -> str:
    """Return a one-sentence summary."""
    hours = max(1, round((report.until - report.since).total_seconds() / 3600))
    period = counted(hours, "hour") if hours < 24 else counted(round(hours / 24), "day")
    return (
        f"{report.missed} of {report.asked} questions were missed in {period}, "
        f"{report.missed_before} of {report.asked_before} in the {period} before."
    )


def trend(gap: Gap) -> str:
    """Return how a gap's count compares with the previous period."""
    if not gap.before:
        return "new"
    change = gap.count - gap.before
    return f"{change:+d}" if change else "="


def listed(counts: Mapping[Reason, int] | Mapping[str, int]) -> str:
    """Format counts by name, largest first: "3 not covered, 1 escalated"."""
    rows = sorted(((count, str(name)) for name, count in counts.items()), reverse=True)
    return ", ".join(f"{count} {name}" for count, name in rows)


def gaps_csv(report: Gaps) -> str:
    """Return one row per gap, safe to open in a spreadsheet."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for gap in report.gaps:
        texts = (
            gap.id,
            gap.label,
            gap.count,
            gap.before,
            listed(gap.reasons),
            listed(gap.languages),
            gap.section or "",
            " | ".join(wording.text for wording in gap.wordings),
        )
        writer.writerow([_cell(each) if isinstance(each, str) else each for each in texts])
    return written.getvalue()


def gaps_page(report: Gaps) -> str:
    """Return a complete HTML page, with all text escaped."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files("bot.gaps") / "gaps.html").read_text("utf-8"))
    return template.render(
        report=report,
        summary=summary(report),
        trend=trend,
        listed=listed,
        bars=report.gaps[:_MAX_BARS],
    )


def _cell(text: str) -> str:
    # A spreadsheet would take these for formulas.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

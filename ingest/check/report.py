"""Displays the changes in a new snapshot: in the terminal, and as an HTML page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kb.ingest_result import (
    ChangeKind,
    Diff,
    GateReport,
    GuideChange,
    QuestionOutcome,
    SectionChange,
)
from kb.text.counted import counted

# Per section; chosen by hand.
_MAX_SENTENCES = 12
_STYLES = {ChangeKind.ADDED: "green", ChangeKind.REMOVED: "red strike"}

_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.SAME: "~"}

_MARKS = {ChangeKind.ADDED: ("{+", "+}"), ChangeKind.REMOVED: ("[-", "-]")}
"""Delimiters of changed text on a terminal without colours."""


def show(diff: Diff, gate: GateReport | None, console: Console) -> None:
    """Print the changes, with added and removed text in colour."""
    if diff.before is None:
        console.print("There is no live snapshot to compare with: all guides are new.")
    else:
        if not diff.guides:
            console.print("No guide changed.")
        for guide in diff.guides:
            _show_guide(guide, console)
    if gate:
        _show_gate(gate, console)


def write_page(path: Path, diff: Diff, gate: GateReport | None) -> None:
    """Write the changes as a self-contained HTML page; all text is escaped. Raises OSError."""
    from jinja2 import Environment

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((files("ingest.check") / "diff.html").read_text("utf-8"))
    path.write_text(template.render(diff=diff, gate=gate, outcome=outcome), "utf-8")


def outcome(result: QuestionOutcome) -> str:
    """Return a question's outcome on one line."""
    sections = f": {', '.join(result.sections)}" if result.sections else ""
    return f"{result.decision.value.replace('_', ' ')}{sections}"


def _show_guide(guide: GuideChange, console: Console) -> None:
    name = f"{guide.title} ({guide.language})"
    console.print(Text(f"{name}: {guide.kind.value}", style="bold"), soft_wrap=True)
    for field in guide.fields:
        console.print(
            Text(f"  {field.name}: {field.before} → {field.after}", style="yellow"), soft_wrap=True
        )
    for section in guide.sections:
        _show_section(section, console, whole=guide.kind is not ChangeKind.CHANGED)


def _show_section(section: SectionChange, console: Console, *, whole: bool) -> None:
    kinds = ", ".join(kind.value for kind in section.kinds)
    was = f", was “{section.before}”" if section.before else ""
    console.print(Text(f"  {section.heading}: {kinds}{was}", style="cyan"), soft_wrap=True)
    if whole:
        return
    for sentence in section.sentences[:_MAX_SENTENCES]:
        text = Text("    ")
        kinds_of = {words.kind for words in sentence}
        # A sentence that is entirely new or gone is marked by the sign before it.
        marks = _MARKS if _is_plain(console) and len(kinds_of) > 1 else {}
        for words in sentence:
            before, after = marks.get(words.kind, ("", ""))
            text.append(f"{before}{words.text}{after}", _STYLES.get(words.kind, ""))
        sign = _SIGNS[kinds_of.pop()] if len(kinds_of) == 1 else "~"
        console.print(Text(f"  {sign} ").append_text(text), soft_wrap=True)
    if len(section.sentences) > _MAX_SENTENCES:
        more = len(section.sentences) - _MAX_SENTENCES
        console.print(Text(f"    … {counted(more, 'more sentence')}", style="dim"))


def _is_plain(console: Console) -> bool:
    return console.color_system is None or console.no_color


def _show_gate(gate: GateReport, console: Console) -> None:
    before = "" if gate.right_before is None else f", {gate.right_before} before"
    console.print(
        Text(f"{gate.right_after} of {gate.questions} golden questions are right{before}.")
    )
    for change in gate.changes:
        style = "red" if change.worse else "dim"
        mark = " (draft)" if change.draft else ""
        what = change.worse or "answered differently"
        line = f"  line {change.line}{mark}: {change.question}: {what}"
        console.print(Text(line, style=style), soft_wrap=True)
        if change.worse:
            detail = f"    {outcome(change.before)} → {outcome(change.after)}"
            console.print(Text(detail, style="dim"), soft_wrap=True)

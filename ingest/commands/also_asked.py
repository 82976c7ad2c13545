"""Adds a question that a section answers to the guide's metadata."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ingest.bounded.bounds import Bounds, bounds_of
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.front_matter import side_file_of
from ingest.loaders.decoding import decode
from ingest.loaders.load import read_source
from ingest.reading import whole_source
from kb.model import Guide, Section
from kb.settings import Settings, load_settings
from kb.terminal.output import echo
from kb.text.yaml_edit import EditableYaml, extend, replace_file

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_FRONT_MATTER = re.compile(r"(---[ \t]*\n)(.*?)(^---[ \t]*(?:\n|\Z))", re.DOTALL | re.MULTILINE)


@app.command("also-asked")
def also_asked(
    guide: Annotated[Path, typer.Argument(help="The guide's file.")],
    section: Annotated[str, typer.Argument(help="The section, by anchor or heading.")],
    questions: Annotated[list[str], typer.Argument(help="Questions that the section answers.")],
) -> None:
    """Record that a section answers a question; takes effect at the next ingest."""
    bounds = bounds_of(load_settings(Settings))
    path, added = add_also_asked(guide, section, questions, bounds)
    for question in added:
        echo(f"{path}: {section}: {question}")
    if not added:
        echo(f"{path}: {section} has it already.")


def add_also_asked(
    guide: Path, section: str, questions: Sequence[str], bounds: Bounds | None = None
) -> tuple[Path, list[str]]:
    """Add questions to a section's `also_asked`; return the file, and the questions that were new.

    They go into the guide's front matter if it has one, otherwise into its side file. Comments and
    layout are preserved. Raises SourceError, and changes nothing, if the guide cannot be read, has
    no such section, or would be invalid afterwards.
    """
    bounds = bounds or Bounds()
    source = read_source(guide)
    whole = read_bounded(whole_source, source, bounds)
    document = whole.document
    found = _section(whole.guide, section)
    new = [each for each in dict.fromkeys(questions) if each not in found.also_asked]
    beside = side_file_of(guide)
    text = decode(guide, source.data).text
    head = _FRONT_MATTER.match(text)
    in_side_file = bool(
        document.side_file and {found.anchor, found.heading} & document.side_file.sections.keys()
    )
    if head and not in_side_file:
        path, yaml = guide, head[2]
    else:
        path, yaml = beside, decode(beside, source.beside).text if source.beside else ""
    changed = _with_questions(yaml, found, new)
    if path == guide and head:
        changed = head[1] + changed + head[3] + text[head.end() :]
        after = dataclasses.replace(source, data=changed.encode())
    else:
        after = dataclasses.replace(source, beside=changed.encode())
    read_bounded(whole_source, after, bounds)
    if new:
        replace_file(path, changed)
    return path, new


def _section(guide: Guide, name: str) -> Section:
    sections = guide.sections
    found = next((each for each in sections if each.anchor == name), None)
    found = found or next((each for each in sections if each.heading == name), None)
    if found is None:
        anchors = ", ".join(each.anchor for each in sections[:20])
        raise SourceError(
            guide.info.source, f"there is no section {name!r}. The sections are: {anchors}."
        )
    return found


def _with_questions(text: str, section: Section, questions: Sequence[str]) -> str:
    yaml = EditableYaml(text)
    sections = yaml.value.setdefault("sections", {})
    key = section.heading if section.heading in sections else section.anchor
    extend(sections.setdefault(key, {}), "also_asked", questions)
    return yaml.text()

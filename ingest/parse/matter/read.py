"""Reads a document's front matter."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import NOT_KEYS, FrontMatter, LineFinder, front_matter_of, refuse_near_keys
from ingest.parse.matter.find import FoundMatter, MatterForm, find_matter
from ingest.parse.matter.foreign import split_known_values
from ingest.parse.matter.stray import refuse_stray
from ingest.remark import Remark, RemarkKind
from kb.text.yaml_lines import YamlError, read_yaml

_PLACE = re.compile(r" ?\(at line (\d+), column \d+\)")


class Matter(NamedTuple):
    """A guide's metadata from its front matter, and remarks on it."""

    says: FrontMatter
    remarks: tuple[Remark, ...] = ()


def matter_of(document: Document) -> Matter:
    """Return a document's front matter; raises SourceError with what is wrong."""
    found = find_matter(document.markdown, foreign=document.dialects)
    matter = Matter(FrontMatter()) if found is None else _read(document, found)
    if not matter.says.visible_to:
        refuse_stray(document, found.lines if found else 0)
    return matter


def _read(document: Document, found: FoundMatter) -> Matter:
    values, line = _values(document.source, found)
    if not document.dialects:
        return Matter(front_matter_of(document.source, values, line))
    refuse_near_keys(document.source, values, line)
    mine, remarks = split_known_values(values, line)
    if not found.closed:
        text = "the front matter is not closed: it is read up to the first blank line"
        line_ = found.first_line - 1
        remarks.insert(0, Remark(line=line_, kind=RemarkKind.FRONT_MATTER, text=text))
    return Matter(front_matter_of(document.source, mine, line), tuple(remarks))


def _values(source: str, found: FoundMatter) -> tuple[Mapping[str, Any], LineFinder]:
    line = _line_finder(found)
    try:
        match found.form:
            case MatterForm.YAML:
                yaml = read_yaml(found.text, found.first_line)
                value, line = yaml.value or {}, yaml.line
            case MatterForm.TOML:
                value = tomllib.loads(found.text)
            case MatterForm.JSON:
                value = json.loads(found.text)
            case MatterForm.HEAD:
                pairs = (each.partition(":") for each in found.text.split("\n"))
                value = {key.strip().lower(): text.strip() for key, _, text in pairs}
    except YamlError as error:
        raise SourceError(source, f"front matter {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceError(source, f"front matter {_toml_problem(error, found)}") from error
    except json.JSONDecodeError as error:
        at = found.first_line + error.lineno - 1
        raise SourceError(source, f"front matter line {at}: is not JSON: {error.msg}") from error
    if not isinstance(value, dict):
        raise SourceError(source, f"front matter {NOT_KEYS}")
    return value, line


def _toml_problem(error: tomllib.TOMLDecodeError, found: FoundMatter) -> str:
    place = _PLACE.search(str(error))
    line = f"line {found.first_line + int(place[1]) - 1}: " if place else ""
    return f"{line}is not TOML: {_PLACE.sub('', str(error))}"


def _line_finder(found: FoundMatter) -> LineFinder:
    """Return a function that finds a key's line by pattern, as the parser keeps no line numbers."""
    lines = found.text.split("\n")

    def line(path: tuple[int | str, ...]) -> int:
        name = re.escape(str(path[0])) if path else ""
        key = re.compile(rf"[ \t]*[\"']?{name}[\"']?[ \t]*[:=]|\[+{name}\]", re.IGNORECASE)
        at = next((n for n, text in enumerate(lines) if key.match(text)), 0)
        return found.first_line + at

    return line

"""Reads `guidebot.toml`: which guides there are, and how they are checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic import ValidationError as Invalid

from ingest.errors import GuidesFileError
from ingest.front_matter import GUIDE_ID, Audiences, LinkUrl, SideFile, did_you_mean
from ingest.lint_options import LintOptions
from kb.text.addresses import without_credentials
from kb.text.yaml_lines import as_list

DEFAULT_FILE = Path("guidebot.toml")

_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(as_list)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class GuideEntry(_Table):
    """A `[[guide]]` entry: a source, and metadata for its guides.

    `source` is a file, a folder, a glob, or the URL of a page or a sitemap. With `git`, the URL or
    path of a repository, it is a path in that repository at `ref`. The metadata here overrides
    front matter and side files. `{path}` in `url` stands for the file's path in its folder, without
    the suffix.
    """

    source: _Text
    git: _Text | None = None
    ref: _Text | None = None
    id: Annotated[str, Field(pattern=GUIDE_ID)] | None = None
    title: _Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    url: LinkUrl | None = None
    owner: _Text | None = None
    visible_to: Audiences = ()
    review: date | None = None

    @model_validator(mode="after")
    def _ref_needs_git(self) -> GuideEntry:
        if self.ref and not self.git:
            raise ValueError("'ref' needs a git repository: add 'git'")
        return self

    def matter(self, path: str) -> SideFile:
        """Return the metadata for the guide in the file at `path`, relative to its folder."""
        names = ("id", "title", "language", "owner", "visible_to", "review")
        given = {name: getattr(self, name) for name in names if name in self.model_fields_set}
        if self.url:
            given["url"] = self.url.replace("{path}", path.rsplit(".", 1)[0])
        return SideFile.model_validate(given)


class GateOptions(_Table):
    """`[gate]`: files of golden questions, and how many may be answered worse than before."""

    questions: tuple[Path, ...] = ()
    allowed_regressions: Annotated[int, Field(ge=0)] = 0


class GuidesFile(_Table):
    """The contents of a guides file. Its paths are relative to its folder."""

    guide: Annotated[tuple[GuideEntry, ...], Field(min_length=1)]
    gate: GateOptions = GateOptions()
    lint: LintOptions = LintOptions()


def read_guides_file(path: Path) -> GuidesFile:
    """Read the file; raises GuidesFileError with the line and key that is wrong.

    The paths of the gate's questions are made relative to the working folder.
    """
    try:
        text = path.read_text("utf-8")
        toml = tomllib.loads(text)
    except OSError as error:
        raise GuidesFileError(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise GuidesFileError(path, "is not UTF-8. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise GuidesFileError(path, f"is not TOML: {error}") from error
    try:
        found = GuidesFile.model_validate(toml)
    except Invalid as error:
        problems = [_problem(problem, text) for problem in error.errors()]
        raise GuidesFileError(path, "; ".join(problems)) from error
    questions = tuple(path.parent / name for name in found.gate.questions)
    return found.model_copy(update={"gate": found.gate.model_copy(update={"questions": questions})})


def _problem(problem: Mapping[str, Any], text: str) -> str:
    place: Sequence[int | str] = problem["loc"]
    key = ".".join(str(part) for part in place)
    plain = isinstance(problem["input"], (str, int, float))
    given = without_credentials(f" (found {problem['input']!r})") if plain else ""
    if problem["type"] == "extra_forbidden":
        meant = did_you_mean(str(place[-1]), GuideEntry.model_fields) if "guide" in place else ""
        return f"line {_line(text, place)}: {key}: there is no such key{meant}"
    return f"line {_line(text, place)}: {key}: {problem['msg']}{given}"


def _line(text: str, place: Sequence[int | str]) -> int:
    """Return the line of a key, of its table's header, or else 1.

    Tables are found by their headers, as tomllib keeps no line numbers.
    """
    table, number = str(place[0]), 0
    keys = [part for part in place[1:] if isinstance(part, str)]
    wanted = next((part for part in place[1:] if isinstance(part, int)), 0)
    inside, nearest = False, 1
    for n, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            inside = header[1] == table and number == wanted
            number += header[1] == table
            nearest = n if inside else nearest
        elif (key := _KEY.match(line)) and (
            (inside and key[1] in keys[:1]) or (len(place) == 1 and key[1] == table)
        ):
            return n
    return nearest

"""A guide's metadata: in its front matter, or in a side file next to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic import ValidationError as Invalid

from ingest.errors import SourceError
from ingest.near_keys import buried, likely_meant, meant_by
from kb.text.addresses import without_credentials
from kb.text.yaml_lines import YamlError, as_list, read_yaml

SIDE_FILE = ".guide.yaml"
"""The suffix of a side file: that of `a.ja.txt` is `a.ja.guide.yaml`."""

GUIDE_ID = r"^[\w.-]+(/[\w.-]+)*$"
"""The pattern of a guide id: a name, optionally in folders."""

MAX_CHARACTERS = 300
"""The maximum length of a wording or keyword.

Chosen by hand: a question as people type it is far shorter.
"""


def _without_credentials(url: str) -> str:
    if without_credentials(url) != url:
        raise ValueError("must not contain a user or password: anyone with the link would see it")
    return url


LinkUrl = Annotated[str, Field(pattern=r"^https?://\S+$"), AfterValidator(_without_credentials)]
"""The address of a page that answers link to."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Short = Annotated[_Text, StringConstraints(max_length=MAX_CHARACTERS)]
_Texts = Annotated[tuple[_Short, ...], BeforeValidator(as_list)]


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("is empty. Remove the key if everyone may see the guide")
    return value


Audiences = Annotated[_Texts, AfterValidator(_some)]
"""Who may see a guide: one or more channel ids."""

_Checksum = Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
_Group = Annotated[tuple[_Short, ...], Field(min_length=2)]


_Day = date


class DraftMatter(BaseModel):
    """A section's drafts: by whom, when, and for which text (kb.model.Drafts)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: _Short
    date: _Day
    problem: _Checksum | None = None
    also_asked: _Texts = ()
    keywords: _Texts = ()
    title: _Short | None = None
    dropped: tuple[_Checksum, ...] = ()


class SectionMatter(BaseModel):
    """Metadata that helps to find a section.

    `also_asked` are questions that it answers, in any language, worded as people ask them;
    `keywords` are words that people use for it and the guide does not; `title` says what it is
    about where its heading does not. `drafts` are the same, not yet reviewed by the docs team.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    also_asked: _Texts = ()
    keywords: _Texts = ()
    title: _Short | None = None
    drafts: DraftMatter | None = None

    @property
    def by_hand(self) -> bool:
        """Whether any of it was written by hand."""
        return bool(self.also_asked or self.keywords or self.title)


class FrontMatter(BaseModel):
    """A guide's metadata. Keys of other tools are ignored.

    `also_asked` and `keywords` belong to the first section; `sections` has them by anchor or
    heading. Each of `synonyms` is a group of words with the same meaning. `visible_to` are the
    Slack channels (ids) where answers may come from the guide. `owner` maintains it, and `review`
    is the day its next review is due. `structure` says whether headings and steps that are only
    typed are parsed as such ("recovered") or as text ("plain").
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=GUIDE_ID)] | None = None
    title: _Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    url: LinkUrl | None = None
    also_asked: _Texts = ()
    keywords: _Texts = ()
    sections: dict[str, SectionMatter] = {}
    synonyms: tuple[_Group, ...] = ()
    visible_to: Audiences = ()
    owner: _Short | None = None
    review: date | None = None
    structure: Literal["plain", "recovered"] | None = None


class SideFile(FrontMatter):
    """The same metadata in a side file, which no other tool reads: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


KEYS = frozenset(FrontMatter.model_fields)
"""The front-matter keys that are ours."""

LineFinder = Callable[[tuple[int | str, ...]], int]
"""Returns the line (1-based) in its file of the value at a path of keys and indexes."""


def front_matter_of(source: str, values: Mapping[str, Any], line: LineFinder) -> FrontMatter:
    """Return the metadata in front matter; raises SourceError with what is wrong."""
    refuse_near_keys(source, values, line)
    return _checked(FrontMatter, source, "front matter ", values, line)


def read_side_file(path: Path, text: str) -> SideFile:
    """Return the metadata in a side file; raises SourceError with what is wrong."""
    return _read(SideFile, str(path), text)


def merge_front_matter(matter: FrontMatter, side: FrontMatter) -> FrontMatter:
    """Return both merged; where they conflict, the side file wins.

    Their wordings and keywords for one section are combined.
    """
    said = {name: getattr(side, name) for name in side.model_fields_set - {"sections"}}
    sections = dict(matter.sections)
    for name, help_ in side.sections.items():
        sections[name] = _added(sections[name], help_) if name in sections else help_
    return matter.model_copy(update=said | {"sections": sections})


def _added(matter: SectionMatter, side: SectionMatter) -> SectionMatter:
    return SectionMatter(
        also_asked=tuple(dict.fromkeys((*matter.also_asked, *side.also_asked))),
        keywords=tuple(dict.fromkeys((*matter.keywords, *side.keywords))),
        title=side.title or matter.title,
        drafts=side.drafts or matter.drafts,
    )


def side_file_of(guide: Path) -> Path:
    """Return the path of a guide's side file."""
    return guide.with_name(guide.stem + SIDE_FILE)


_Matter = TypeVar("_Matter", bound=FrontMatter)


def _read(model: type[_Matter], source: str, text: str) -> _Matter:
    try:
        found = read_yaml(text)
    except YamlError as error:
        raise SourceError(source, str(error)) from error
    if found.value is None:
        return model()
    if not isinstance(found.value, dict):
        raise SourceError(source, NOT_KEYS)
    return _checked(model, source, "", found.value, found.line)


NOT_KEYS = "must be keys and values, such as 'title: ...'"


def _checked(
    model: type[_Matter], source: str, what: str, values: Mapping[str, Any], line: LineFinder
) -> _Matter:
    try:
        return model.model_validate(values)
    except Invalid as error:
        raise SourceError(source, what + _problem(error.errors()[0], line)) from error


def refuse_near_keys(source: str, values: Mapping[str, Any], line: LineFinder) -> None:
    """Raise SourceError for an unknown key that is almost certainly a misspelling of ours."""
    for key, value in values.items():
        if meant := meant_by(str(key), value):
            raise SourceError(
                source,
                f"front matter line {line((key,))}: there is no key {str(key)!r}. Write {meant!r} "
                "if that is what you mean, or give it a less similar name",
            )
    for top, key in buried(values, KEYS):
        raise SourceError(
            source,
            f"front matter line {line((top, key))}: {key!r} has no effect inside {top!r}. Put "
            f"{meant_by(key) or key!r} next to {top!r}, not inside it",
        )


def _problem(problem: Mapping[str, Any], line: LineFinder) -> str:
    path: Sequence[int | str] = problem["loc"]
    key = ".".join(str(part) for part in path)
    at = f"line {line(tuple(path))}: {key}: "
    if problem["type"] == "extra_forbidden":
        return f"{at}there is no such key{did_you_mean(key, KEYS)}"
    found = without_credentials(repr(problem["input"]))
    return f"{at}{problem['msg']} (found {found})"


def did_you_mean(key: str, keys: Iterable[str]) -> str:
    """Return the suggestion to add to an error about an unknown key."""
    meant = likely_meant(key, keys)
    return f". Did you mean {meant!r}?" if meant else ""

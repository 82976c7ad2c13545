"""The words of the project as types: guide, section, block, chunk, citation, step, answer.

All of them are frozen and can be written as JSON and read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, NewType

from pydantic import BaseModel, ConfigDict
from pydantic_core import core_schema


class Frozen(BaseModel):
    """A value that cannot change after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Audience = NewType("Audience", str)
"""Who asks, as far as a guide's `visible_to` goes: in Slack, a channel's id."""


class CleanText(str):
    """What a person wrote, without secrets: fit to be searched with, stored and shown.

    Only kb.question.redact makes it. `secrets` says what kinds were taken out, each once.
    """

    secrets: tuple[str, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: Any) -> core_schema.CoreSchema:
        """Take no other text in Python; in JSON, it is what was written there of one before."""
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(cls, core_schema.str_schema()),
            python_schema=core_schema.is_instance_schema(cls),
            serialization=core_schema.to_string_ser_schema(),
        )


class Unit(StrEnum):
    """What a guide's places are counted in: what people can look up in its source."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    PAGE = "page"


class Lines(Frozen):
    """A run of lines in the source file: 1-based, both ends included.

    In a source without lines it is a run of what the guide's `unit` says.
    """

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Span(Frozen):
    """A run of text that has one look; `href` is the link as the guide wrote it."""

    text: str
    href: str | None = None
    code: bool = False
    bold: bool = False


class BlockKind(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    CAPTION = "caption"
    """The line that names the procedure under it, such as "To rotate a key"."""
    STEP = "step"
    BULLET = "bullet"
    CODE = "code"
    NOTE = "note"
    TABLE = "table"
    LINKS = "links"


class Block(Frozen):
    """A piece of a section, with the lines of the source that it stands on.

    `id` is its place in the section ("2", and "2.1" for its first child). A step has the
    `number` a reader sees; a note its `label`; code its `info` (the language, if named); a
    table its `rows`, the first being the header.
    """

    id: str
    kind: BlockKind
    lines: Lines
    spans: tuple[Span, ...] = ()
    children: tuple[Block, ...] = ()
    number: int | None = None
    label: str | None = None
    info: str | None = None
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        """The block's own words, without its children's."""
        if self.rows:
            return "\n".join(" | ".join(row) for row in self.rows)
        return "".join(span.text for span in self.spans)

    @property
    def full_text(self) -> str:
        """The block's words and its children's, a line each."""
        parts = [self.text, *(child.full_text for child in self.children)]
        return "\n".join(part for part in parts if part)


class Role(StrEnum):
    """What a section is to the problem that it belongs to."""

    WHOLE = "whole"
    """It is the problem, by itself."""
    SYMPTOMS = "symptoms"
    CAUSE = "cause"
    RESOLUTION = "resolution"
    MORE = "more"


_Day = date


class Drafts(Frozen):
    """What a language model proposed for a problem, and nobody of the docs team has accepted yet.

    `by` names the reply or the model it is from, `date` the day it came. `problem` is the checksum
    of the problem's text that it was drafted for; None, if that is not known. `also_asked`,
    `keywords` and `title` are as in a section. Without any of them, all were decided on. `dropped`
    are checksums of the texts that the docs team did not want.
    """

    by: str
    date: _Day
    problem: str | None = None
    also_asked: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    title: str | None = None
    dropped: tuple[str, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether anything in it waits for somebody's word."""
        return bool(self.also_asked or self.keywords or self.title)


class Section(Frozen):
    """A heading and what stands under it, up to the next heading.

    `path` holds the headings from the guide's first level down to this one. `anchor` names
    the section within its guide and does not change when other sections do. `url` leads to
    the section where the guide is published, if it is. `also_asked` and `keywords` are the
    docs team's: questions that it answers, and words that people use for what it is about.

    Sections that are parts of one problem name it by the anchor of its first section; `role` says
    which part a section is, `problem_path` holds the headings down to the problem's own, and
    `part` those below it that say more than the role. `title` is what the problem is about, where
    its heading does not say; all its sections have it. `drafts` are its first section's.
    """

    anchor: str
    heading: str
    path: tuple[str, ...]
    lines: Lines
    blocks: tuple[Block, ...] = ()
    url: str | None = None
    also_asked: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    role: Role = Role.WHOLE
    problem: str | None = None
    problem_path: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    title: str | None = None
    drafts: Drafts | None = None


class GuideInfo(Frozen):
    """What is known of a guide besides its sections.

    Guides with the same `id` in several languages are editions of one guide. `source` is
    the file it was read from, `sha256` that file's checksum. `synonyms` are groups of words
    that mean the same in it. `visible_to` names the audiences (in Slack, the channels' ids) that
    may know of it; without any, everybody may. `owner` looks after it, and `review` is the day by
    which it is to be read through again.
    """

    id: str
    title: str
    language: str
    source: str
    sha256: str
    url: str | None = None
    see_also: tuple[Span, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    visible_to: tuple[str, ...] = ()
    owner: str | None = None
    review: date | None = None
    unit: Unit = Unit.LINE

    def is_visible_to(self, audience: Audience | None) -> bool:
        """Whether an audience may know of the guide; None is who may know of all."""
        return audience is None or not self.visible_to or audience in self.visible_to


def problem_heading(section: Section, guide: GuideInfo) -> str:
    """Return what the problem that a section belongs to is called."""
    if section.title:
        return section.title
    if section.role is Role.WHOLE:
        return section.heading
    return section.problem_path[-1] if section.problem_path else guide.title


class Guide(Frozen):
    """One document that the docs team owns, in one language."""

    info: GuideInfo
    sections: tuple[Section, ...]


class Chunk(Frozen):
    """What is embedded: the heading path and some blocks of one section.

    `section` is the section's row in the snapshot, `blocks` the ids of the top-level blocks
    that the text was taken from.
    """

    section: int
    text: str
    blocks: tuple[str, ...]


DRAFT = "draft"
LEARNED = "learned"


class Wording(Frozen):
    """A way of asking about a problem, in `language` (ISO 639-1).

    `problem` is the row of the problem's first section in the snapshot. `origin` says where it
    comes from: "docs", the docs team; "pack " and the name of a vocabulary pack; DRAFT, one that
    nobody has accepted yet; LEARNED, what people asked.
    """

    problem: int
    text: str
    language: str
    origin: str


class Decision(StrEnum):
    """What the bot does with a question."""

    ANSWER = "answer"
    CHOOSE = "choose"
    NOT_COVERED = "not_covered"
    SMALL_TALK = "small_talk"


class Citation(Frozen):
    """The place in a guide that words come from. `quote` holds those words, verbatim.

    Where the place is in a part of a problem, `problem` is the anchor of the problem's first
    section, and `about` what the problem is called.
    """

    guide_id: str
    guide_title: str
    language: str
    path: tuple[str, ...]
    anchor: str
    source: str
    lines: Lines
    quote: str
    snapshot: str
    url: str | None = None
    unit: Unit = Unit.LINE
    problem: str | None = None
    about: str | None = None

    @property
    def section(self) -> str:
        """What the problem is called among all guides: "guide#anchor"."""
        return f"{self.guide_id}#{self.problem or self.anchor}"

    @property
    def place(self) -> str:
        """The guide's title and the headings down to the section, for people."""
        names = dict.fromkeys((self.guide_title, *self.path))
        return " › ".join(name for name in names if name.strip())


class Step(Frozen):
    """One thing for the person to do, or to know.

    `citations` are 1-based positions in the answer's citations; `children` are the
    sub-items, code and notes that belong to the step; `label` is what the guide calls a note,
    such as "Important". `original` are the guide's own words, if `spans` translate them. `kind` is
    that of the guide's block; one that the guide numbers, or that is a sentence of prose to be
    done, has its `number`.
    """

    spans: tuple[Span, ...]
    citations: tuple[int, ...]
    children: tuple[Block, ...] = ()
    label: str | None = None
    original: tuple[Span, ...] = ()
    kind: BlockKind = BlockKind.STEP
    number: int | None = None

    @property
    def text(self) -> str:
        """The step's own words, without its children's."""
        return "".join(span.text for span in self.spans)

    @property
    def guide_text(self) -> str:
        """The same in the guide's words, if `text` translates them."""
        return "".join(span.text for span in self.original or self.spans)


class Part(Frozen):
    """What one section says to a question: a heading, steps in order, then explanation.

    `omitted` are the numbers of the steps that are left out, where a language model chose.
    """

    heading: str
    steps: tuple[Step, ...]
    notes: tuple[Step, ...] = ()
    caption: str | None = None
    omitted: tuple[int, ...] = ()


class Rendering(StrEnum):
    """What a language model did for an answer whose words are the guide's."""

    GUIDE = "guide"
    """Nothing: it was not needed, or not to be had."""
    CHOSEN = "chosen"
    """It chose what is shown."""
    TRANSLATED = "translated"
    """It translated steps, which stand over their originals."""


class Answer(Frozen):
    """The answer to a question; knows nothing of Slack.

    `language` is the question's language (ISO 639-1), `guide_language` that of the steps.
    `confidence` is in [0, 1]. `talk` is what small talk was about, `topics` the guides' titles and
    `examples` the questions that are named in reply. `secrets` are the kinds of secrets that were
    taken out of the question. `more` are the headings of what the guide says of the problem
    besides. `nearest` names the problems that came closest when the guides do not cover the
    question, `choices` those to choose from when it is not sure which is meant. `rendering` says
    what a language model did for it; None, if none is used. `joined` says that the question was
    understood with the one before it, and `understood` how a language model put it then, if that
    is not what was written.
    """

    question: CleanText
    language: str
    decision: Decision
    confidence: float
    snapshot: str
    guide_language: str | None = None
    parts: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    see_also: tuple[Span, ...] = ()
    more: tuple[str, ...] = ()
    nearest: tuple[Citation, ...] = ()
    choices: tuple[Citation, ...] = ()
    talk: str | None = None
    topics: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    rendering: Rendering | None = None
    joined: bool = False
    understood: CleanText | None = None


def numbered_steps(steps: Sequence[Step]) -> Iterator[tuple[int, Step]]:
    """Yield steps with what each is called: the guide's number, or else how many it is."""
    number = 0
    for step in steps:
        if step.kind is BlockKind.STEP:
            number = step.number or number + 1
        yield number, step


def by_section(citations: Sequence[Citation]) -> list[list[tuple[int, Citation]]]:
    """Group an answer's citations by the section they are in, each with its number."""
    groups: dict[tuple[str, str, str], list[tuple[int, Citation]]] = {}
    for number, citation in enumerate(citations, 1):
        key = (citation.guide_id, citation.language, citation.anchor)
        groups.setdefault(key, []).append((number, citation))
    return list(groups.values())


def by_problem(citations: Sequence[Citation]) -> list[Citation]:
    """Return the first of an answer's citations of each problem."""
    first: dict[tuple[str, str], Citation] = {}
    for citation in citations:
        first.setdefault((citation.section, citation.language), citation)
    return list(first.values())


def line_marks(numbered: Sequence[tuple[int, Citation]]) -> str:
    """Return the numbers of citations, each with its lines: "[1] 36-40, [2] 42"."""
    return ", ".join(f"[{number}] {citation.lines}" for number, citation in numbered)


class Hit(NamedTuple):
    """A problem as found, by the row of its first section, and what speaks for it.

    `row` is that of its best chunk, and `section` that chunk's section. `score` are the log odds
    that the problem is what is asked about, and not something that no guide covers.
    `passage` and `block` are the cosines of its best chunk and block, `nearest` that of its
    nearest wording and `wordings` the mean of its three nearest, all standardised
    (kb.retrieval.background); the latter two are nan where it has none, and `believed`, in [0, 1],
    says how much they count. `words` is its BM25 as a
    share of the best, and `known` the share of the question's terms that any problem has.
    """

    row: int
    section: int
    problem: int
    score: float
    passage: float
    block: float
    words: float
    known: float
    nearest: float
    wordings: float
    believed: float

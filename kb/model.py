"""The project's vocabulary as types: guide, section, block, chunk, citation, step, answer.

All are immutable and round-trip through JSON, except Problem and Hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, NewType

from pydantic import BaseModel, ConfigDict
from pydantic_core import core_schema


class Frozen(BaseModel):
    """An immutable value; unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Audience = NewType("Audience", str)
"""Who sees an answer, for a guide's `visible_to`: in Slack, a channel's id."""


class CleanText(str):
    """What a person wrote, without secrets: safe to search with, store and show.

    Only kb.question.redact creates it. `secrets` are the kinds of secrets removed, each once.
    """

    secrets: tuple[str, ...] = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: Any) -> core_schema.CoreSchema:
        """Accept no plain str in Python; JSON is trusted to hold what was clean when written."""
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(cls, core_schema.str_schema()),
            python_schema=core_schema.is_instance_schema(cls),
            serialization=core_schema.to_string_ser_schema(),
        )


class SourceUnit(StrEnum):
    """What places in a guide's source are counted in, so that people can look them up."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    PAGE = "page"


class Lines(Frozen):
    """A range of lines in the source, 1-based and inclusive.

    In a source without lines, a range of the guide's `unit`: paragraphs or pages.
    """

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


class Span(Frozen):
    """A run of text with one style; `href` is the link as the guide has it."""

    text: str
    href: str | None = None
    code: bool = False
    bold: bool = False


class BlockKind(StrEnum):
    """The kind of a block."""

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
    """A piece of a section, with its lines in the source.

    `id` is its position in the section ("2", and "2.1" for its first child). A step has the
    `number` a reader sees, a note its `label`, code its `info` (the language, if given), and a
    table its `rows`, header first.
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
        """The block's own text, without its children's."""
        if self.rows:
            return "\n".join(" | ".join(row) for row in self.rows)
        return "".join(span.text for span in self.spans)

    @property
    def full_text(self) -> str:
        """The text of the block and its children, one per line."""
        parts = [self.text, *(child.full_text for child in self.children)]
        return "\n".join(part for part in parts if part)


class Role(StrEnum):
    """What part of its problem a section is."""

    WHOLE = "whole"
    """The section is the whole problem."""
    SYMPTOMS = "symptoms"
    CAUSE = "cause"
    RESOLUTION = "resolution"
    MORE = "more"


_Day = date


class Drafts(Frozen):
    """What a language model proposed for a problem, and nobody on the docs team has accepted yet.

    `by` names the reply or model it came from, `date` the day. `problem` is the checksum of the
    problem's text it was drafted for, if known. `also_asked`, `keywords` and `title` are as in a
    section; if all are empty, everything was decided on. `dropped` are checksums of the texts that
    the docs team rejected.
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
        """Whether anything in it still awaits a decision."""
        return bool(self.also_asked or self.keywords or self.title)


class Section(Frozen):
    """A heading and what is under it, up to the next heading.

    `path` holds the headings from the guide's top level down to this one. `anchor` identifies the
    section within its guide and does not change when other sections do. `url` is where the section
    is published, if anywhere. `also_asked` and `keywords` come from the docs team: questions that
    the section answers, and words that people use for its subject.

    Sections of one problem share `problem`, the anchor of its first section; `role` says which part
    a section is, `problem_path` holds the headings down to the problem's own, and `part` those
    below it that say more than the role. `title` names the problem where its heading does not; all
    its sections have it. Only a problem's first section has `drafts`.
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
    """A guide's metadata.

    Guides with the same `id` in several languages are editions of one guide. `source` is the file
    it was read from, `sha256` that file's checksum. `synonyms` are groups of words that mean the
    same in it. `visible_to` lists the audiences (in Slack, channel ids) that may see it; if empty,
    everybody may. `owner` maintains it, and `review` is when it is due for review.
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
    unit: SourceUnit = SourceUnit.LINE

    def is_visible_to(self, audience: Audience | None) -> bool:
        """Whether an audience may see the guide; None may see every guide."""
        return audience is None or not self.visible_to or audience in self.visible_to


def problem_heading(section: Section, guide: GuideInfo) -> str:
    """Return the name of the problem that a section belongs to."""
    if section.title:
        return section.title
    if section.role is Role.WHOLE:
        return section.heading
    return section.problem_path[-1] if section.problem_path else guide.title


class Problem(NamedTuple):
    """A problem's sections, in the guide's order, and their guide."""

    sections: Sequence[Section]
    guide: GuideInfo


class Guide(Frozen):
    """One document owned by the docs team, in one language."""

    info: GuideInfo
    sections: tuple[Section, ...]


class Chunk(Frozen):
    """What is embedded: the heading path and some blocks of one section.

    `section` is the section's row in the snapshot, `blocks` the ids of the top-level blocks
    that the text comes from.
    """

    section: int
    text: str
    blocks: tuple[str, ...]


DRAFT = "draft"
LEARNED = "learned"


class Wording(Frozen):
    """A way of asking about a problem, in `language` (ISO 639-1).

    `problem` is the row of the problem's first section in the snapshot. `origin` is "docs" for the
    docs team, "pack " and a name for a vocabulary pack, DRAFT for a draft that nobody has accepted
    yet, or LEARNED for what people asked.
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
    """A place in a guide; `quote` is what it says there, verbatim.

    If its section is part of a problem, `problem` is the anchor of the problem's first section, and
    `about` the problem's name.
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
    unit: SourceUnit = SourceUnit.LINE
    problem: str | None = None
    about: str | None = None

    @property
    def section(self) -> str:
        """The problem's id among all guides: "guide#anchor"."""
        return f"{self.guide_id}#{self.problem or self.anchor}"

    @property
    def breadcrumb(self) -> str:
        """The guide's title and the headings down to the section, as people read it."""
        names = dict.fromkeys((self.guide_title, *self.path))
        return " › ".join(name for name in names if name.strip())


class Step(Frozen):
    """One thing for the person to do, or to know.

    `citations` are 1-based positions in the answer's citations; `children` are the sub-items, code
    and notes that belong to the step; `label` is the guide's name for a note, such as "Important".
    `original` is the guide's own text if `spans` translate it. `kind` is that of the guide's block.
    A step that the guide numbers, or an instruction taken from prose, has a `number`.
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
        """The step's own text, without its children's."""
        return "".join(span.text for span in self.spans)

    @property
    def guide_text(self) -> str:
        """The step's own text in the guide's language, even if `text` is a translation."""
        return "".join(span.text for span in self.original or self.spans)


class Part(Frozen):
    """One section's share of an answer: a heading, steps in order, then explanatory notes.

    `omitted` are the numbers of the steps that a language model left out.
    """

    heading: str
    steps: tuple[Step, ...]
    notes: tuple[Step, ...] = ()
    caption: str | None = None
    omitted: tuple[int, ...] = ()


class Rendering(StrEnum):
    """What a language model did for an answer."""

    GUIDE = "guide"
    """Nothing: it was not needed, or not available."""
    CHOSEN = "chosen"
    """It chose which lines are shown."""
    TRANSLATED = "translated"
    """It translated steps, which are shown above their originals."""


class Answer(Frozen):
    """The answer to a question, independent of Slack.

    `language` is the question's language (ISO 639-1), `guide_language` that of the steps.
    `confidence` is a probability in [0, 1]. `talk` is the kind of small talk; `topics` (guide
    titles) and `examples` (questions) are shown in reply. `secrets` are the kinds of secrets
    removed from the question. `more` are the headings of the problem's other sections. `nearest`
    are the closest problems if the guides do not cover the question, `choices` those to choose from
    if it is unclear which is meant. `rendering` is what a language model did; None if none is
    configured. `joined` says that the question was read together with the one before it, and
    `understood` is how a language model rephrased it, if it did.
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
    """Yield steps with their numbers: the guide's, or else the next in order."""
    number = 0
    for step in steps:
        if step.kind is BlockKind.STEP:
            number = step.number or number + 1
        yield number, step


def by_section(citations: Sequence[Citation]) -> list[list[tuple[int, Citation]]]:
    """Group an answer's citations by section, each with its number (1-based)."""
    groups: dict[tuple[str, str, str], list[tuple[int, Citation]]] = {}
    for number, citation in enumerate(citations, 1):
        key = (citation.guide_id, citation.language, citation.anchor)
        groups.setdefault(key, []).append((number, citation))
    return list(groups.values())


def by_problem(citations: Sequence[Citation]) -> list[Citation]:
    """Return an answer's first citation of each problem."""
    first: dict[tuple[str, str], Citation] = {}
    for citation in citations:
        first.setdefault((citation.section, citation.language), citation)
    return list(first.values())


def line_marks(numbered: Sequence[tuple[int, Citation]]) -> str:
    """Return citations' numbers with their lines: "[1] 36-40, [2] 42"."""
    return ", ".join(f"[{number}] {citation.lines}" for number, citation in numbered)


class Hit(NamedTuple):
    """A problem found for a question, with its score and the features it is made of.

    `row` is its best chunk, `section` that chunk's section, `problem` its first section, all as
    rows of the snapshot. `score` is the log odds that the problem is meant rather than something
    that no guide covers.

    `passage` and `block` are the cosines of its best chunk and block, `nearest` that of its nearest
    wording and `wordings` the mean of its three nearest, all standardised
    (kb.retrieval.background); the last two are nan without wordings, and `believed`, in [0, 1], is
    how much they count. `words` is its BM25 score as a share of the best, and `known` the share of
    the question's terms that any problem has, both in [0, 1].
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

"""What ingest and the bot tell each other as JSON: one model for both sides.

Readers ignore keys of results that they do not know.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, computed_field

from kb.evaluation.evaluate import Failure
from kb.model import Decision, Frozen

STOPPED_BY_GATE = 3
"""The exit code of `guidebot ingest` if golden questions would be answered worse."""


class _Printed(Frozen):
    model_config = ConfigDict(extra="ignore")


class ChangeKind(StrEnum):
    """What happened to a guide, a section, or a run of text."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    MOVED = "moved"
    CHANGED = "changed"
    SAME = "same"


class TextRun(_Printed):
    """Part of a sentence that was added, was removed, or is unchanged."""

    kind: ChangeKind
    text: str


class SectionChange(_Printed):
    """What happened to a section, which may be several things at once.

    `before` is the previous heading. `sentences` are those that were added, removed or edited.
    """

    kinds: tuple[ChangeKind, ...]
    anchor: str
    heading: str
    before: str | None = None
    sentences: tuple[tuple[TextRun, ...], ...] = ()


class FieldChange(_Printed):
    """A guide's metadata field before and after."""

    name: str
    before: str
    after: str


class GuideChange(_Printed):
    """What happened to a guide."""

    kind: ChangeKind
    id: str
    language: str
    title: str
    fields: tuple[FieldChange, ...] = ()
    sections: tuple[SectionChange, ...] = ()


class Diff(_Printed):
    """The changes from the live snapshot (None if there is none) to a new one, by name."""

    before: str | None
    after: str
    guides: tuple[GuideChange, ...] = ()


class QuestionOutcome(_Printed):
    """How one snapshot answers a question. `sections` are those cited or offered."""

    decision: Decision
    sections: tuple[str, ...]
    failure: Failure | None


class QuestionChange(_Printed):
    """A question whose answer changed; `worse` is the reason if it got worse.

    `draft` marks a question that nobody has reviewed yet.
    """

    question: str
    language: str
    line: int
    expect: tuple[str, ...]
    before: QuestionOutcome
    after: QuestionOutcome
    worse: str | None = None
    draft: bool = False


class GateReport(_Printed):
    """The result of asking all golden questions.

    `right_before` is None if there was no live snapshot to ask.
    """

    questions: int
    right_before: int | None
    right_after: int
    allowed: int
    changes: tuple[QuestionChange, ...] = ()

    @property
    def regressions(self) -> list[QuestionChange]:
        """The questions that are answered worse."""
        return [change for change in self.changes if change.worse]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def passed(self) -> bool:
        """Whether there are no more regressions than allowed."""
        return len(self.regressions) <= self.allowed


class IngestSummary(_Printed):
    """What was read and indexed. `seconds` is the run time, `peak` its peak memory in MiB.

    `kept` are the live guides that were kept because their sources cannot be read, `gone` those no
    longer among the sources. Of all `problems`, `without_wordings` have none, and `drafts_waiting`
    have only drafts that are not used yet. The texts are those that the command prints: sources
    with what is wrong or notable in them, guides with their sources.
    """

    guides: int
    sections: int
    chunks: int
    embedded: int
    reused: int
    seconds: float
    peak: int
    left_out: tuple[str, ...]
    passed_over: tuple[str, ...]
    remarks: tuple[str, ...]
    kept: tuple[str, ...]
    gone: tuple[str, ...]
    problems: int
    without_wordings: int
    drafts_waiting: int
    packs: tuple[str, ...]


class IngestResult(_Printed):
    """The output of `guidebot ingest --json`. `snapshot` is the candidate's name.

    `held` means that it waits for `guidebot publish`.
    """

    snapshot: str
    published: bool
    held: bool
    summary: IngestSummary
    diff: Diff
    gate: GateReport | None


class IngestFailure(_Printed):
    """The output of `guidebot ingest --json` if it fails; `error` says why."""

    error: str


class PendingDrafts(_Printed):
    """Drafts for one problem that await review: an item of `guidebot suggest --pending`."""

    guide: str
    language: str
    anchor: str
    heading: str
    source: str
    by: str
    date: str
    also_asked: tuple[str, ...]
    keywords: tuple[str, ...]
    title: str | None


class ReviewDecision(Frozen):
    """A decision on a problem's drafts: an item of what `guidebot suggest --decide` reads.

    `keep` are the wordings to keep; if empty, all are dropped.
    """

    source: Annotated[str, Field(min_length=1)]
    anchor: Annotated[str, Field(min_length=1)]
    keep: tuple[str, ...]

"""Applies drafts and decisions to the side files: everything is checked, then written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ingest.errors import SourceError
from ingest.suggest.draft_checks import dropped_drafts, kept_drafts
from ingest.suggest.drafted import Drafted
from ingest.suggest.problems import GuideFile, ProblemToWord
from ingest.suggest.side_file import SideFileEditor
from kb.evaluation.golden import NOT_COVERED, GoldenQuestion, Split, questions_in
from kb.evaluation.golden_file import NewQuestion, with_decisions, with_questions
from kb.model import Drafts
from kb.text.language import detect_language
from kb.text.yaml_edit import replace_file

_SPLITS = 3


@dataclass
class Changes:
    """The new contents of files, and counts of what they add. An empty text removes the file."""

    files: dict[Path, str] = field(default_factory=dict)
    problems: int = 0
    wordings: int = 0
    keywords: int = 0
    golden: int = 0
    near: int = 0

    def write(self) -> None:
        """Replace the files with their new contents; raises OSError."""
        for path, text in self.files.items():
            if text:
                replace_file(path, text)
            else:
                path.unlink(missing_ok=True)


def drafted_changes(
    guides: Sequence[GuideFile],
    drafted: Mapping[str, Drafted],
    sources: Mapping[str, str],
    today: date,
) -> Changes:
    """Return the changes for drafts, keyed by problem; `sources` names where they are from.

    Raises SourceError or QuestionsError if a file is invalid, before or after the change.
    """
    changes = Changes()
    for guide in guides:
        editor: SideFileEditor | None = None
        questions: list[NewQuestion] = []
        for problem in guide.problems:
            if problem.key not in drafted:
                continue
            new, by = drafted[problem.key], sources[problem.key]
            drafts = merged(problem, new, by, today)
            if drafts != problem.drafts and (new.also_asked or new.keywords or new.title):
                if editor is None:
                    editor = SideFileEditor(guide)
                    editor.drop_gone()
                editor.put(problem, drafts)
                changes.problems += 1
                changes.wordings += len(new.also_asked)
                changes.keywords += len(new.keywords)
            questions += _questions(problem, new, f"{by}, {today}, {problem.anchor}")
        if editor:
            changes.files[guide.side] = editor.text()
        _add_questions(changes, guide, questions)
    return changes


def merged(problem: ProblemToWord, new: Drafted, by: str, today: date) -> Drafts:
    """Merge new drafts into a problem's; without new ones, they are unchanged."""
    wordings, keywords = kept_drafts(problem, current=new.current)
    before = problem.drafts
    checksum = new.problem
    if before and not new.current and before.problem == problem.checksum:
        checksum = before.problem  # there were drafts for the current text as well
    title = new.title or (before.title if before and before.problem == checksum else None)
    drafts = Drafts(
        by=by,
        date=today,
        problem=checksum,
        also_asked=(*wordings, *new.also_asked),
        keywords=(*keywords, *new.keywords),
        title=title,
        dropped=dropped_drafts(problem, current=new.current),
    )
    same = before and drafts.model_copy(update={"by": before.by, "date": before.date}) == before
    return before if before and same else drafts


@dataclass(frozen=True)
class DraftDecision:
    """A decision on a problem's drafts: those that are kept; None, if all are dropped.

    `golden` are the drafted questions that are kept; None keeps all, unless all drafts are dropped.
    """

    problem: ProblemToWord
    kept: Drafts | None
    golden: frozenset[str] | None = None


def decided_changes(guide: GuideFile, decisions: Sequence[DraftDecision]) -> Changes:
    """Return the changes for decisions on a guide's drafts; raises as `drafted_changes` does."""
    changes = Changes()
    editor = SideFileEditor(guide)
    golden = _golden_text(guide)
    questions = questions_in(guide.golden, golden) if golden.strip() else []
    keep = _keeps({decision.problem.anchor: decision for decision in decisions})
    for decision in decisions:
        problem, kept = decision.problem, decision.kept
        if problem.drafts is None:
            continue
        unwanted = [each.q for each in drafted_questions(problem, questions) if not keep(each)]
        editor.decide(problem, kept, [*_dropped(problem.drafts, kept), *unwanted])
        if problem.drafts.waiting:
            changes.problems += 1
            changes.wordings += len(kept.also_asked) if kept else 0
    if any(decision.problem.drafts for decision in decisions):
        changes.files[guide.side] = editor.text()
    if questions:
        changes.files[guide.golden] = with_decisions(guide.golden, golden, keep)
    return changes


def _dropped(drafts: Drafts, kept: Drafts | None) -> list[str]:
    """Return the problem's drafts that are not kept."""
    wanted = {text.casefold() for text in _texts(kept)} if kept else set()
    return [text for text in _texts(drafts) if text.casefold() not in wanted]


def _texts(drafts: Drafts) -> tuple[str, ...]:
    return (*drafts.also_asked, *drafts.keywords, *([drafts.title] if drafts.title else []))


def drafted_questions(
    problem: ProblemToWord, questions: Sequence[GoldenQuestion]
) -> list[GoldenQuestion]:
    """Return the drafted questions that belong to a problem."""
    return [each for each in questions if each.draft and _anchor(each.draft) == problem.anchor]


def _keeps(by_anchor: Mapping[str, DraftDecision]) -> Callable[[GoldenQuestion], bool | None]:
    def keep(question: GoldenQuestion) -> bool | None:
        decision = by_anchor.get(_anchor(question.draft or ""))
        if decision is None:
            return None
        if decision.golden is not None:
            return question.q in decision.golden
        return decision.kept is not None

    return keep


def _anchor(draft: str) -> str:
    """Return the problem that a draft's mark names: "by, date, anchor"."""
    return draft.rsplit(", ", 1)[-1]


def _add_questions(changes: Changes, guide: GuideFile, questions: Sequence[NewQuestion]) -> None:
    if not questions:
        return
    text, added = with_questions(guide.golden, _golden_text(guide), questions)
    if added:
        changes.files[guide.golden] = text
    near = sum(each.expect == (NOT_COVERED,) for each in added)
    changes.near += near
    changes.golden += len(added) - near


def _questions(problem: ProblemToWord, new: Drafted, mark: str) -> list[NewQuestion]:
    return [
        NewQuestion(
            text, detect_language(text, problem.info.language), (expect,), _split(text), mark
        )
        for texts, expect in ((new.golden, problem.name), (new.near, NOT_COVERED))
        for text in texts
    ]


def _split(text: str) -> Split:
    """Assign a question to a split: two thirds are for fitting, whatever else is in the file."""
    digest = hashlib.sha256(text.casefold().encode()).digest()
    return "test" if int.from_bytes(digest[:4], "big") % _SPLITS == 0 else "dev"


def _golden_text(guide: GuideFile) -> str:
    try:
        return guide.golden.read_text("utf-8") if guide.golden.exists() else ""
    except OSError as error:
        raise SourceError(guide.golden, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(guide.golden, "is not UTF-8. Save it as UTF-8.") from error

"""Reviews drafts in the terminal: problem by problem, with a key for each decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.suggest.changes import DraftDecision, decided_changes, drafted_questions
from ingest.suggest.drafted import LineTag, fault_of
from ingest.suggest.guide_files import read_guide_file
from ingest.suggest.problems import GuideFile, ProblemToWord
from kb.evaluation.golden import NOT_COVERED, GoldenQuestion, read_questions
from kb.model import Drafts

Ask = Callable[[str], str]
Say = Callable[[str], None]

KEYS = "k keep all shown, 2 5-7 drop these, e 3 edit one, d drop all, s skip, q quit"
# Characters of a problem's text that are shown; chosen by hand.
_MAX_TEXT = 200

_NUMBERS = re.compile(r"\d+(?:\s*-\s*\d+)?(?:[\s,]+\d+(?:\s*-\s*\d+)?)*")
_EDIT = re.compile(r"e\s*(\d+)", re.IGNORECASE)


@dataclass
class _Row:
    """A drafted text on the screen; `question` is its golden question, if it is one."""

    tag: LineTag
    text: str
    question: GoldenQuestion | None = None


@dataclass
class Reviewed:
    """How many problems were decided on, and how many wordings were kept."""

    problems: int = 0
    kept: int = 0
    quit: bool = field(default=False)


def review(guides: Sequence[GuideFile], ask: Ask, say: Say) -> Reviewed:
    """Show each problem's drafts, and write the decision after each problem.

    `ask` shows a text and returns what was typed; EOFError from it means "quit". Raises SourceError
    or QuestionsError if a file is invalid.
    """
    done = Reviewed()
    anchors = [(guide, [problem.anchor for problem in waiting(guide)]) for guide in guides]
    total, number = sum(len(some) for _, some in anchors), 0
    for guide, some in anchors:
        for anchor in some:
            number += 1
            # The file may have changed; it has, if the previous problem was in it.
            fresh = _fresh(guide)
            problem = next((each for each in waiting(fresh) if each.anchor == anchor), None)
            if problem is None:
                continue
            say(f"\n{number} of {total}: {guide.path}: {problem.heading} ({problem.anchor})")
            decision = _decide(fresh, problem, ask, say, done)
            if decision:
                decided_changes(fresh, [decision]).write()
                done.problems += 1
                done.kept += len(decision.kept.also_asked) if decision.kept else 0
            if done.quit:
                return done
    return done


def waiting(guide: GuideFile) -> list[ProblemToWord]:
    """Return a guide's problems with drafts or drafted questions that await a decision."""
    questions = _golden(guide)
    return [
        problem
        for problem in guide.problems
        if (problem.drafts and problem.drafts.waiting) or drafted_questions(problem, questions)
    ]


def _fresh(guide: GuideFile) -> GuideFile:
    return read_guide_file(guide.source, guide.bounds)


def _golden(guide: GuideFile) -> list[GoldenQuestion]:
    return read_questions(guide.golden) if guide.golden.exists() else []


def _decide(
    guide: GuideFile, problem: ProblemToWord, ask: Ask, say: Say, done: Reviewed
) -> DraftDecision | None:
    rows = _rows(problem, drafted_questions(problem, _golden(guide)))
    say(_shortened(" ".join(problem.text.split())))
    if problem.drafts:
        say(f"by {problem.drafts.by}, {problem.drafts.date}{_changed(problem)}")
    _show(rows, say)
    while True:
        try:
            key = ask(f"[{KEYS}] ").strip()
        except EOFError:
            key = "q"
        if key.lower() in ("q", "s"):
            done.quit = key.lower() == "q"
            return None
        if key.lower() == "d":
            if _is_sure(rows, ask):
                return DraftDecision(problem, None)
            continue
        if key.lower() == "k":
            return _kept(problem, rows)
        if edit := _EDIT.fullmatch(key):
            _edit(rows, int(edit[1]), ask, say)
        elif _NUMBERS.fullmatch(key):
            _drop(rows, key, say)
        else:
            say(f"{key!r} is not one of the keys: {KEYS}.")
            continue
        _show(rows, say)


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT].rstrip() + "..."


def _is_sure(rows: Sequence[_Row], ask: Ask) -> bool:
    try:
        return ask(f"drop all {len(rows)}? y/N ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _changed(problem: ProblemToWord) -> str:
    drafts = problem.drafts
    changed = drafts is not None and drafts.problem != problem.checksum
    return "; the text may have changed since" if changed else ""


def _rows(problem: ProblemToWord, questions: Sequence[GoldenQuestion]) -> list[_Row]:
    drafts = problem.drafts
    rows = [_Row(LineTag.ASK, text) for text in (drafts.also_asked if drafts else ())]
    rows += [_Row(LineTag.WORD, text) for text in (drafts.keywords if drafts else ())]
    rows += [_Row(LineTag.TITLE, drafts.title)] if drafts and drafts.title else []
    for question in questions:
        tag = LineTag.NEAR if question.expect == (NOT_COVERED,) else LineTag.GOLDEN
        rows.append(_Row(tag, question.q, question))
    return rows


def _show(rows: Sequence[_Row], say: Say) -> None:
    for number, row in enumerate(rows, 1):
        say(f"{number:>3}  {row.tag.value:<6}  {row.text}")


def _drop(rows: list[_Row], key: str, say: Say) -> None:
    numbers: set[int] = set()
    for part in re.findall(r"\d+(?:\s*-\s*\d+)?", key):
        first, _, last = part.partition("-")
        # So that a typo such as 1-999999999 costs nothing.
        numbers.update(range(int(first), min(int(last or first), len(rows)) + 1))
        if not 1 <= int(first) <= int(last or first) <= len(rows):
            say(f"There is no {part}: enter numbers from 1 to {len(rows)}.")
            return
    for number in sorted(numbers):
        say(f"dropped: {rows[number - 1].text}")
    rows[:] = [row for number, row in enumerate(rows, 1) if number not in numbers]


def _edit(rows: list[_Row], number: int, ask: Ask, say: Say) -> None:
    if not 1 <= number <= len(rows):
        say(f"There is no {number}: enter numbers from 1 to {len(rows)}.")
        return
    row = rows[number - 1]
    if row.question:
        say("Edit golden questions in their file.")
        return
    try:
        text = " ".join(ask(f"{row.text}\nNew text (empty to keep it):  ").split())
    except EOFError:
        return
    if text and (fault := fault_of(text, row.tag)):
        say(f"Not changed: the new text {fault}.")
    elif text:
        row.text = text


def _kept(problem: ProblemToWord, rows: Sequence[_Row]) -> DraftDecision:
    def texts(tag: LineTag) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.text for row in rows if row.tag is tag))

    golden = frozenset(row.question.q for row in rows if row.question)
    if problem.drafts is None:
        return DraftDecision(problem, None, golden)
    kept = problem.drafts.model_copy(
        update={
            "also_asked": texts(LineTag.ASK),
            "keywords": texts(LineTag.WORD),
            "title": next(iter(texts(LineTag.TITLE)), None),
        }
    )
    return DraftDecision(problem, _or_none(kept), golden)


def _or_none(drafts: Drafts) -> Drafts | None:
    return drafts if drafts.waiting else None

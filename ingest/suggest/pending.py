"""Pending drafts and decisions on them, as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.suggest.changes import Changes, DraftDecision, decided_changes
from ingest.suggest.problems import GuideFile, ProblemToWord
from kb.errors import GuidebotError
from kb.ingest_result import PendingDrafts, ReviewDecision

_DECIDED = TypeAdapter(tuple[ReviewDecision, ...])


def pending(guides: Sequence[GuideFile]) -> list[PendingDrafts]:
    """Return the drafts that await review, in the guides' order."""
    return [
        PendingDrafts(
            guide=problem.info.id,
            language=problem.info.language,
            anchor=problem.anchor,
            heading=problem.heading,
            source=str(guide.path),
            by=problem.drafts.by,
            date=problem.drafts.date.isoformat(),
            also_asked=problem.drafts.also_asked,
            keywords=problem.drafts.keywords,
            title=problem.drafts.title,
        )
        for guide in guides
        for problem in guide.problems
        if problem.drafts and problem.drafts.waiting
    ]


def read_decisions(name: str, data: bytes) -> tuple[ReviewDecision, ...]:
    """Parse a JSON file of decisions; raises GuidebotError with what is wrong."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise GuidebotError(f"{name}: is not UTF-8. Nothing was changed.") from error
    except json.JSONDecodeError as error:
        raise GuidebotError(
            f"{name}: line {error.lineno}: is not JSON: {error.msg}. Nothing was changed."
        ) from error
    except RecursionError as error:
        raise GuidebotError(f"{name}: is nested too deeply. Nothing was changed.") from error
    try:
        return _DECIDED.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        wrong = f"{place}: {first['msg']}" if place else "must be a list of decisions"
        raise GuidebotError(f"{name}: {wrong}. Nothing was changed.") from error


def decisions_as_changes(
    guides: Sequence[GuideFile], decided: Sequence[ReviewDecision]
) -> list[Changes]:
    """Return the changes for decisions, not written yet.

    Raises GuidebotError with every unknown source, section and wording, and as `decided_changes`
    does.
    """
    faults: list[str] = []
    found: dict[Path, list[DraftDecision]] = {}
    seen: set[tuple[Path, str]] = set()
    for each in decided:
        guide = next((guide for guide in guides if _is_at(guide, each.source)), None)
        problem = _problem(guide, each.anchor)
        faults += _faults(guide, problem, each)
        if guide and problem:
            if (guide.path, problem.anchor) in seen:
                faults.append(f"{each.source}: {each.anchor!r} is decided on twice")
            seen.add((guide.path, problem.anchor))
            found.setdefault(guide.path, []).append(_decision(problem, each))
    if faults:
        reasons = "".join(f"\n  {fault}" for fault in faults)
        raise GuidebotError(f"These decisions cannot be applied, so nothing was changed:{reasons}")
    return [decided_changes(guide, found[guide.path]) for guide in guides if guide.path in found]


def _is_at(guide: GuideFile, source: str) -> bool:
    return str(guide.path) == source or guide.path.resolve() == Path(source).resolve()


def _problem(guide: GuideFile | None, anchor: str) -> ProblemToWord | None:
    problems = guide.problems if guide else ()
    return next((each for each in problems if each.anchor == anchor), None)


def _faults(
    guide: GuideFile | None, problem: ProblemToWord | None, each: ReviewDecision
) -> Iterator[str]:
    if guide is None:
        yield f"{each.source}: no guide with this source was given"
    elif problem is None:
        yield f"{each.source}: there is no problem {each.anchor!r}"
    elif problem.drafts is None or not problem.drafts.waiting:
        yield f"{each.source}: {each.anchor!r} has no pending drafts"
    else:
        for text in each.keep:
            if text not in problem.drafts.also_asked:
                yield f"{each.source}: {each.anchor!r} has no drafted wording {text!r}"


def _decision(problem: ProblemToWord, each: ReviewDecision) -> DraftDecision:
    if problem.drafts is None or not each.keep:
        return DraftDecision(problem, None)
    wanted = set(each.keep)
    kept = tuple(text for text in problem.drafts.also_asked if text in wanted)
    return DraftDecision(problem, problem.drafts.model_copy(update={"also_asked": kept}))

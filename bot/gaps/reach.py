"""The words that lead people to problems, problems nobody reaches, and misleading wordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.memory.anonymise import anonymise
from bot.memory.history import Asked
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision, Frozen
from kb.wordings.learned import LearnedWording, Lesson, Standing, by_standing

# Examples of questions, not a list.
_MAX_WORDS = 5


class Reached(Frozen):
    """A problem, how often it was the answer, and to which questions, latest first.

    `before` counts the previous period of the same length.
    """

    problem: str
    heading: str
    times: int
    before: int
    words: tuple[str, ...]


class Misleading(Frozen):
    """A wording that is nearest to questions its problem did not answer."""

    problem: str
    heading: str
    wording: str
    origin: str
    times: int
    before: int
    questions: tuple[str, ...]


class Taught(Frozen):
    """A learned wording (kb.wordings.learned)."""

    id: str
    problem: str
    heading: str
    text: str
    language: str
    people: int
    against: int
    standing: Standing


class Reach(Frozen):
    """The report on wordings. `never` are the headings of problems never given as an answer."""

    reached: tuple[Reached, ...]
    never: tuple[str, ...]
    misleading: tuple[Misleading, ...]
    taught: tuple[Taught, ...]


def find_reach(
    asked: Sequence[Asked],
    lessons: Sequence[Lesson],
    learned: Sequence[LearnedWording],
    headings: Mapping[str, str],
    start: float,
    knowledge_base: KnowledgeBase,
) -> Reach:
    """Return the report on the period from `start` (Unix time) on, and on the one before.

    `asked` holds both periods; `headings` maps problems to headings. Raises as KnowledgeBase.ask
    does.
    """
    called_now = knowledge_base.index().snapshot.manifest.called_now
    answered = [
        (called_now(each.section), each)
        for each in asked
        if each.decision == Decision.ANSWER.value and each.section
    ]
    reached = _reached(answered, headings, start)
    found = {each.problem for each in reached}
    return Reach(
        reached=tuple(reached),
        never=tuple(heading for name, heading in headings.items() if name not in found),
        misleading=tuple(_misleading(lessons, headings, start, knowledge_base)),
        taught=tuple(
            Taught(
                id=each.id,
                problem=each.problem,
                heading=headings.get(each.problem, each.problem),
                text=each.text,
                language=each.language,
                people=each.people,
                against=each.against,
                standing=each.standing,
            )
            for each in by_standing(learned)
        ),
    )


def _reached(
    answered: Sequence[tuple[str, Asked]], headings: Mapping[str, str], start: float
) -> list[Reached]:
    """Return the problems that were answers, the most frequent ones of the period first.

    `answered` are questions, oldest first, each with the problem that was the answer.
    """
    now = Counter(name for name, each in answered if each.at >= start)
    before = Counter(name for name, each in answered if each.at < start)
    words: dict[str, dict[str, None]] = {}
    for name, each in reversed(answered):
        if text := anonymise(each.text):
            words.setdefault(name, {})[text] = None
    rows = [
        Reached(
            problem=name,
            heading=heading,
            times=now[name],
            before=before[name],
            words=tuple(words.get(name, ()))[:_MAX_WORDS],
        )
        for name, heading in headings.items()
        if now[name] or before[name]
    ]
    return sorted(rows, key=lambda row: (-row.times, -row.before))


def _misleading(
    lessons: Sequence[Lesson],
    headings: Mapping[str, str],
    start: float,
    knowledge_base: KnowledgeBase,
) -> list[Misleading]:
    called_now = knowledge_base.index().snapshot.manifest.called_now
    wrong = [
        lesson.model_copy(update={"problem": called_now(lesson.problem)})
        for lesson in lessons
        if not lesson.good
    ]
    found: dict[tuple[str, str, str], list[Lesson]] = {}
    for lesson in (each for each in wrong if each.problem in headings):
        nearest = knowledge_base.nearest_wording(lesson.problem, lesson.text, lesson.language)
        if nearest:
            key = (lesson.problem, nearest.text, nearest.origin)
            found.setdefault(key, []).append(lesson)
    rows = [
        Misleading(
            problem=problem,
            heading=headings[problem],
            wording=wording,
            origin=origin,
            times=sum(lesson.at >= start for lesson in some),
            before=sum(lesson.at < start for lesson in some),
            questions=tuple(dict.fromkeys(lesson.text for lesson in some))[:_MAX_WORDS],
        )
        for (problem, wording, origin), some in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.times, -row.before, row.wording))

"""What people teach the search by pressing buttons, replayed.

    python -m benchmarks.replay [--fetched FOLDER] [--keep FOLDER]

To each guide of the bench (bench_guides), people come one after the other, each with one question.
Where the bot is not sure, they press the button of the problem that they mean, if it is there; some
press a wrong one, as their share says. What they taught counts as it does in Slack. Asked are the
drafted wordings, as the bench has hardly two questions about one problem; half of the time from
them all, in an order by chance. What is measured is the other half, and the bench's own questions,
before and afterwards. FOLDERs are those of benchmarks.any_guide.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.any_guide import FoldEmbeddings, anchor_of, model_of, page_of
from benchmarks.bench_guides import SHARED, BenchGuide, bench_guides
from benchmarks.measure import table, tell
from ingest.pipeline import publish_guides
from kb.answer.decide import CHOICES
from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.search import SearchIndex
from kb.wordings.learned import Lesson, Standing

_WRONG = (0.0, 0.1)
_TEACH_EVERY = 50
_MOST_PEOPLE = 500

_COLUMNS = ("first", "answered right", "answered wrong", "false")


@dataclass(frozen=True)
class Person:
    """What somebody asks, and the problems that they mean: none, if no guide covers it."""

    question: str
    right: frozenset[tuple[str, str]]


def main() -> None:
    """Replay, and print what was learned."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fetched", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--shared", type=Path, default=SHARED)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        keep = options.keep or Path(temporary)
        keep.mkdir(parents=True, exist_ok=True)
        found = [replay(guide, keep) for guide in bench_guides(options.fetched, options.shared)]
    for kind in found[0]:
        rows = [each[kind] for each in found]
        means = np.mean(rows, axis=0)
        print(f"\n{kind}\n")
        names = ["before", *(f"after, {wrong:.0%} pressed wrong" for wrong in _WRONG)]
        cells = [
            [name, *(f"{value:.3f}" for value in row)]
            for name, row in zip(names, means, strict=True)
        ]
        print(table(["", *_COLUMNS], cells))


def replay(guide: BenchGuide, keep: Path) -> dict[str, list[list[float]]]:
    """Return the measures of a guide, before and after each replay, by who is measured."""
    tell(guide.name)
    random = np.random.default_rng(0)
    people = [
        Person(text, frozenset({name})) for name, texts in guide.wordings.items() for text in texts
    ]
    order = random.permutation(len(people))[: 2 * _MOST_PEOPLE]
    first, second = (
        [people[n] for n in some] for some in (order[: len(order) // 2], order[len(order) // 2 :])
    )
    bench = [Person(each.text, each.right) for each in guide.questions]
    embeddings = FoldEmbeddings(str(model_of(guide.name, keep)), keep, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary))
        os.symlink((keep / "embeddings.sqlite").resolve(), home.embedding_cache)
        publish_guides(guide.pages, home, embeddings)
        texts = list(dict.fromkeys(redact(each.question) for each in (*people, *bench)))
        known = dict(zip(texts, embeddings.encode(texts, "query"), strict=True))
        knowledge_base = KnowledgeBase(home, embeddings, known=known)
        kinds = {"the other half": second, "the bench's own questions": bench}
        found = {kind: [measured(knowledge_base, some)] for kind, some in kinds.items()}
        for wrong in _WRONG:
            learned = pressed(knowledge_base, first, wrong, random)
            tell(f"  {learned} wordings learned")
            for kind, some in kinds.items():
                found[kind].append(measured(knowledge_base, some))
            knowledge_base.teach([], {})
    return found


def pressed(
    knowledge_base: KnowledgeBase,
    people: Iterable[Person],
    wrong: float,
    random: np.random.Generator,
) -> int:
    """Let people ask and press; return how many wordings were learned."""
    lessons: list[Lesson] = []
    for number, person in enumerate(people):
        if number % _TEACH_EVERY == 0:
            knowledge_base.teach(lessons, {})
        lessons += press(knowledge_base, person, f"U{number}", random.random() < wrong, random)
    learned = knowledge_base.teach(lessons, {})
    return sum(each.standing is Standing.COUNTS for each in learned)


def press(
    knowledge_base: KnowledgeBase,
    person: Person,
    name: str,
    wrong: bool,
    random: np.random.Generator,
) -> list[Lesson]:
    """Return what a person teaches who asks, and presses the right button or a wrong one."""
    found = knowledge_base.find(redact(person.question))
    answer = knowledge_base.answer(found)
    if not found.hits or answer.decision is Decision.ANSWER:
        return []
    shown = found.hits[:CHOICES]
    named = [_name(found.index, hit.problem) for hit in shown]
    fitting = [n for n, each in enumerate(named) if (each in person.right) != wrong]
    if not fitting:
        return []
    chosen = int(random.choice(fitting)) if wrong else fitting[0]

    def lesson(place: int, good: bool) -> Lesson:
        return Lesson(
            problem=found.index.names(shown[place])[0][1],
            text=found.question,
            language=found.language,
            person=name,
            good=good,
        )

    first_not_meant = answer.decision is Decision.CHOOSE and chosen != 0
    return [lesson(chosen, True), *([lesson(0, False)] if first_not_meant else [])]


def measured(knowledge_base: KnowledgeBase, people: Sequence[Person]) -> list[float]:
    """Return the measures in the order of _COLUMNS."""
    first, right, wrong, false = [], [], [], []
    for person in people:
        found = knowledge_base.find(redact(person.question))
        answered = knowledge_base.answer(found).decision is Decision.ANSWER
        good = bool(found.hits) and _name(found.index, found.hits[0].problem) in person.right
        if person.right:
            first.append(good)
            right.append(answered and good)
            wrong.append(answered and not good)
        else:
            false.append(answered)
    return [float(np.mean(some)) if some else 0.0 for some in (first, right, wrong, false)]


def _name(index: SearchIndex, problem: int) -> tuple[str, str]:
    return page_of(index, problem), anchor_of(index, problem)


if __name__ == "__main__":
    main()

"""What people teach the search by pressing buttons, replayed.

    python -m benchmarks.replay [--fetched FOLDER] [--keep FOLDER]

People come to each guide of the benchmark (bench_guides) one after another, each with one question.
When the bot isn't sure, they press the button of the problem they mean, if it is there. Some press
a wrong one, and some rate the answer. What they teach counts as it does in Slack.

The benchmark has hardly two questions about the same problem, so people ask the drafted wordings
instead: of some of the problems that the benchmark asks about, half the wordings, in random order.
What is measured, before and after, is the other half, and the benchmark's own questions about these
problems and about none. The options are those of benchmarks.any_guide.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.any_guide import FoldEmbeddings, model_of
from benchmarks.bench_guides import SHARED, BenchGuide, bench_guides, file_of
from benchmarks.measure import table, tell
from ingest.pipeline import publish_guides
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Citation, Decision, by_problem
from kb.paths import Home
from kb.question.redact import redact
from kb.wordings.learned import Lesson, Standing

_TEACH_EVERY = 50
_MOST_PROBLEMS = 60

_COLUMNS = ("first", "answered right", "answered wrong", "false")


@dataclass(frozen=True)
class Manners:
    """The shares of people who press a wrong button, and who rate an answer."""

    wrong: float = 0.0
    rate: float = 0.0

    def __str__(self) -> str:
        """Return the name of the row."""
        return f"after, {self.wrong:.0%} press wrong, {self.rate:.0%} rate answers"


_MANNERS = (Manners(), Manners(wrong=0.1), Manners(rate=0.5), Manners(wrong=0.1, rate=0.5))


@dataclass(frozen=True)
class Person:
    """What someone asks, and the problems ("guide#anchor") they mean, if any."""

    question: str
    right: frozenset[str]


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
        names = ["before", *map(str, _MANNERS)]
        cells = [
            [name, *(f"{value:.3f}" for value in row)]
            for name, row in zip(names, means, strict=True)
        ]
        print(table(["", *_COLUMNS], cells))


def replay(guide: BenchGuide, keep: Path) -> dict[str, list[list[float]]]:
    """Return a guide's measures before and after each replay, by who is measured."""
    tell(guide.name)
    random = np.random.default_rng(0)
    asked = sorted({name for each in guide.questions for name in each.right} & {*guide.wordings})
    some = {asked[n] for n in random.permutation(len(asked))[:_MOST_PROBLEMS]}
    ids = {file_of(page): page.info.id for page in guide.pages}

    def named(places: Iterable[tuple[str, str]]) -> frozenset[str]:
        return frozenset(f"{ids[file]}#{anchor}" for file, anchor in places)

    people = [
        Person(text, named([place])) for place in sorted(some) for text in guide.wordings[place]
    ]
    order = random.permutation(len(people))
    half = len(order) // 2
    first, second = [people[n] for n in order[:half]], [people[n] for n in order[half:]]
    bench = [
        Person(each.text, named(each.right))
        for each in guide.questions
        if not each.right or each.right & some
    ]
    embeddings = FoldEmbeddings(str(model_of(guide.name, keep)), keep, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(Path(temporary))
        os.symlink((keep / "embeddings.sqlite").resolve(), home.embedding_cache)
        publish_guides(guide.pages, home, embeddings)
        texts = list(dict.fromkeys(redact(each.question) for each in (*people, *bench)))
        known = dict(zip(texts, embeddings.encode(texts, "query"), strict=True))
        knowledge_base = KnowledgeBase(home, embeddings, known=known)
        kinds = {"the other half": second, "the bench's own questions": bench}
        found = {kind: [measured(knowledge_base, each)] for kind, each in kinds.items()}
        for manners in _MANNERS:
            learned = pressed(knowledge_base, first, manners, random)
            tell(f"  {learned} wordings learned")
            for kind, each in kinds.items():
                found[kind].append(measured(knowledge_base, each))
            knowledge_base.teach([], {})
    return found


def pressed(
    knowledge_base: KnowledgeBase,
    people: Iterable[Person],
    manners: Manners,
    random: np.random.Generator,
) -> int:
    """Have people ask and press buttons; return how many wordings were learned."""
    lessons: list[Lesson] = []
    for number, person in enumerate(people):
        if number % _TEACH_EVERY == 0:
            knowledge_base.teach(lessons, {})
        lessons += said_by(knowledge_base, person, f"U{number}", manners, random)
    learned = knowledge_base.teach(lessons, {})
    return sum(each.standing is Standing.COUNTS for each in learned)


def said_by(
    knowledge_base: KnowledgeBase,
    person: Person,
    name: str,
    manners: Manners,
    random: np.random.Generator,
) -> list[Lesson]:
    """Return what a person teaches by asking and then reacting as people do."""
    answer = knowledge_base.ask(redact(person.question))
    shown = [each.section for each in _offered(answer)]
    right = [name in person.right for name in shown]

    def lesson(place: int, good: bool) -> Lesson:
        return Lesson(
            problem=shown[place],
            text=answer.question,
            language=answer.language,
            person=name,
            good=good,
        )

    if answer.decision is Decision.ANSWER:
        return [lesson(0, right[0])] if random.random() < manners.rate else []
    wrong = random.random() < manners.wrong
    fitting = [place for place, good in enumerate(right) if good != wrong]
    if not fitting:
        return []
    chosen = int(random.choice(fitting)) if wrong else fitting[0]
    first_not_meant = answer.decision is Decision.CHOOSE and chosen != 0
    return [lesson(chosen, True), *([lesson(0, False)] if first_not_meant else [])]


def measured(knowledge_base: KnowledgeBase, people: Sequence[Person]) -> list[float]:
    """Return the measures in the order of _COLUMNS."""
    first, right, wrong, false = [], [], [], []
    for person in people:
        answer = knowledge_base.ask(redact(person.question))
        answered = answer.decision is Decision.ANSWER
        best = next(iter(_offered(answer)), None)
        good = best is not None and best.section in person.right
        if person.right:
            first.append(good)
            right.append(answered and good)
            wrong.append(answered and not good)
        else:
            false.append(answered)
    return [float(np.mean(some)) if some else 0.0 for some in (first, right, wrong, false)]


def _offered(answer: Answer) -> Sequence[Citation]:
    """Return what an answer comes from, or else the choices it offers, best first."""
    return by_problem(answer.citations)[:1] or answer.choices or answer.nearest


if __name__ == "__main__":
    main()

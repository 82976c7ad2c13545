"""Groups what people ask but do not find by meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.gaps.missed import Missed, Reason, missed
from bot.memory.history import Asked
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.model import Frozen
from kb.retrieval.background import GROUPS, background_questions, group_of

# Average distance at which groups are no longer merged: measured by benchmarks/grouping.py
# (docs/gaps.md).
MAX_COSINE_DISTANCE = 0.75

# Examples of a group, not a list.
_MAX_WORDINGS = 5


class Variant(Frozen):
    """A question as someone worded it."""

    id: str
    text: str


class Gap(Frozen):
    """Questions with one meaning. `before` counts those of the previous period.

    `label` is the medoid's wording and `id` its id. `section` ("guide#anchor") is the one most
    often found nearest, `heading` its heading.
    """

    id: str
    label: str
    count: int
    before: int
    reasons: dict[Reason, int]
    languages: dict[str, int]
    wordings: tuple[Variant, ...]
    section: str | None
    heading: str | None


class Day(Frozen):
    """Number of questions on a day (UTC), and of those that were missed."""

    day: date
    asked: int
    missed: int


class Gaps(Frozen):
    """What was missed in a period, and in the one of the same length before it."""

    since: datetime
    until: datetime
    asked: int
    asked_before: int
    missed: int
    missed_before: int
    gaps: tuple[Gap, ...]
    days: tuple[Day, ...]


def find_gaps(
    asked: Sequence[Asked],
    since: datetime,
    until: datetime,
    embeddings: SentenceTransformerEmbeddings,
    headings: Mapping[str, str],
) -> Gaps:
    """Return the gaps from `since` to `until`, largest first.

    `asked` also holds the questions of the previous period. `headings` maps sections to headings.
    """
    start = since.timestamp()
    questions = missed(asked)
    vectors = centred(
        [each.text for each in questions], [each.language for each in questions], embeddings
    )
    groups: dict[int, list[int]] = {}
    for number, group in enumerate(group_by_meaning(vectors)):
        groups.setdefault(int(group), []).append(number)
    gaps = [
        _gap([questions[n] for n in group], vectors[group], start, headings)
        for group in groups.values()
        if any(questions[n].at >= start for n in group)
    ]
    now = [each for each in questions if each.at >= start]
    return Gaps(
        since=since,
        until=until,
        asked=sum(each.at >= start for each in asked),
        asked_before=sum(each.at < start for each in asked),
        missed=len(now),
        missed_before=len(questions) - len(now),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.count, gap.before, gap.label))),
        days=tuple(_days([each.at for each in asked], [each.at for each in now], since, until)),
    )


def group_by_meaning(vectors: Vectors) -> NDArray[np.int64]:
    """Return each vector's group number, shape (vectors,); the vectors come from `centred`."""
    from sklearn.cluster import AgglomerativeClustering

    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    clusters = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=MAX_COSINE_DISTANCE
    )
    found: NDArray[np.int64] = clusters.fit_predict(vectors)
    return found


def centred(
    texts: Sequence[str], languages: Sequence[str], embeddings: SentenceTransformerEmbeddings
) -> Vectors:
    """Return the texts' vectors, centred per language and L2-normalised, shape (texts, dimension).

    The centre is the mean of everyday questions (kb.retrieval.background). Without centring,
    models such as E5 group questions by language rather than by meaning.
    """
    everyday = background_questions()
    means = np.stack([embeddings.encode(everyday[g], "query").mean(axis=0) for g in GROUPS])
    vectors = embeddings.encode(texts, "query") - means[[group_of(each) for each in languages]]
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def _gap(
    questions: Sequence[Missed], vectors: Vectors, start: float, headings: Mapping[str, str]
) -> Gap:
    now = [number for number, each in enumerate(questions) if each.at >= start]
    nearness = vectors @ vectors.mean(axis=0)
    central = sorted(now, key=lambda number: -nearness[number])
    wordings = {questions[n].text.casefold(): questions[n] for n in reversed(central)}
    shown = list(reversed(wordings.values()))[:_MAX_WORDINGS]
    medoid = questions[central[0]]
    sections = Counter(questions[n].section for n in now if questions[n].section)
    section = next((name for name, _ in sections.most_common(1)), None)
    return Gap(
        id=medoid.id,
        label=medoid.text,
        count=len(now),
        before=len(questions) - len(now),
        reasons=dict(Counter(reason for n in now for reason in questions[n].reasons)),
        languages=dict(Counter(questions[n].language for n in now)),
        wordings=tuple(Variant(id=each.id, text=each.text) for each in shown),
        section=section,
        heading=headings.get(section or ""),
    )


def _days(
    asked: Sequence[float], lost: Sequence[float], since: datetime, until: datetime
) -> list[Day]:
    def per_day(times: Sequence[float]) -> Counter[date]:
        return Counter(datetime.fromtimestamp(at, UTC).date() for at in times)

    all_asked, all_lost = per_day(asked), per_day(lost)
    days = [since.date() + timedelta(days=n) for n in range((until.date() - since.date()).days + 1)]
    return [Day(day=day, asked=all_asked[day], missed=all_lost[day]) for day in days]

"""Matches a pack's problems to the guides' by the meaning of headings and text.

A pack's wordings are searched for in the guides. If those of one pack problem agree on one guide
problem, and that problem's heading, searched for in turn, is closer to them than to the wordings
of the pack's other problems, the two match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.packs.pack import Pack
from kb.embedder.embeddings import Vectors
from kb.model import Guide, Wording, problem_heading
from kb.retrieval.background import group_of
from kb.retrieval.grouped import Numbers, Scores
from kb.retrieval.ranking import text_log_odds
from kb.snapshot.format import PackUse

# The least mean probabilities of the guide problem: given that one is meant, and including none.
# Between guides that have the problems and others that don't (docs/packs.md, "How sure").
_MIN_AGREED = 0.3
_MIN_SURE = 0.08

# How many of a problem's wordings count, the nearest ones; chosen by hand.
_NEAREST = 3


@dataclass(frozen=True)
class Texts:
    """The vectors of the guides' texts, and for each row the first section of its problem.

    `background` is as in kb.snapshot.format.
    """

    chunks: Vectors
    chunk_problems: Numbers
    blocks: Vectors
    block_problems: Numbers
    background: Vectors


def texts_to_embed(packs: Sequence[Pack], guides: Sequence[Guide]) -> list[str]:
    """Return the texts that `match_pack` needs as question vectors; none if no pack applies."""
    used = [pack for pack in packs if any(_mentions(guide, pack) for guide in guides)]
    wordings = [text for pack in used for name in pack.problems for _, text in pack.wordings(name)]
    return list(dict.fromkeys([*wordings, *(_headings(guides).values() if used else ())]))


def match_pack(
    pack: Pack, guides: Sequence[Guide], texts: Texts, vectors: Mapping[str, Vectors]
) -> tuple[list[Wording], PackUse]:
    """Return the wordings that a pack adds to the guides' problems, and its usage statistics.

    `vectors` are those of `texts_to_embed`.
    """
    found: list[Wording] = []
    matched: set[str] = set()
    headings = _headings(guides)
    for problems in _by_language(pack, guides, texts.chunk_problems):
        for name, problem in _matches(pack, problems, headings, texts, vectors):
            matched.add(name)
            found += [
                Wording(problem=problem, text=text, language=language, origin=f"pack {pack.name}")
                for language, text in pack.wordings(name)
            ]
    use = PackUse(
        name=pack.name,
        sha256=pack.sha256,
        matched=len(matched),
        problems=len(pack.problems),
        synonyms=pack.synonyms if matched else (),
    )
    return found, use


def _by_language(pack: Pack, guides: Sequence[Guide], with_text: Numbers) -> Iterator[Numbers]:
    """Yield the problems of the guides that a pack applies to, grouped by language."""
    rows: dict[str, list[int]] = {}
    begin = 0
    for guide in guides:
        end = begin + len(guide.sections)
        if _mentions(guide, pack):
            rows.setdefault(guide.info.language, []).extend(range(begin, end))
        begin = end
    for some in rows.values():
        yield np.intersect1d(some, with_text)


def _mentions(guide: Guide, pack: Pack) -> bool:
    words = "|".join(re.escape(word) for word in pack.mentions)
    pattern = re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])")
    blocks = (block.full_text for section in guide.sections for block in section.blocks)
    headings = (section.heading for section in guide.sections)
    return any(pattern.search(text) for text in (guide.info.title, *headings, *blocks))


def _headings(guides: Sequence[Guide]) -> dict[int, str]:
    """Return the name of each section's problem, by the section's row."""
    sections = [(section, guide.info) for guide in guides for section in guide.sections]
    return {row: problem_heading(*each) for row, each in enumerate(sections)}


def _matches(
    pack: Pack,
    problems: Numbers,
    headings: Mapping[int, str],
    texts: Texts,
    vectors: Mapping[str, Vectors],
) -> Iterator[tuple[str, int]]:
    """Yield the pack's problems that match one of the guides', with the guides' own."""
    if not len(problems):
        return
    names = list(pack.problems)
    wordings = {name: list(pack.wordings(name)) for name in names}
    asked = {name: np.stack([vectors[text] for _, text in wordings[name]]) for name in names}
    called = np.stack([vectors[headings[int(problem)]] for problem in problems])
    nearness = np.stack(
        [np.sort(called @ asked[name].T)[:, -_NEAREST:].mean(axis=1) for name in names]
    )
    for row, name in enumerate(names):
        groups = [group_of(language) for language, _ in wordings[name]]
        odds = _odds(asked[name], groups, problems, texts)
        whole = np.logaddexp.reduce(odds, axis=1, keepdims=True)
        agreed = np.exp(odds - whole).mean(axis=0)
        best = int(agreed.argmax())
        sure = np.exp(odds[:, best] - np.logaddexp(whole[:, 0], 0)).mean()
        if agreed[best] >= _MIN_AGREED and sure >= _MIN_SURE and nearness[:, best].argmax() == row:
            yield name, int(problems[best])


def _odds(asked: Vectors, groups: Sequence[int], problems: Numbers, texts: Texts) -> Scores:
    """Return the log odds of each problem for each question, shape (questions, problems)."""
    kinds = (
        (texts.chunks, texts.chunk_problems),
        (texts.blocks, texts.block_problems),
    )
    scores: list[Scores] = []
    for kind, (vectors, problem_of) in enumerate(kinds):
        best = np.full((len(asked), len(problems)), -np.inf, np.float32)
        for column, problem in enumerate(problems):
            if (rows := np.flatnonzero(problem_of == problem)).size:
                best[:, column] = (asked @ vectors[rows].T).max(axis=1)
        mean, deviation = texts.background[kind, groups].T[:, :, None]
        scores.append((best - mean) / deviation)
    return text_log_odds(*scores)

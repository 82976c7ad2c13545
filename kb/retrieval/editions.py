"""Which editions and problems an asker gets: by language, and by what they may see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.model import Audience, GuideInfo
from kb.retrieval.grouped import Numbers
from kb.snapshot.format import Snapshot


class Editions:
    """The editions of a snapshot's guides. Threads may share it."""

    def __init__(self, snapshot: Snapshot, firsts: Numbers) -> None:
        """`firsts` holds the row of each problem's first section, shape (problems,)."""
        self._snapshot = snapshot
        self._firsts = firsts
        self._guide_of: Numbers = snapshot.guide_of[firsts]
        self._allowed_for: dict[str, NDArray[np.bool_]] = {}

    def guides(self, language: str, audience: Audience | None) -> list[GuideInfo]:
        """Return the guides, each in the edition that suits the asker best, if that is visible."""
        guides = [self._snapshot.guides[best] for best, *_ in self._by_guide(language)]
        return [guide for guide in guides if guide.is_visible_to(audience)]

    def searched(self, language: str, audience: Audience | None) -> NDArray[np.bool_]:
        """Return which problems to search for an asker, shape (problems,).

        Of what is visible to the audience, those of the edition that suits best and, from editions
        that share at least half of its anchors, those that it lacks.
        """
        return self._allowed(language) & self._visible(audience)

    def _by_guide(self, language: str) -> list[list[int]]:
        """Return each guide's editions as positions, the one that suits the asker best first."""
        editions: dict[str, list[int]] = {}
        for number, guide in enumerate(self._snapshot.guides):
            editions.setdefault(guide.id, []).append(number)
        guides = self._snapshot.guides
        return [
            sorted(some, key=lambda n: -_preference(guides[n].language, language))
            for some in editions.values()
        ]

    def _allowed(self, language: str) -> NDArray[np.bool_]:
        if language not in self._allowed_for:
            allowed = np.zeros(len(self._firsts), bool)
            for first, *others in self._by_guide(language):
                allowed[self._guide_of == first] = True
                known = self._anchors(first) if others else set()
                for other in others:
                    anchors = self._anchors(other)
                    if 2 * len(known & anchors) >= min(len(known), len(anchors)):
                        problems = np.flatnonzero(self._guide_of == other)
                        allowed[[p for p in problems if self._anchor(int(p)) not in known]] = True
                        known |= anchors
            self._allowed_for[language] = allowed
        return self._allowed_for[language]

    def _visible(self, audience: Audience | None) -> NDArray[np.bool_]:
        guides = [guide.is_visible_to(audience) for guide in self._snapshot.guides]
        return np.array(guides, bool)[self._guide_of]

    def _anchors(self, guide: int) -> set[str]:
        return {self._anchor(int(problem)) for problem in np.flatnonzero(self._guide_of == guide)}

    def _anchor(self, problem: int) -> str:
        return self._snapshot.section(int(self._firsts[problem])).section.anchor


def _preference(edition: str, asker: str) -> int:
    if edition == asker:
        return 2
    return 1 if edition == "en" else 0

"""The search index with the wordings that people taught."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

import numpy as np

from kb.embedder.embeddings import Vectors
from kb.model import LEARNED, Wording
from kb.retrieval.search import SearchIndex
from kb.wordings.learned import LearnedWording, Lesson, Standing, learn


class TaughtIndex:
    """Turns lessons into wordings of one snapshot, and adds them to its search index."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """Take what embeds questions, as `KnowledgeBase.embed` does."""
        self._embed = embed
        self._index: SearchIndex | None = None
        self._vectors: dict[str, Vectors] = {}

    def teach(
        self,
        index: SearchIndex,
        lessons: Sequence[Lesson],
        rulings: Mapping[tuple[str, str], bool],
        *,
        people_decide: bool,
    ) -> list[LearnedWording]:
        """Replace what was taught with these lessons, and return the wordings they make.

        See `kb.wordings.learned.learn`. One thread at a time may call this.
        """
        called_now = index.snapshot.manifest.called_now
        # Skipped, not deleted: a problem that was dropped from the guides may come back.
        known = [
            lesson.model_copy(update={"problem": called_now(lesson.problem)})
            for lesson in lessons
            if index.rows_of(lesson.problem)
        ]
        self._vectors = self._vectors_of({lesson.text for lesson in known})
        learned = learn(
            known,
            {(called_now(name), key): accepted for (name, key), accepted in rulings.items()},
            self._vectors,
            {each.language: index.wording_background(each.language) for each in known},
            people_decide=people_decide,
        )
        wordings = [
            Wording(problem=row, text=each.text, language=each.language, origin=LEARNED)
            for each in learned
            if each.standing is Standing.COUNTS
            for row in index.rows_of(each.problem)
        ]
        vectors = [self._vectors[wording.text] for wording in wordings]
        self._index = index.with_wordings(wordings, np.stack(vectors)) if wordings else None
        return learned

    def of(self, index: SearchIndex) -> SearchIndex | None:
        """Return the index with taught wordings, if anything was taught about this snapshot."""
        taught = self._index
        return taught if taught and taught.snapshot is index.snapshot else None

    def nearest_wording(
        self, index: SearchIndex, problem: str, question: str, language: str
    ) -> Wording | None:
        """Return a problem's wording nearest to a question, as SearchIndex.nearest_wording does.

        Taught wordings are included.
        """
        vector = self._vectors_of({question})[question]
        return (self.of(index) or index).nearest_wording(problem, vector, language)

    def _vectors_of(self, texts: Set[str]) -> dict[str, Vectors]:
        """Return the embeddings of texts; those of current lessons are not computed again."""
        found = {text: each for text, each in self._vectors.items() if text in texts}
        new = [text for text in texts if text not in found]
        return found | dict(zip(new, self._embed(new), strict=True)) if new else found

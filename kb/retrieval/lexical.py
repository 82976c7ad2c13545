"""Words as they are written: BM25 over words and character bigrams, and literals.

BM25 is bm25s' (https://github.com/xhluca/bm25s). Latin script is taken by words;
Chinese and Japanese, which have no spaces, by pairs of characters.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.retrieval.concepts import SUBJECT, concepts_in

# Not a beginning of a longer word, such as the "perd" of "perdí".
_LITERAL = r"\$\{[\w:.-]+\}|[A-Za-z0-9_]++(?:[:./@\\-]+[A-Za-z0-9_*${}]++)*+(?![\u00c0-\u024f])"
_CJK = r"[\u3041-\u309f\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff々〆]+"
_TOKEN = re.compile(rf"(?P<literal>{_LITERAL})|(?P<cjk>{_CJK})|(?P<word>(?:(?!{_CJK})[^\W_])+)")
_INNER = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

Scores = NDArray[np.float32]


def tokens(text: str) -> list[str]:
    """Return the terms of a text: words, parts of identifiers, character bigrams.

    An identifier such as `iam:DeleteVirtualMFADevice` gives itself and its parts.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text)):
        run = match[0]
        if match.lastgroup == "cjk":
            found.extend(run[i : i + 2] for i in range(max(1, len(run) - 1)))
            continue
        whole = run.lower()
        found.append(whole)
        if match.lastgroup == "literal":
            parts = [part.lower() for part in _INNER.findall(run)]
            if len(parts) > 1:
                found.extend(parts)
    return found


def literals(text: str) -> set[str]:
    """Return the terms that nobody writes by chance: identifiers, variables, commands."""
    found: set[str] = set()
    for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text)):
        run = match[0]
        if match.lastgroup == "literal" and _is_literal(run):
            found.add(run.lower())
    return found


def _is_literal(run: str) -> bool:
    if re.search(r"[:/\\@${}_]", run):
        return True
    if re.search(r"[a-z][A-Z]", run):
        # The name of a product, such as DynamoDB, is written by everybody.
        return not any(name.startswith(SUBJECT) for name in concepts_in(run))
    return run.count("-") >= 2 or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", run))


class LexicalIndex:
    """BM25 over the chunks of one language, over their sections, and over their guides.

    A passage holds what answers a question, and hardly ever all the words of a long one:
    those are spread over the section, or the guide, that it belongs to.
    """

    def __init__(
        self,
        texts: Sequence[str],
        rows: Sequence[int],
        sections: Sequence[int],
        guides: Sequence[int],
    ) -> None:
        """Take the chunks' texts, their rows in the snapshot, and what each is a part of.

        The first line of a text is its heading.
        """
        self.rows = np.asarray(rows, np.int64)
        halves = [
            (tokens(head), tokens(body))
            for head, _, body in (text.partition("\n") for text in texts)
        ]
        documents = [head + body for head, body in halves]
        self._frequency: dict[str, int] = {}
        for document in documents:
            for term in set(document):
                self._frequency[term] = self._frequency.get(term, 0) + 1
        self._literals: dict[str, list[int]] = {}
        for position, text in enumerate(texts):
            for literal in literals(text):
                self._literals.setdefault(literal, []).append(position)
        self._passages = _Level(documents, range(len(documents)))
        self._sections = _Level(*_joined(halves, sections))
        self._guides = _Level(*_joined(halves, guides))

    def scores(self, question: str) -> Scores:
        """Return how well each text matches, the best 1, shape (texts,)."""
        return self._passages.scores(self._known(question))

    def section_scores(self, question: str) -> Scores:
        """Return for each text how well the whole of its section matches, the best 1."""
        return self._sections.scores(self._known(question))

    def guide_scores(self, question: str) -> Scores:
        """Return for each text how well the whole of its guide matches.

        That says the more, the more guides there are: nothing with one, up to 1 with many.
        """
        share = np.float32(1 - 1 / max(1, self._guides.documents))
        scores: Scores = share * self._guides.scores(self._known(question))
        return scores

    def coverage(self, question: str) -> float:
        """Return how much of the question is written in these texts, in [0, 1].

        The share of its terms that occur in them, a rare term counting for more than a
        common one, and one that does not occur for as much as the rarest. In a language
        that the texts are not in, little more than names is left.
        """
        terms = set(tokens(question))
        total = sum(self._weight(term) for term in terms)
        known = sum(self._weight(term) for term in terms if term in self._frequency)
        return known / total if total else 0.0

    def literal_scores(self, question: str) -> Scores:
        """Return for each text the share of the question's literals that it holds."""
        scores = np.zeros(len(self.rows), np.float32)
        asked = {literal for literal in literals(question) if literal in self._literals}
        total = sum(self._weight(literal) for literal in asked)
        for literal in asked:
            scores[self._literals[literal]] += self._weight(literal) / total
        return scores

    def _known(self, question: str) -> list[str]:
        return [term for term in tokens(question) if term in self._frequency]

    def _weight(self, term: str) -> float:
        count = len(self.rows)
        frequency = self._frequency.get(term, 0)
        return float(np.log(1 + (count - frequency + 0.5) / (frequency + 0.5)))


class _Level:
    """BM25 over documents that are made of one text or of several."""

    def __init__(self, documents: Sequence[Sequence[str]], document_of: Sequence[int]) -> None:
        """Take the documents' terms, and the number of each text's document."""
        import bm25s

        # bm25s sets its own logger to DEBUG when it is imported.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self.documents = len(documents)
        self._document_of = np.asarray(document_of, np.int64)
        self._bm25 = bm25s.BM25()
        self._bm25.index(documents, show_progress=False)

    def scores(self, terms: Sequence[str]) -> Scores:
        """Return the BM25 score of each text's document, as a share of the best."""
        if not terms:
            return np.zeros(len(self._document_of), np.float32)
        scores = self._bm25.get_scores(list(terms))
        best = float(scores.max())
        shares: Scores = (scores / best if best > 0 else scores)[self._document_of]
        return shares.astype(np.float32)


def _joined(
    halves: Iterable[tuple[list[str], list[str]]], part_of: Sequence[Hashable]
) -> tuple[list[list[str]], list[int]]:
    """Return the terms of what the texts are parts of, and which each text is a part of.

    The first heading stands for all of them: each repeats the one that it is under.
    """
    numbers: dict[Hashable, int] = {}
    documents: list[list[str]] = []
    document_of: list[int] = []
    for (head, body), whole in zip(halves, part_of, strict=True):
        if whole not in numbers:
            numbers[whole] = len(documents)
            documents.append([*head])
        documents[numbers[whole]].extend(body)
        document_of.append(numbers[whole])
    return documents, document_of

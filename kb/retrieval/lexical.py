"""Lexical search: BM25 over the words and character bigrams of problems.

BM25 is that of bm25s (https://github.com/xhluca/bm25s). Text with spaces is tokenised into words;
Chinese and Japanese into character bigrams. Identifiers and error codes count as typed and by
their parts. The index is part of the snapshot (kb.snapshot.terms).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kb.retrieval.grouped import Scores

if TYPE_CHECKING:
    import bm25s

# Not the ASCII start of a longer word, such as the "perd" of "perdí".
_LITERAL = r"\$\{[\w:.-]+\}|[A-Za-z0-9_]++(?:[:./@\\-]+[A-Za-z0-9_*${}]++)*+(?![\u00c0-\u024f])"
_CJK = r"[\u3041-\u309f\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff々〆]+"
_TOKEN = re.compile(rf"(?P<literal>{_LITERAL})|(?P<cjk>{_CJK})|(?P<word>(?:(?!{_CJK})[^\W_])+)")
_INNER = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HIRAGANA = re.compile(r"[\u3041-\u309fー]+")

_STOP_WORDS = {
    "da": "DANISH",
    "de": "GERMAN",
    "es": "SPANISH",
    "fr": "FRENCH",
    "it": "ITALIAN",
    "ko": "KOREAN",
    "nl": "DUTCH",
    "no": "NORWEGIAN",
    "pt": "PORTUGUESE",
    "ru": "RUSSIAN",
    "sv": "SWEDISH",
    "tr": "TURKISH",
    "zh": "CHINESE",
}
"""Names of bm25s' stop word lists by language (ISO 639-1); English stop words always apply."""


def tokens(text: str) -> list[str]:
    """Tokenise a text into words, identifiers and their parts, and character bigrams.

    An identifier such as `queue:CancelPrintJob` yields itself and its parts. Snapshots hold the
    guides' terms, so a change here needs a new kb.snapshot.format.FORMAT.
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


def question_terms(question: str, language: str) -> list[str]:
    """Return the terms of a question in `language` without its stop words.

    In Japanese, those are bigrams of hiragana, which spell particles and endings. A question of
    nothing but stop words keeps them.
    """
    stop = _stop_words(language)
    found = [term for term in tokens(question) if term not in stop]
    telling = [term for term in found if not _HIRAGANA.fullmatch(term)]
    return telling or found or tokens(question)


@cache
def _stop_words(language: str) -> frozenset[str]:
    from bm25s import stopwords

    words = list(stopwords.STOPWORDS_EN_PLUS)
    if name := _STOP_WORDS.get(language):
        words += getattr(stopwords, f"STOPWORDS_{name}")
    # "aren't" is one stop word, but is tokenised into two terms.
    return frozenset(term for word in words for term in (*tokens(word), word))


class LexicalIndex:
    """BM25 over documents. Immutable, so threads may share it."""

    def __init__(self, bm25: bm25s.BM25) -> None:
        self._bm25 = bm25

    def shares(self, terms: Sequence[str]) -> Scores:
        """Return BM25 scores as shares of the best one, in [0, 1], shape (documents,)."""
        known = [term for term in terms if term in self._vocabulary]
        if not known:
            return np.zeros(int(self._bm25.scores["num_docs"]), np.float32)
        scores: Scores = np.asarray(self._bm25.get_scores(known), np.float32)
        best = float(scores.max())
        return scores / np.float32(best) if best > 0 else scores

    def knows(self, term: str) -> bool:
        """Whether any document has a term."""
        return term in self._vocabulary

    @property
    def _vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = self._bm25.vocab_dict
        return vocabulary


class Synonyms:
    """Groups of words that mean the same, from the docs team and from packs."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._groups = [[(word, tokens(word)) for word in group] for group in groups]

    def of(self, question: str) -> Iterator[str]:
        """Yield the terms of the synonyms of the question's words."""
        terms = set(tokens(question))
        for group in self._groups:
            present = {word for word, own in group if own and terms.issuperset(own)}
            if present:
                yield from (term for word, own in group if word not in present for term in own)

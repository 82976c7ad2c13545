"""Concepts: what a text is about, whatever language it is in.

An embedding of a short question in one language and a section in another is a weak witness.
That both speak of losing a key is a strong one. The concepts and their words are a table
(concepts.txt).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from kb.model import SectionConcepts
from kb.text.fold import fold

SUBJECT = "!"
"""What the names of concepts begin with that a question can be about."""

OWN = "="
"""What the names of concepts begin with that the docs team added: synonyms and keywords."""

_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3々]")
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*")
_PREFIX = 3
_WORDS_KEPT = 20_000

# The runs of letters that have a hump inside; each is tried from its beginning only.
_HUMPED = re.compile(r"(?<![A-Za-z])[A-Za-z]*(?:[a-z][A-Z]|[A-Z]{2}[a-z])[A-Za-z]*")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# What a mention counts for, a heading's being 1; several in a text count for more, up to this.
_IN_BODY = 0.4
# How much a subject that a section only mentions still is beside the point.
_BESIDE = 0.6

Scores = NDArray[np.float32]


class WordTable:
    """The words of concepts, ready to be looked up."""

    def __init__(self, concepts: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Take concepts, each by its name and its words."""
        # Names in the table's order, not a set's: a snapshot is the same whoever makes it.
        self._phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._runs: dict[str, dict[str, None]] = {}
        self._lengths: dict[str, list[int]] = {}
        for name, words in concepts:
            for word in words:
                self._add(fold(word.strip()), name)
        self._beginning_with = lru_cache(_WORDS_KEPT)(self._phrases_beginning_with)

    def concepts_in(self, text: str) -> Counter[str]:
        """Return the concepts that a text speaks of, and how often it names each."""
        if not self._phrases and not self._runs:
            return Counter()
        folded = fold(_HUMPED.sub(_in_words, text))
        found: Counter[str] = Counter(self._unspaced(folded))
        found.update(self._spaced(_WORD.findall(folded)))
        return found

    def _unspaced(self, text: str) -> Iterator[str]:
        """Yield the concepts of words in scripts without spaces, and of Korean, by characters."""
        if text.isascii():
            return
        end = 0
        for at, character in enumerate(text):
            lengths = self._lengths.get(character, ())
            if not lengths or at < end:
                continue  # no word begins here, or inside a longer one
            if at and _is_latin(character) and _is_latin(text[at - 1]):
                continue
            for length in lengths:
                names = self._runs.get(text[at : at + length])
                if names:
                    yield from names
                    end = at + length
                    break

    def _spaced(self, words: Sequence[str]) -> Iterator[str]:
        """Yield the concepts of words and phrases."""
        end = 0
        for at, word in enumerate(words):
            beginning = self._beginning_with(word)
            if not beginning:
                continue
            longest = max(1, end - at + 1)  # no shorter one inside of it
            fitting = [
                (len(phrase), name)
                for phrase, name in beginning
                if len(phrase) >= longest
                and len(words) - at >= len(phrase)
                and all(map(_fits, words[at + 1 :], phrase[1:]))
            ]
            longest = max((length for length, _ in fitting), default=0)
            yield from dict.fromkeys(name for length, name in fitting if length == longest)
            end = max(end, at + longest)

    def _phrases_beginning_with(self, word: str) -> Sequence[tuple[tuple[str, ...], str]]:
        some = self._phrases.get(word[:_PREFIX], ())
        return [(phrase, name) for phrase, name in some if _fits(word, phrase[0])]

    def _add(self, word: str, name: str) -> None:
        if _CJK.search(word):
            self._runs.setdefault(word, {})[name] = None
            lengths = {len(word), *self._lengths.get(word[0], ())}
            self._lengths[word[0]] = sorted(lengths, reverse=True)
        elif phrase := tuple(re.findall(r"[\w'-]+\*?", word)):
            first = phrase[0].rstrip("*")[:_PREFIX]
            self._phrases.setdefault(first, []).append((phrase, name))


def concepts_in(text: str) -> Counter[str]:
    """Return the concepts of the table that a text speaks of, and how often it names each."""
    return _table().concepts_in(text)


def own_concepts(
    synonyms: Iterable[Sequence[str]], keywords: Iterable[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the docs team's concepts: a group of synonyms is one, and so is each keyword."""
    for group in synonyms:
        yield OWN + fold(group[0]), group
    for keyword in keywords:
        yield OWN + fold(keyword), (keyword,)


class ConceptIndex:
    """Finds sections by the concepts that they share with a question."""

    def __init__(self, sections: Sequence[SectionConcepts]) -> None:
        self._sections = sections
        self._postings: dict[str, tuple[list[int], list[float]]] = {}
        for number, section in enumerate(sections):
            weights = {name: _IN_BODY * n / (n + 1) for name, n in section.body.items()}
            weights |= dict.fromkeys(section.heading, 1.0)
            for name, weight in weights.items():
                rows, values = self._postings.setdefault(name, ([], []))
                rows.append(number)
                values.append(weight)

    @property
    def keywords(self) -> list[str]:
        """The words that the docs team added."""
        return [name.removeprefix(OWN) for name in self._postings if name.startswith(OWN)]

    def scores(self, asked: Iterable[str]) -> Scores:
        """Return for each section, in [0, 1], how much of what was asked it speaks of.

        A concept that few sections speak of counts for more than one that many do.
        """
        names = list(asked)
        scores = np.zeros(len(self._sections), np.float32)
        for name in names:
            if name in self._postings:
                rows, weights = self._postings[name]
                scores[rows] += self._weight(name) * np.array(weights, np.float32)
        # One word alone, however well it fits, does not say what is wanted.
        least = 1.5 * math.log(1 + len(self._sections))
        total = max(least, sum(self._weight(name) for name in names))
        return scores / np.float32(total)

    def stray(self, asked: Iterable[str], section: int, title: Mapping[str, int]) -> float:
        """Return how much of what a question is about a section is not about: 0 if nothing.

        `title` holds the concepts of the guide's title.
        """
        about = self._sections[section]
        stray = 0.0
        for name in asked:
            if name.startswith(SUBJECT) and name not in about.heading and name not in title:
                stray += _BESIDE if name in about.body else 1.0
        return min(stray, 2.0)

    def _weight(self, name: str) -> float:
        found = sum(self._postings[name][1]) if name in self._postings else 0
        return math.log(1 + len(self._sections) / max(found, 1))


def _fits(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def _in_words(run: re.Match[str]) -> str:
    """Take apart an identifier such as DeleteVirtualMFADevice; GitHub is a name."""
    words = _HUMP.split(run[0])
    return " ".join(words) if len(words) > 2 else run[0]


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


@cache
def _table() -> WordTable:
    lines = (files("kb.retrieval") / "concepts.txt").read_text("utf-8").splitlines()
    parted = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return WordTable((name, words.split(",")) for name, _, words in parted)

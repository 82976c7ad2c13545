"""Checks that a condensed question adds nothing to what the person wrote.

It is searched for, and shown as what was understood, so it must not say anything new.
"""

from __future__ import annotations

import re

from kb.choosing.injected import speaks_to_models
from kb.choosing.literals import literals
from kb.choosing.quantities import numbers
from kb.choosing.translate import is_plain
from kb.text.fold import fold, normalised

# Chosen by hand. Characters, altogether and beyond what the two questions have; the share of words
# that must come from the questions; and how many letters of a word are compared.
_MAX_CHARACTERS = 300
_MAX_MORE = 40
_MIN_KNOWN = 0.5
_STEM = 4
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u30a1-\u30fa\u30fc\u3400-\u9fff]+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")


def is_faithful(text: str, question: str, before: str) -> bool:
    """Whether a text is plain, short, and made of the words of two questions, some of each."""
    questions = f"{before}\n{question}"
    if not is_plain(text) or speaks_to_models(text) or speaks_to_models(questions):
        return False
    if len(text) > min(_MAX_CHARACTERS, len(questions) + _MAX_MORE):
        return False
    if numbers(text) - numbers(questions):
        return False
    if not all(fold(each) in fold(normalised(questions)) for each in literals(text)):
        return False
    known, words = _pieces(questions), _pieces(text)
    asked = _pieces(question)
    return bool(words & asked or not asked) and len(words & known) >= _MIN_KNOWN * len(words)


def _pieces(text: str) -> set[str]:
    """Return the stems of words, and character bigrams of scripts without spaces.

    Hiragana are left out, because they are mostly grammar.
    """
    text = _HIRAGANA.sub(" ", fold(text))
    runs = _UNSPACED.findall(text)
    words = {word[:_STEM] for word in _WORD.findall(_UNSPACED.sub(" ", text))}
    return words | {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))}

"""Whether a condensed question is made of what the person said.

It is searched with, and shown as how the question was understood; so it may not say anything new.
"""

from __future__ import annotations

import re

from kb.choosing.injected import speaks_to_models
from kb.choosing.literals import literals, plain
from kb.choosing.quantities import numbers
from kb.choosing.translate import is_plain
from kb.text.fold import fold

_LONGEST = 300
_SOME_MORE = 40
_KNOWN = 0.5
_BEGINNING = 4
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u30a1-\u30fa\u30fc\u3400-\u9fff]+")
_HIRAGANA = re.compile(r"[\u3041-\u309f]+")


def is_of(text: str, question: str, before: str) -> bool:
    """Whether a text is plain, not long, and made of the words of two questions, of both."""
    questions = f"{before}\n{question}"
    if not is_plain(text) or speaks_to_models(text) or speaks_to_models(questions):
        return False
    if len(text) > min(_LONGEST, len(questions) + _SOME_MORE):
        return False
    if numbers(text) - numbers(questions):
        return False
    if not all(fold(each) in fold(plain(questions)) for each in literals(text)):
        return False
    known, words = _pieces(questions), _pieces(text)
    asked = _pieces(question)
    return bool(words & asked or not asked) and len(words & known) >= _KNOWN * len(words)


def _pieces(text: str) -> set[str]:
    """Return the beginnings of words, and pairs of characters where words have no ends.

    What Japanese writes in hiragana is mostly its grammar.
    """
    text = _HIRAGANA.sub(" ", fold(text))
    runs = _UNSPACED.findall(text)
    words = {word[:_BEGINNING] for word in _WORD.findall(_UNSPACED.sub(" ", text))}
    return words | {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))}

"""Splits a question that asks several things."""

from __future__ import annotations

import re

# Chosen by hand: a text of more of them is a description, not several questions, and a shorter one
# asks nothing by itself.
_MAX_SUBQUESTIONS = 4
_MIN_WORDS = 2
_MIN_CJK_CHARACTERS = 4

_AND = (
    r"\s*[,;]?\s+(?:and|also|plus|as well as|besides|y|además|también|et|ainsi que|aussi|und|"
    r"außerdem|sowie|e|também|além disso)\s+(?:also\s+|también\s+|aussi\s+|auch\s+|também\s+)?"
)
_AND_CJK = (
    r"[、,]?\s*(?:それと|それから|あと|また|さらに|そして|ついでに|加えて)[、,\s]*"
    r"|(?<=[たいるすん])し[、,]\s*|(?<=て)、"
    r"|[，,]\s*(?:而且|另外|还有|同时|也)\s*|(?:而且|另外|还有)[，,]?"
    r"|\s*(?:그리고|또한|게다가)\s*|(?<=고)\s+"
)
_END = r"(?<![.?!])[.?!]+\s+|[。？！\n]+\s*|\s*[;；]\s*"
_BETWEEN = re.compile(f"{_END}|{_AND_CJK}|{_AND}", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def split_question(text: str) -> list[str]:
    """Return the separate things a question may ask; empty if it asks one thing."""
    # The pattern would try each space of a long run as the first, so collapse runs.
    text = _SPACES.sub(lambda match: "\n" if "\n" in match[0] else " ", text)
    subquestions = [part.strip(" 、,，.。?？!！") for part in _BETWEEN.split(text)]
    subquestions = [part for part in subquestions if _says_something(part)]
    return subquestions if 1 < len(subquestions) <= _MAX_SUBQUESTIONS else []


def _says_something(part: str) -> bool:
    if _CJK.search(part):
        return len(part) >= _MIN_CJK_CHARACTERS
    return len(part.split()) >= _MIN_WORDS

"""Words hyphenated at a line's end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_HYPHENS = "-\u00ad\u2010\u2011"
_SOFT = "\u00ad"
_END = re.compile(rf"(\S*?)([{_HYPHENS}])$")
_START = re.compile(r"[\w'’]+(?:[-\u2010\u2011][\w'’]+)*")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
# First parts whose hyphen stays: whole words that form compounds.
_MAKES_COMPOUNDS = frozenset(
    "all anti cross double ex full half hard high ill long low mid multi non off one "
    "open pre post quick read real right left self semi short single six ten three top two four "
    "five user well wide write zero first second third last e".split()
)
_ENDS_COMPOUNDS = frozenset(
    "aware based called driven free friendly how known level mode related sized specific".split()
)
# First parts whose hyphen goes, even if they are words themselves.
_MAKES_WORDS = frozenset(
    "any back be break down every fore how in inter never no other out over some sub super there "
    "through trans under un up when where with".split()
)
# "in- and output", "Vor- und Nachteile".
_JOINS = frozenset("and or und oder bzw et ou en of och og".split())


class Hyphens:
    """Decides which hyphens at line ends split a word, judging by the document's other words."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._said = Counter[str]()
        for line in lines:
            words = [word.group() for word in _WORD.finditer(line)]
            if line.rstrip()[-1:] in _HYPHENS and words:
                words.pop()
            self._said.update(_plain(word) for word in words)

    def join(self, line: str, following: str) -> tuple[str, str]:
        """Return a line that ends with a hyphen as it reads on, and what joins it to the next."""
        end, start = _END.search(line), _START.match(following)
        if not end:
            return line, ""
        before, sign = end[1], end[2]
        bare = line[: -len(sign)]
        if sign == _SOFT:
            return bare, ""
        if start and start[0].lower() in _JOINS:
            return line, " "
        if not start or self._stays(before, start[0]):
            return bare + "-", ""
        return bare, ""

    def _stays(self, before: str, after: str) -> bool:
        part = re.search(r"[^\W\d_]+$", before)
        first = _LETTERS.match(after)
        if not part or not first or re.search(r"[-\u2010/\\@_=.:]|^\W*-", before):
            return True
        one, two = part[0], first[0]
        if len(one) == 1 or not two[0].islower() or len(one) > 1 and one.isupper():
            return True
        compound = self._said[_plain(f"{one}-{after}")]
        whole = self._said[_plain(one + after)]
        if compound or whole:
            return compound > whole
        if one.lower() in _MAKES_COMPOUNDS or two in _ENDS_COMPOUNDS:
            return True
        # Two words that both occur on their own form a compound rather than one word. Shorter ones
        # may be parts of words; the lengths are chosen by hand.
        if one.lower() in _MAKES_WORDS:
            return False
        return bool(
            len(one) > 2 and len(two) > 3 and self._said[one.lower()] and self._said[two.lower()]
        )


def _plain(word: str) -> str:
    return re.sub(r"[\u2010\u2011]", "-", word).lower()

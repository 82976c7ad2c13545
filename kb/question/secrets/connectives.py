"""What connects a word for a secret to the secret: "is", "=", は, "for the wifi:"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kb.question.secrets.value import CJK

_SIGN = r":=|={1,3}>|-{1,2}>|→|={1,2}|[:|](?:[*_]{1,2}(?=\s))?|(?<=\s)[-–—](?=\s)"
_VERB = (
    r"(?:is|was|are|were|will be|should be|would be|be|is now|is still|set to|changed to|reset to"
    r"|to be|used to be|used|lautet|ist|war|sind|es|era|son|está|est|était|sont|é|são|è|sono"
    r"|jest|adalah|là|είναι|это|olan)\b"
)
_NOW = r"(?:now|still|currently|just|actually|also|only|simply|literally)"
_PARTICLE = r"(?:は|が|を|の値は|って|:|是|为|為|就是|改成|设为|은|는|이|가|을|를)(?:、|,)?"
# "the password for the wifi", "the password that they gave me"
_ABOUT = (
    r"(?:[ ]?\([^()\n]{0,40}\)"
    r"|[ ](?:for|of|to|on|at|in|für|de|del|du|per|para|pour|von|zum|am|that|which|que|qui|die|das"
    r"|I|we|they|he|she|you)(?:[ ][^\s:=,.;!?\"'`<>|\[\]()]{1,30}){1,5}?)?"
)
_MINE = r"(?:\s(?:của tôi|của mình|của em|saya|kami|mine|von mir|de moi))?"
_CONNECTIVE = re.compile(
    rf"s?[\"'`*_」』)】]{{0,3}}{_MINE}{_ABOUT}[\"'`*_)]{{0,3}}"
    rf"(?:\s{{0,4}}(?:{_SIGN})\s{{0,4}}"
    rf"|['’]s\s{{1,4}}(?=\S)|\s{{1,4}}(?:{_NOW}\s)?{_VERB}(?:\s{_NOW}|\sset to)?:?\s{{1,4}}"
    rf"|\s{{0,2}}{_PARTICLE}\s{{0,2}})[(]?"
)
_NEXT_TO = re.compile(rf"s?\s{{1,3}}(?![(])|\s{{0,2}}[(]|(?=[「『])|(?<=[{CJK}])(?=[!-~])")
_ASIDE = re.compile(rf"{_ABOUT}[ ]?(?=[\"'`(])[(]?")
_CHANGED = re.compile(
    r"[ ](?:was |has been |got )?(?:changed )?(?:from|to|into|back to|zu|a|en|auf)[ ](?=\S)"
)
_CHANGING = re.compile(
    r"(?i)chang|set|reset|updat|made|put|choos|chose|new|tried|änder|setz|cambi|mudei|alter"
)
# How many characters before the word are searched for a verb such as "change"; chosen by hand.
_CHANGING_BEFORE = 60

AND = re.compile(r"(?:,|[ ](?:and|or|to|und|oder|y|o|et|ou|then)(?=[ ])|、|と|や|か)[ ]?")
"""What separates two secrets that share one word."""

# "... is my password", 「…というパスワード」
_WORDS_BEFORE = (" is ", " a ", " as ", " als ", " como ", " was ", " ist ", " es ", " est ", " é ")
_PARTICLES_BEFORE = (" è ", "が", "という", "って", "是", "이", "가")
_BEFORE = re.compile(
    rf"(?<![^\s{CJK}\"'`(])(?P<value>[^\s{CJK}]{{4,64}})"
    r"(?:[\"'`」]?\s(?:is|was|as|ist|als|es|como|est|é|è|a)\s"
    r"(?:(?:my|the|our|his|her|their|mein|das|mi|la|mon|le|minha|a)\s)?(?:[\w-]{1,20}\s){0,2}"
    r"|[\"'`」』]?\s?(?:が|という|って|是|이|가)\s?(?:\w{0,6}の)?)$"
)
# How many characters before the word are searched; chosen by hand.
_WINDOW = 140
# The last of them, in which a linking word must be before the slower search; chosen by hand.
_LINK_WINDOW = 50


class Connective(NamedTuple):
    """The position after a connective, and whether it states that a secret follows."""

    end: int
    says: bool


def connectives(text: str, end: int) -> Iterator[Connective]:
    """Yield the ways in which a word ending at a position may be linked to what follows."""
    if connective := _CONNECTIVE.match(text, end):
        yield Connective(connective.end(), True)
    changed = _CHANGED.match(text, end)
    if changed and _CHANGING.search(text, max(0, end - _CHANGING_BEFORE), changed.end()):
        yield Connective(changed.end(), False)
    for pattern in (_NEXT_TO, _ASIDE):
        if connective := pattern.match(text, end):
            yield Connective(connective.end(), False)


def connected_before(text: str, start: int) -> int | None:
    """Return where the value starts that the word at `start` calls a secret.

    As in "hunter2 is my password".
    """
    window = max(0, start - _WINDOW)
    before = text[window:start]
    near = before[-_LINK_WINDOW:]
    if not any(word in near for word in (*_WORDS_BEFORE, *_PARTICLES_BEFORE)):
        return None
    found = _BEFORE.search(before)
    return window + found.start("value") if found else None

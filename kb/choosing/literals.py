"""What has to stand in a guide as it stands in a text about it: commands, names, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a literal is."""

    CODE = "code"
    LABEL = "label"
    ADDRESS = "address"
    NAME = "identifier"
    NUMBER = "number"


class Literal(NamedTuple):
    """Words that nobody may make up."""

    kind: Kind
    text: str


_CODE = re.compile(r"`+([^`]+)`+")
_LABEL = re.compile(
    r"\*\*([^*]+)\*\*|\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|‘([^’]+)’|«([^»]+)»|„([^“”]+)[“”]"
)
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"'`、。」)）]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w.])(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/[^\s<>\"'`、。」)）]*)?(?![\w])"
    r"|(?:javascript|mailto|data|file|tel|slack):[^\s]+",
    re.IGNORECASE | re.ASCII,
)
_ACRONYM = r"[A-Z][A-Z0-9]{1,}s?"
_NAME = re.compile(
    r"\$[{(][^\s})]*[})]"
    r"|(?<![\w-])--?[A-Za-z][\w-]*"
    r"|~?(?:/[\w.@-]+)+"
    r"|[A-Za-z0-9_]+(?:(?:::?|[_\\=@#]|/|\.)[A-Za-z0-9_*${}-]+)+"
    r"|\b[a-z]+(?:[A-Z][a-z0-9]*)+|\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+|\b[A-Za-z]+_\w+"
    rf"|\b{_ACRONYM}(?:-[A-Z0-9]+)*\b",
    re.ASCII,
)
# Commands that are named without any sign of being one.
_COMMAND = re.compile(
    r"\b(?:aws|az|gcloud|kubectl|docker|git|ssh|scp|curl|wget|sudo|rm|chmod|chown|pip|npm|npx|dd"
    r"|terraform|helm|systemctl|powershell|net|sc|reg|del|kill|mkfs|bash|sh|python3?|apt|brew)"
    r"(?:\s+[a-z0-9./~-][\w./:=~-]*){1,3}",
    re.ASCII,
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*", re.ASCII)
_WORDS = {
    word: str(number)
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), 2
    )
} | {"fifteen": "15", "twenty": "20", "thirty": "30", "hundred": "100", "thousand": "1000"}
_WORD_NUMBER = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_KANJI = {sign: str(number) for number, sign in enumerate("一二三四五六七八九十", 1)}
_KANJI_NUMBER = re.compile(
    r"([一二三四五六七八九十])(?=つ|個|本|回|人|名|分|秒|時間|日|週|か月|ヶ月|年)"
)


def plain(text: str) -> str:
    """Return a text in its normal form (NFKC), with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def dense(text: str) -> str:
    """Return a text in its normal form without any white space, to be looked for in another."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def literals(text: str) -> list[Literal]:
    """Return what a text holds that has to be in the guide as it stands."""
    return list(_find(plain(text)))


def prose(text: str) -> str:
    """Return a text without its commands, labels and names: the words of a language."""
    for pattern in (_CODE, _LABEL, _ADDRESS, _NAME):
        text = pattern.sub(" ", text)
    return text


def holds(text: str, literal: Literal) -> bool:
    """Whether a text has a literal, whole."""
    if literal.kind is Kind.NUMBER:
        return literal.text in numbers(text)
    words = re.escape(plain(literal.text))
    if literal.kind is Kind.LABEL:
        return bool(re.search(words, plain(text), re.IGNORECASE))
    return bool(re.search(rf"(?<![\w-]){words}(?![\w-])", plain(text), re.ASCII))


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, in figures or in words, as figures."""
    text = plain(text)
    found = set(_NUMBER.findall(text))
    found |= {_WORDS[word.lower()] for word in _WORD_NUMBER.findall(text)}
    return found | {_KANJI[sign] for sign in _KANJI_NUMBER.findall(text)}


def _find(text: str) -> Iterator[Literal]:
    for pattern, kind in ((_CODE, Kind.CODE), (_LABEL, Kind.LABEL)):
        for match in pattern.finditer(text):
            words = next(group for group in match.groups() if group is not None).strip()
            if words:
                yield Literal(kind, words)
        if kind is Kind.CODE:
            text = pattern.sub(" ", text)
    for match in _ADDRESS.finditer(text):
        yield Literal(Kind.ADDRESS, match[0].rstrip(".,;:!?"))
    text = _ADDRESS.sub(" ", text)
    for match in _COMMAND.finditer(text):
        yield Literal(Kind.CODE, match[0])
    for match in _NAME.finditer(text):
        yield Literal(Kind.NAME, match[0])
    for number in sorted(numbers(_NAME.sub(" ", text))):
        yield Literal(Kind.NUMBER, number)

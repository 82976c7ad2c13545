"""Finds where a value ends, and tells whether it is a secret."""

from __future__ import annotations

import re
from typing import NamedTuple

from kb.question.secrets.table import harmless

# Chinese, Japanese and Korean may follow without a space, and end a secret.
CJK = "\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af"
_QUOTES = {
    '"': '"', "'": "'", "`": "`", "“": "”", "”": "”", "‘": "’", "’": "’", "「": "」", "『": "』",
    "«": "»", "„": "“", "**": "**", "*": "*", "||": "||", "【": "】", "‹": "›", "~": "~",
}  # fmt: skip
_QUOTE = re.compile(r"\\?(\"{1,3}|'{1,3}|`{1,3}|\*{1,2}|\|\||[“”‘’「『«„【‹~])\n?")
# Longer values are keys or files, which is clear from their start. Chosen by hand.
_EXAMINED = 128
# The fewest characters of a key that is recognised by its randomness alone.
_MIN_RANDOM = 16
_RUN = re.compile(rf"[^\s{CJK}]{{1,{_EXAMINED}}}+")
_REST = re.compile(rf"[^\s\"'<>,;&{CJK}]*+")
_NEXT = re.compile(
    r"&[\w.\[\]-]{1,64}=|[,;]\s?[\"']?[\w.-]{1,64}[\"']?\s?[=:]|</|&(?:quot|lt|gt|amp);"
    r"|[\"'`](?=[,;)\]}>]|\s|$)|\\[nrt](?=[A-Za-z_\\\"']|$)|\\\""
)
_TAIL = re.compile(r"[.,;:?\"'`*、。」』>”’»|…]+$")
_BRACKETS = {")": "(", "]": "[", "}": "{"}

_BLANK = re.compile(r"[xX*•●■_.#?○〇＊…-]+|(?:\W|_)*")
_STAND_IN = re.compile(
    r"[<\[{(«].*|.*[>}]\)?|\$[A-Za-z_{(].*|%\w*%?.*|@[\w./]+|__\w+__|&\w+;.*|\.{2,}.*"
    r"|\\[A-Za-z]\S{0,2}",
    re.DOTALL,
)
_MADE_UP = re.compile(
    r"(?i)(?:your[-_. ]?|(?:my|the|our|insert|enter|put|paste|add|replace|some|any)[-_. ])"
    r"(?:[a-z]+[-_. ])*[a-z]*"
    r"(?:token|key|secret|pass|pw|pwd|here|value|code|api|me|with|password)[a-z]*"
    r"|.*(?:redacted|placeholder|changeme|change[-_]me|replace[-_]?me|your[-_]).*"
    r"|.*x{5,}.*|.*\*{3,}.*|.*\.{3,}$"
)
_CODE = re.compile(
    r"[A-Za-z_][\w.]*\(.*|(?:os|process|env|config|settings|self|this|args|var|vars|secrets|data"
    r"|local|module|request|req|params|options|opts|ctx|context|inputs|github|steps|values|"
    r"Values|cfg|conf)[.\[].*|(?:arn|op|vault|file|ssm|secretsmanager|keyvault|kms|s3):.*",
    re.IGNORECASE | re.DOTALL,
)
_PATH = re.compile(
    r"(?:~|\.{1,2})?/{1,2}[\w.@-]+(?:/.*)?|[A-Za-z]:\\.*|\\\\.*|\w+(?:\\{1,2}[^\\]+){2,}"
    r"|[\w.-]+(?:/[\w.-]+)*/[\w-]+\.\w{1,5}"
)
_PLAIN_URL = re.compile(
    r"(?:https?|ftp|slack|mailto|file)://?[^@]*|mailto:.*|www\..*", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)*\.[a-z]{2,10}")
_NUMBERED = re.compile(
    r"v?\d+(?:[.:/-]\d+)+[A-Za-z]{0,3}|\d+[A-Za-z]{1,9}[.,!]?|[A-Z]{1,5}-?\d{1,5}|\d+(?:[.,]\d+)?%|#\d+|\d{1,3}"
    r"|(?:windows|win|ios|iphone|ipad|android|galaxy|ie|office|python|java|php|node|tls|ssl|http)[-/]?\d[\d.]*"
    r"|\d{4}-\d\d-\d\dT?.*|\d+[-–]\d+"
)  # fmt: skip
_WORDS = re.compile(r"(?:[^\W\d_]+['’./&_-])*[^\W\d_]+['’./&!-]*")
_CAMEL = re.compile(
    r"[a-z]*(?:[A-Z][a-z]+)+|[A-Z]+s?|[a-z]+(?:[A-Z]{2,})|[A-Z]{2,}[a-z]+(?:[A-Z][a-z]*)*"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SUM = re.compile(
    r"[0-9a-f]{7,8}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|[0-9A-F]{16}|[0-9A-F]{40}"
    r"|(?:sha(?:1|256|384|512)|SHA256|MD5)[-:].*|(?:[0-9a-fA-F]{2}:){5,}.*"
)


class Value(NamedTuple):
    """A value with its span, and whether it was in quotes."""

    start: int
    end: int
    text: str
    quoted: bool


def value_at(text: str, at: int) -> Value | None:
    """Return the value at a position: the text in quotes, or everything up to a space."""
    quote = _QUOTE.match(text, at)
    if quote:
        start = quote.end()
        close = quote[1]
        close = _QUOTES.get(close, close)
        end = text.find(close, start, start + 5 * _EXAMINED)
        inner = text[start:end].removesuffix("\\") if end > start else ""
        if inner and "\n" not in inner.strip("\n"):
            stripped = inner.strip()
            begin = start + len(inner) - len(inner.lstrip())
            return Value(begin, begin + len(stripped), stripped, True) if stripped else None
        at = start
    return _unquoted(text, at)


def _unquoted(text: str, at: int) -> Value | None:
    run = _RUN.match(text, at)
    if not run:
        return None
    found = run[0]
    if cut := _NEXT.search(found):
        found = found[: cut.start()]
    found = _trimmed(found)
    return Value(at, at + len(found), found, False) if found else None


def full_span(text: str, value: Value) -> tuple[int, int]:
    """Return the full span of a value, of which only the start was examined if it is long."""
    # Punctuation may have been trimmed where the examined part ended, inside the value.
    if value.quoted or len(value.text) < _EXAMINED - 5:
        return value.start, value.end
    rest = _REST.match(text, value.end)
    return value.start, rest.end() if rest else value.end


def _trimmed(text: str) -> str:
    """Return a value without the punctuation of the sentence around it."""
    while text:
        shorter = _TAIL.sub("", text)
        if shorter and shorter[-1] in _BRACKETS and _BRACKETS[shorter[-1]] not in shorter:
            shorter = shorter[:-1]
        if shorter == text:
            return text
        text = shorter
    return text


def is_stand_in(text: str) -> bool:
    """Whether a text stands in for a secret: a placeholder, a variable, an example."""
    if "EXAMPLE" in text:
        return True
    text = text[:_EXAMINED]
    return bool(
        _BLANK.fullmatch(text)
        or _STAND_IN.fullmatch(text)
        or _MADE_UP.fullmatch(text)
        or (len(text) >= 8 and len(set(text.lower()) - set("-_ ./:")) <= 2)
    )


def may_be_set(text: str, *, plainly: bool) -> bool:
    """Whether a setting's value may be a secret.

    With `plainly`, if nothing but a value can follow, it may also be a plain word.
    """
    text = text[:_EXAMINED]
    if len(text) < 3 or is_stand_in(text) or text.lower() in harmless():
        return False
    if _CODE.fullmatch(text) or _PATH.fullmatch(text) or _PLAIN_URL.fullmatch(text):
        return False
    return plainly or looks_secret(text)


def looks_secret(text: str) -> bool:
    """Whether a word is not a real one: digits or symbols in it, or capitals inside."""
    text = text[:_EXAMINED]
    if len(text) < 4 or is_stand_in(text) or text.lower().rstrip("!") in harmless():
        return False
    if any(
        each.fullmatch(text) for each in (_WORDS, _MAIL, _PLAIN_URL, _CODE, _PATH, _NUMBERED)
    ) and not (
        text.isascii() and text.isalpha() and not _CAMEL.fullmatch(text) and _is_jumble(text)
    ):
        return bool(_NUMBERED.fullmatch(text)) and len(text) >= _MIN_RANDOM and is_random(text)
    return True


def _is_jumble(text: str) -> bool:
    return len(text) >= 6 and text.lower() != text and class_changes(text) >= 4


def is_random(text: str) -> bool:
    """Whether a text is long and mixed enough to be a key, and is not a checksum."""
    text = text[:_EXAMINED]
    if (
        len(text) < _MIN_RANDOM
        or is_stand_in(text)
        or _SUM.fullmatch(text)
        or text.count("\\") > 1
        or _UUID.fullmatch(text)
    ):
        return False
    letters = sum(c.isalpha() for c in text)
    digits = sum(c.isdigit() for c in text)
    if not letters or (not digits and class_changes(text) < len(text) / 4):
        return False
    return len(set(text)) >= 8 and _longest_word(text) <= max(7, len(text) / 4)


def _longest_word(text: str) -> int:
    """Return the length of the longest run of lower-case letters that is not hexadecimal."""
    return max(
        (len(run) for run in re.findall(r"[A-Z]?[a-z]+", text) if re.search("[g-z]", run)),
        default=0,
    )


def class_changes(text: str) -> int:
    """Return how often upper case, lower case, digits and symbols alternate in a text."""
    kinds = [
        "A" if c.isupper() else "a" if c.islower() else "1" if c.isdigit() else "-" for c in text
    ]
    return sum(one != other for one, other in zip(kinds, kinds[1:], strict=False))


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID, which may be an id or a key."""
    return bool(_UUID.fullmatch(text))

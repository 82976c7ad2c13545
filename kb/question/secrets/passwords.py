"""Tells a password in a sentence from words that describe one."""

from __future__ import annotations

import re

from kb.question.secrets.table import harmless
from kb.question.secrets.value import Value, looks_secret, may_be_set

_CLAUSE_ENDS = re.compile(
    r"\s*(?:$|[.,;!?)\n\"'`。、」]|(?:and|but|what|why|how|please|help|so|it|で|です|だ|と|なの|に)\b"
    r"|[です])"
)
# Endings of adjectives and participles, as in "my password is rejected".
_SUFFIX = re.compile(
    r".*(?:ed|ing|ble|ful|less|ive|ous|ory|ary|ent|ant|ic|ical|ly|tion|ment|ness|ity|ize|ise|al|en"
    r"|er|est|ado|ada|ido|ida|é|ée|ert|iert|igt|ig|lich|isch|bar|to|ta|do|da)"
)
_FUNCTION = frozenset(
    "must be not to the a is it in on for and or of my your by with at when i can will has does "
    "did than since after before every each all more less that this only same one get got "
    "says".split()
)
_PHRASE = re.compile(
    r"(?:[a-z]{4}[ ]){3}[a-z]{4}\b(?![ ][a-z]{4}\b)|(?:[a-z]{3,10}[ ]){3,7}[a-z]{3,10}\b"
)
_MORE = re.compile(r"[.!]?[^\S\n]*[^\s.!]")
# App-specific passwords as Apple and others generate them.
_GROUPED = re.compile(r"[a-z]{4}(?:-[a-z]{4}){3}|[a-z]{6}(?:-[a-z]{6}){2}")
_DIGIT_OR_SIGN = re.compile(r"\d|[!#$%^&*]")
# The minimum length of a password that only its look and a word next to it give away.
_MIN_UNSAID = 6


def is_password(text: str, value: Value, *, says: bool, word_too: bool) -> bool:
    """Whether the value next to a word such as "password" is a password.

    `says` is whether a link such as "is" says so, rather than the value just being next to the
    word; `word_too` is whether it may be a plain word.
    """
    word = value.text
    if value.quoted:
        return _is_quoted_password(word, says=says)
    if word.isdigit():
        return (4 if says else _MIN_UNSAID) <= len(word) <= 20
    if looks_secret(word) or _GROUPED.fullmatch(word):
        return says or is_plainly_password(word)
    return says and word_too and _is_word_as_password(word) and _ends_there(text, value.end)


def is_plainly_password(word: str) -> bool:
    """Whether a word cannot be anything but a password."""
    return len(word) >= _MIN_UNSAID and looks_secret(word) and bool(_DIGIT_OR_SIGN.search(word))


def passphrase_at(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of a passphrase of four or more plain words up to the line's end, if any."""
    found = _PHRASE.match(text, at)
    if not found:
        return None
    words = found[0].split()
    # Google's app passwords.
    if len(words) == 4 and {len(word) for word in words} == {4} and not set(words) & harmless():
        return found.span()
    if _MORE.match(text, found.end()) or _SUFFIX.fullmatch(words[0]):
        return None
    return None if set(words) & (harmless() | _FUNCTION) else found.span()


def _is_quoted_password(word: str, *, says: bool) -> bool:
    words = word.split()
    if len(words) > 1:
        return 3 <= len(words) <= 8 and word.islower() and not set(words) & _FUNCTION
    if not says:
        return looks_secret(word)
    return may_be_set(word, plainly=True) and not _SUFFIX.fullmatch(word)


def _is_word_as_password(word: str) -> bool:
    if not (word.isalpha() and word.isascii() and len(word) >= 5) or word.isupper():
        return False
    return may_be_set(word, plainly=True) and not _SUFFIX.fullmatch(word.lower())


def _ends_there(text: str, end: int) -> bool:
    return bool(_CLAUSE_ENDS.match(text, end))

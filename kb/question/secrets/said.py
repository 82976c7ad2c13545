"""Finds secrets that people name in a sentence: "my password is ...", 「パスワードは…です」."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.span import Span
from kb.question.secrets.table import harmless, said
from kb.question.secrets.value import (
    CJK,
    Value,
    is_random,
    is_stand_in,
    is_uuid,
    looks_secret,
    may_be_set,
    value_at,
    whole,
)

_IS_CJK = re.compile(rf"[{CJK}]")
_IS_KATAKANA = re.compile("[ァ-ヶー]")
_IS_LETTER = re.compile(rf"[^\W_{CJK}]")
_LABELS = {
    "password": "password",
    "pass": "password",
    "PIN": "PIN",
    "token": "token",
    "key": "secret key",
    "code": "one-time code",
    "recovery code": "recovery code",
    "seed phrase": "seed phrase",
    "login": "password",
}
_SIGN = r":=|={1,3}>|-{1,2}>|→|={1,2}|[:|](?:[*_]{1,2}(?=\s))?"
_VERB = (
    r"(?:is|was|are|were|will be|should be|would be|be|is now|is still|set to|changed to|reset to|to be|used"
    r"|lautet|ist|war|sind|es|era|son|está|est|était|sont|é|era|são|è|sono|jest|adalah|là|είναι|это|-|—|–"
    r"|olan)\b"
)
_PARTICLE = r"(?:は|が|を|の値は|って|:|是|为|為|就是|改成|设为|은|는|이|가|을|를)(?:、|,)?"
# "the password for the wifi", "the password that they gave me"
_ABOUT = (
    r"(?:[ ]?\([^()\n]{0,40}\)|[ ](?:for|of|to|on|at|in|für|de|del|du|per|para|pour|von|zum|am|that|which|que|qui|die|das|I|we|they|he|she|you)(?:[ ][^\s:=,.;!?\"'`<>|\[\]()]{1,30}){1,5}?)?"
)
_MINE = r"(?:\s(?:của tôi|của mình|của em|saya|kami|mine|von mir|de moi))?"
_LINK = re.compile(
    rf"(?:s)?[\"'`*_」』)】]{{0,3}}{_MINE}{_ABOUT}[\"'`*_)]{{0,3}}"
    rf"(?:(?P<sign>\s{{0,4}}(?:{_SIGN})\s{{0,4}})"
    rf"|(?P<verb>(?:['’]s\s{{1,4}}(?=\S))|\s{{1,4}}(?:(?:now|still|currently|just|actually|also|only|simply)\s)?{_VERB}"
    rf"(?:\s(?:now|still|just|currently|actually|set to|called|literally|simply))?:?\s{{1,4}})"
    rf"|(?P<particle>\s{{0,2}}{_PARTICLE}\s{{0,2}}))[(]?"
)
_NO_LINK = re.compile(
    rf"\s{{1,3}}(?![(])|\s{{0,2}}[(]|(?=[「『])|(?<=[{CJK}])(?=[!-~])"
)
_ASIDE = re.compile(rf"{_ABOUT}[ ]?(?=[\"'`(])[(]?")
_CHANGED = re.compile(r"[ ](?:was |has been |got )?(?:changed )?(?:from|to|into|back to|zu|a|en|auf)[ ](?=\S)")
_CHANGING = re.compile(r"(?i)chang|set|reset|updat|made|put|choos|chose|new|tried|änder|setz|cambi|chang|mudei|alter")
_AND = re.compile(r"(?:,|[ ](?:and|or|to|und|oder|y|o|et|ou|then)(?=[ ])|、|と|や|か)[ ]?")
_COUNTER = re.compile(
    r"\s?(?:文字|桁|分|日|回|時間|秒|つ|個|か月|ヶ月|ケ月|カ月|年|月|週|%|種類|度|番|人|件|行|台|以上|以下|以内|ビット"
    r"|位|字|个|次|天|小时|자리|자|일|번|분|시간|글자|개"
    r"|(?:characters?|chars?|digits?|letters?|days?|hours?|minutes?|mins?|seconds?|weeks?|months?|years?|times?"
    r"|words?|bits?|bytes?|attempts?|percent|zeichen|ziffern|stellen|tage|stunden|caracteres|dígitos|días|horas"
    r"|caractères|chiffres|jours|heures|or|to|bis|of)\b)",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"\s*(?:$|[.,;!?)\n\"'`。、」]|(?:and|but|what|why|how|please|help|so|it|で|です|だ|と|なの|に)\b|[です])")
_SUFFIX = re.compile(
    r".*(?:ed|ing|ble|ful|less|ive|ous|ory|ary|ent|ant|ic|ical|ly|tion|ment|ness|ity|ize|ise|al|en|er|est"
    r"|ado|ada|ido|ida|é|ée|ert|iert|igt|ig|lich|isch|bar|en|to|ta|do|da)"
)
_PIN = re.compile(r"\d{3,10}|\d{2,4}[- ]\d{2,4}")
_CODE = re.compile(r"(?:[A-Z]-)?\d{3}[- ]?\d{3,5}\b|\d{4,10}\b|[A-Z0-9]{5,10}\b")
_CODE_LIST = re.compile(
    r"(?:[\s,;、・*|\"'`\[\]•-]|\d{1,2}[.)]\s)*"
    r"((?:[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{2,12}){1,7}|[A-Za-z0-9]{8,24}|\d{4} ?\d{4})\b)"
)
_WORDS_LIST = re.compile(r"[\s:\"'`]*(?:\d{1,2}[.)]\s*)?[a-z]{3,8}(?:[\s,]+(?:\d{1,2}[.)]\s*)?[a-z]{3,8}){11,24}")
_BEFORE = re.compile(
    rf"(?<![^\s{CJK}\"'`(])(?P<value>[^\s{CJK}]{{4,64}})(?P<link>[\"'`」]?\s(?:is|was|as|ist|als|es|como|est|é|è|a)\s(?:(?:my|the|our|his|her|their|mein|das|mi|la|mon|le|minha|a)\s)?"
    rf"(?:[\w-]{{1,20}}\s){{0,2}}|[\"'`」』]?\s?(?:が|という|って|是|이|가)\s?(?:\w{{0,6}}の)?)$"
)
_GROUPS = re.compile(r"(?=(?:[^\s\d]{0,9}[ -]?){0,3}\d)(?:[A-Za-z2-9]{4}[ -]){3,15}[A-Za-z2-9]{2,4}\b")
_PHRASE = re.compile(r"((?:[a-z]{4}[ ]){3}[a-z]{4}\b(?![ ][a-z]{4}\b)|(?:[a-z]{3,10}[ ]){3,7}[a-z]{3,10}\b)")
_MORE = re.compile(r"[.!]?[^\S\n]*[^\s.!]")
_GROUPED = re.compile(r"[a-z]{4}(?:-[a-z]{4}){3}|[a-z]{6}(?:-[a-z]{6}){2}")
_FUNCTION = frozenset(
    "must be not to the a is it in on for and or of my your by with at when i can will has does did "
    "than since after before every each all more less than that this only same one get got says".split()
)
_LINKS_BEFORE = (" is ", " a ", " as ", " als ", " como ", " was ", " ist ", " es ", " est ", " é ", " è ", "が", "という", "って", "是", "이", "가")
_LOGIN = re.compile(
    r"(?:[\w.@+\\-]{1,64})(?:\s?[/:|,]\s?|\s(?:and|und|y|et|と)\s)(?=\S)"
)


def find_said(text: str) -> Iterator[Span]:
    """Yield secrets that a word for one stands before, or behind."""
    lower = _lower(text)
    done = 0
    for start, end, kind in _words(lower):
        if start < done or (kind == "key" and _is_public(lower, start)):
            continue
        for span in (*_after(text, end, kind), *_before(text, start, kind)):
            yield span
            done = max(done, span.end)


def _lower(text: str) -> str:
    """Return a text in small letters, each where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _words(lower: str) -> Iterator[tuple[int, int, str]]:
    """Yield where words for secrets stand, of those that overlap the longest."""
    found: list[tuple[int, int, str]] = []
    letters = set(lower)
    for word, kind in said():
        at = lower.find(word) if letters.issuperset(word) else -1
        while at >= 0:
            end = at + len(word)
            if _stands_alone(lower, at, end):
                found.append((at, -end, kind))
            at = lower.find(word, end)
    last = 0
    for start, minus_end, kind in sorted(found):
        if -minus_end > last:
            yield start, -minus_end, kind
            last = -minus_end


def _stands_alone(lower: str, start: int, end: int) -> bool:
    """Whether a word in letters that are written with spaces is not part of another."""
    before, after = lower[start - 1 : start], lower[end : end + 1]
    if _IS_CJK.match(lower[start]):
        return end - start > 2 or not _IS_KATAKANA.match(before)
    if after == "s":
        after = lower[end + 1 : end + 2]
    return not _IS_LETTER.match(before) and not _IS_LETTER.match(after) and after != "_"


def _is_public(lower: str, start: int) -> bool:
    return bool(re.search(r"(?:public|ssh|gpg|pgp|host|公開|partition|object|primary|foreign|registry)[ -]?$", lower[max(0, start - 12) : start]))


def _after(text: str, end: int, kind: str) -> Iterator[Span]:
    links = (_LINK.match(text, end), _changed(text, end), _NO_LINK.match(text, end), _ASIDE.match(text, end))
    for link in filter(None, links):
        found = list(_linked(text, end, link, kind))
        if found:
            yield from found
            return


def _linked(text: str, end: int, link: re.Match[str], kind: str) -> Iterator[Span]:
    how = link.lastgroup or "none"
    if kind == "recovery code":
        yield from _codes(text, link.end() if how != "none" else end)
    elif kind == "seed phrase":
        if words := _WORDS_LIST.match(text, link.end()):
            yield Span(words.start(), words.end(), _LABELS[kind])
    elif kind == "login":
        pair = _LOGIN.match(text, link.end())
        if pair and how != "none" and (value := value_at(text, pair.end())) and looks_secret(value.text):
            yield Span(*whole(text, value), _LABELS[kind])
    elif how != "none" and kind in ("key", "token") and (groups := _GROUPS.match(text, link.end())):
        yield Span(*groups.span(), _LABELS[kind])
    elif how != "none" and kind == "password" and (words := _phrase(text, link.end())):
        yield words
    else:
        yield from _values(text, link.end(), kind, how)


def _values(text: str, at: int, kind: str, how: str) -> Iterator[Span]:
    """Yield the secret at a place, and others that are named with it: "Winter23 and Spring24"."""
    while (value := value_at(text, at)) and _is_secret(text, value, kind, how):
        yield Span(*whole(text, value), _LABELS[kind])
        after = _AND.match(text, value.end)
        if not after or kind not in ("password", "pass"):
            return
        at, how = after.end(), "none"


def _changed(text: str, end: int) -> re.Match[str] | None:
    """Return what links a word to a secret that it was changed to: "set my password to ..."."""
    link = _CHANGED.match(text, end)
    return link if link and (_CHANGING.search(text, max(0, end - 60), link.end())) else None


def _phrase(text: str, at: int) -> Span | None:
    """Return four or more plain words that a line or sentence ends with: a passphrase."""
    found = _PHRASE.match(text, at)
    words = found[1].split() if found else []
    if len(words) == 4 and {len(word) for word in words} == {4} and not set(words) & harmless():
        return Span(*found.span(1), _LABELS["password"])
    if not found or _MORE.match(text, found.end(1)) or set(words) & (harmless() | _FUNCTION) or _SUFFIX.fullmatch(words[0]):
        return None
    return Span(*found.span(1), _LABELS["password"])


def _is_secret(text: str, value: Value, kind: str, how: str) -> bool:
    """Whether what is said to be a secret is one, rather than something that is said of it."""
    if _COUNTER.match(text, value.end) and re.fullmatch(r"\d+(?:[-~]\d+)?", value.text):
        return False
    match kind:
        case "PIN":
            if not _PIN.fullmatch(value.text):
                return how != "none" and not value.text.isalpha() and looks_secret(value.text)
            return how != "none" or len(value.text) >= 4
        case "code":
            digits = sum(c.isdigit() for c in value.text)
            return bool(_CODE.fullmatch(value.text)) and digits > (0 if how != "none" else 5)
        case "password" | "pass":
            return _is_password(text, value, how, kind)
        case _:
            return _is_key(value, how)


def _is_password(text: str, value: Value, how: str, kind: str) -> bool:
    word = value.text
    if value.quoted:
        return _is_quoted_password(word, how)
    if word.isdigit():
        return (4 if how != "none" else 6) <= len(word) <= 20
    if looks_secret(word) or _GROUPED.fullmatch(word):
        return how != "none" or (len(word) >= 6 and bool(re.search(r"\d|[!#$%^&*]", word)))
    plain = word.isalpha() and word.isascii() and len(word) >= 5
    if how == "none" or kind == "pass" or not plain or not may_be_set(word, plainly=True):
        return False
    return not word.isupper() and not _SUFFIX.fullmatch(word.lower()) and bool(_CLAUSE_ENDS.match(text, value.end))


def _is_quoted_password(word: str, how: str) -> bool:
    words = word.split()
    if len(words) > 1:
        return 3 <= len(words) <= 8 and word.islower() and not set(words) & _FUNCTION
    if how == "none":
        return looks_secret(word)
    return may_be_set(word, plainly=True) and not _SUFFIX.fullmatch(word)


def _is_key(value: Value, how: str) -> bool:
    word = value.text
    if " " in word:
        return False
    if how == "none":
        return is_random(word) and looks_secret(word)
    if is_uuid(word):
        return True
    if is_random(word):
        return True
    return looks_secret(word) and len(word) >= 8 and any(c.isdigit() for c in word) and not re.search(r"[/.]", word[:-1])


def _codes(text: str, at: int) -> Iterator[Span]:
    """Yield the codes of a list, one after another, in one line or several."""
    while found := _CODE_LIST.match(text, at):
        code = found[1]
        if not any(c.isdigit() for c in code) or is_stand_in(code):
            return
        yield Span(*found.span(1), _LABELS["recovery code"])
        at = found.end()


def _before(text: str, start: int, kind: str) -> Iterator[Span]:
    window = max(0, start - 140)
    said = text[window:start]
    if kind not in ("password", "PIN") or not any(link in said[-50:] for link in _LINKS_BEFORE):
        return
    found = _BEFORE.search(said)
    if found and (value := value_at(text, window + found.start("value"))):
        if value.end <= start and looks_secret(value.text) and re.search(r"\d|[!#$%^&]", value.text) and len(value.text) >= 6:
            yield Span(value.start, value.end, _LABELS["password"])

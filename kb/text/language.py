"""Which language a text is in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30ff\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HAN = re.compile(f"{_KANA.pattern}|{_HAN.pattern}")
_ADDRESS = re.compile(r"https?://[!-~]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_CODE = re.compile(r"\S*[_:/\\${}()<>=\[\]\d]\S*|\S+\.\S+|\b[A-Z]{2,}\b")
# Signs of print, which say nothing of a language.
_PLAIN = str.maketrans(
    {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’", "'"), **dict.fromkeys("–—…•®™©→", " ")}
)
# Two of them and no letter beyond ASCII are English; the models need not be loaded for it.
_ENGLISH = set(
    "i i'm i've my me we our you your the this that these it it's its how what what's where why "
    "which when who can't cannot couldn't don't doesn't didn't isn't won't not have has had does "
    "with and from of there".split()
)
# Characters that are looked at; in a pasted token without spaces, _CODE is slow.
_ENOUGH = 1000
# A guide is looked at in pieces from all of it.
_PIECES = 7
_PIECE = 200
# Kana for each Latin letter: manuals in Japanese are full of English names, but not so full.
_JAPANESE_ENOUGH = 0.15
_ENGLISH_ENOUGH = 0.1
_SURE = 0.5
_LANGUAGES = (
    Language.ENGLISH,
    Language.SPANISH,
    Language.PORTUGUESE,
    Language.FRENCH,
    Language.GERMAN,
    Language.ITALIAN,
    Language.DUTCH,
    Language.CHINESE,
    Language.KOREAN,
    Language.VIETNAMESE,
    Language.INDONESIAN,
    Language.THAI,
    Language.RUSSIAN,
    Language.POLISH,
    Language.TURKISH,
    Language.HINDI,
    Language.ARABIC,
    Language.JAPANESE,
)


def detect_language(text: str, otherwise: str = "en") -> str:
    """Return the ISO 639-1 code of the language that `text` is in.

    Kana decide for Japanese, however much Latin script stands beside them. Commands,
    identifiers and acronyms say nothing; `otherwise` is returned when nothing else is left.
    """
    if _KANA.search(text):
        return "ja"
    words = _CODE.sub(" ", text[:_ENOUGH].translate(_PLAIN))
    if not re.search(r"[^\W\d_]", words):
        return otherwise
    if words.isascii() and len(_ENGLISH.intersection(words.lower().split())) >= 2:
        return "en"
    if _HAN.search(words) and otherwise == "ja":
        # A few Chinese characters alone, such as 権限, are as good Japanese as Chinese.
        return "ja" if len(_HAN.findall(words)) <= 6 else "zh"
    values = _detector().compute_language_confidence_values(words)
    if not values:
        return otherwise
    best = values[0]
    code = best.language.iso_code_639_1.name.lower()
    if words.isascii() and code != "en":
        # In a few words without accents, lingua sees Dutch and Italian where people write
        # the English of their trade.
        english = next((v.value for v in values if v.language == Language.ENGLISH), 0.0)
        if english > _ENGLISH_ENOUGH or best.value < _SURE or len(words.split()) == 1:
            return "en"
    return code


def language_of_guide(text: str) -> str:
    """Return the ISO 639-1 code of the language that a long text is in.

    Its scripts are weighed: a few words of another, such as names of buttons, do not decide.
    """
    text = _ADDRESS.sub(" ", text)
    kana, latin = len(_KANA.findall(text)), len(_LATIN.findall(text))
    if kana > _JAPANESE_ENOUGH * latin:
        return "ja"
    if kana:
        text = _KANA_OR_HAN.sub(" ", text)
    elif len(_HAN.findall(text)) <= _JAPANESE_ENOUGH * latin:
        text = _HAN.sub(" ", text)
    votes = Counter[str]()
    for piece in _pieces(text):
        votes[detect_language(piece)] += 1
        if votes.most_common(1)[0][1] > _PIECES / 2:
            break
    return votes.most_common(1)[0][0]


def _pieces(text: str) -> Iterator[str]:
    """Yield pieces that are taken from all of a text, or the whole of a short one."""
    if len(text) <= _PIECE:
        yield text
        return
    pieces = min(_PIECES, -(-len(text) // _PIECE))
    for n in range(pieces):
        at = round(n * (len(text) - _PIECE) / (pieces - 1))
        yield text[at : at + _PIECE]


def with_colon(label: str) -> str:
    """Return a label with the colon after it that its script has: "Note: ", 「注：」."""
    last = label[-1:]
    return label + ("：" if _KANA.match(last) or _HAN.match(last) else ": ")


def load_language_models() -> None:
    """Load now what `detect_language` otherwise loads when it first needs it."""
    _detector().compute_language_confidence_values("any words")


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).build()

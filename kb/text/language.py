"""Detects the language of a text."""

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
# Typographic characters, which say nothing about the language.
_PLAIN = str.maketrans(
    {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’", "'"), **dict.fromkeys("–—…•®™©→", " ")}
)
# Two of these in a text of ASCII only mean English, without loading the models.
_ENGLISH = set(
    "i i'm i've my me we our you your the this that these it it's its how what what's where why "
    "which when who can't cannot couldn't don't doesn't didn't isn't won't not have has had does "
    "with and from of there".split()
)
# The numbers below were chosen by hand, on guides and questions in the tests.
# Only this many characters are examined: _CODE is slow on a long pasted token without spaces.
_MAX_CHARACTERS = 1000
# A guide is sampled at so many places, so many characters each.
_PIECES = 7
_PIECE_CHARACTERS = 200
# Kana per Latin letter. Japanese manuals are full of English names, but not to this extent.
_MIN_KANA_RATIO = 0.15
# lingua's confidence in English, and in any other language, for a text of ASCII only.
_MIN_ENGLISH = 0.1
_MIN_OTHER = 0.5
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
    """Return the ISO 639-1 code of the language of `text`.

    Any kana mean Japanese, however much Latin script is beside them. Commands, identifiers and
    acronyms are ignored; `otherwise` is returned if nothing else is left.
    """
    if _KANA.search(text):
        return "ja"
    words = _CODE.sub(" ", text[:_MAX_CHARACTERS].translate(_PLAIN))
    if not re.search(r"[^\W\d_]", words):
        return otherwise
    if words.isascii() and len(_ENGLISH.intersection(words.lower().split())) >= 2:
        return "en"
    if _HAN.search(words) and otherwise == "ja":
        # A few Chinese characters on their own, such as 権限, may just as well be Japanese.
        return "ja" if len(_HAN.findall(words)) <= 6 else "zh"
    values = _detector().compute_language_confidence_values(words)
    if not values:
        return otherwise
    best = values[0]
    code = best.language.iso_code_639_1.name.lower()
    if words.isascii() and code != "en":
        # In a few words without accents, lingua sees Dutch or Italian where people write technical
        # English.
        english = next((v.value for v in values if v.language == Language.ENGLISH), 0.0)
        if english > _MIN_ENGLISH or best.value < _MIN_OTHER or len(words.split()) == 1:
            return "en"
    return code


def language_of_guide(text: str) -> str:
    """Return the ISO 639-1 code of the language of a long text.

    Scripts are weighed, so that a few words in another, such as button names, do not decide.
    """
    text = _ADDRESS.sub(" ", text)
    kana, latin = len(_KANA.findall(text)), len(_LATIN.findall(text))
    if kana > _MIN_KANA_RATIO * latin:
        return "ja"
    if kana:
        text = _KANA_OR_HAN.sub(" ", text)
    elif len(_HAN.findall(text)) <= _MIN_KANA_RATIO * latin:
        text = _HAN.sub(" ", text)
    votes = Counter[str]()
    for piece in _pieces(text):
        votes[detect_language(piece)] += 1
        if votes.most_common(1)[0][1] > _PIECES / 2:
            break
    return votes.most_common(1)[0][0]


def _pieces(text: str) -> Iterator[str]:
    """Yield pieces spread evenly over a text, or all of a short one."""
    if len(text) <= _PIECE_CHARACTERS:
        yield text
        return
    pieces = min(_PIECES, -(-len(text) // _PIECE_CHARACTERS))
    for n in range(pieces):
        at = round(n * (len(text) - _PIECE_CHARACTERS) / (pieces - 1))
        yield text[at : at + _PIECE_CHARACTERS]


def with_colon(label: str) -> str:
    """Return a label with the colon of its script: "Note: ", 「注：」."""
    last = label[-1:]
    return label + ("：" if _KANA.match(last) or _HAN.match(last) else ": ")


def load_language_models() -> None:
    """Load the models now that `detect_language` otherwise loads when first needed."""
    _detector().compute_language_confidence_values("any words")


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).build()

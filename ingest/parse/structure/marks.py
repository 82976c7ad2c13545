"""Line starts that suggest a heading, a step, a question or an answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """How a mark is used."""

    NUMBER = "number"
    """Steps and numbered headings."""
    STEP = "step"
    HEADING = "heading"
    LABEL = "label"
    """Bracketed words at a line's start."""
    BULLET = "bullet"
    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True)
class Mark:
    """How a line begins: lines of the same `family` belong together.

    `value` is its number, if any; `end` is where the line's own text begins. `depth` is that of
    dotted numbers ("2.1" has 2) and of repeated signs.
    """

    look: Look
    family: str
    end: int
    value: int | None = None
    depth: int = 1

    @property
    def is_sign(self) -> bool:
        """Whether it is a sign such as "■", which is not part of the line's text."""
        return self.look is Look.HEADING and self.family in _SIGNS


_MAY_STAND_ALONE = (Look.ANSWER, Look.STEP)
"""Marks whose text may be on the next line."""

_Value = Callable[[str], int]

_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
_HANGUL = "가나다라마바사아자차카타파하"
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_CHINESE = "一二三四五六七八九十"
_STEP_WORDS = "step|schritt|[ée]tape|paso|passo|stap|krok|шаг|手順|ステップ|步骤|步驟|단계"
_QUESTION_WORDS = (
    "Q|Ｑ|問い?|質問|Question|Frage|Pregunta|Pergunta|Domanda|Вопрос|问题?|질문|문|P|F"
)
_ANSWER_WORDS = (
    "A|Ａ|答え?|回答|Answer|Antwort|R[ée]ponse|Respuesta|Resposta|Risposta|R|Ответ|답변?"
)
_POINT = r"[.．。:：、)）\]】]"
# Signs that begin headings in texts without markup; some begin list items as often.
_SIGNS = "■□◆◇●○◎▼▽▲△▶▷►★☆❖✦◼◻⬛⬜§"
_BRACKETS = (
    ("【", "】"),
    ("〔", "〕"),
    ("〖", "〗"),
    ("《", "》"),
    ("≪", "≫"),
    ("＜", "＞"),
    ("［", "］"),
    ("〈", "〉"),
)


def find_mark(text: str) -> Mark | None:
    """Return the mark that a line begins with, if text follows it."""
    for pattern, look, family, value in _PATTERNS:
        match = pattern.match(text)
        if match is None or (match.end() == len(text) and look not in _MAY_STAND_ALONE):
            continue
        number = match.groupdict().get("n") or ""
        found = _number(number, value) if value else None
        if value and found is None and number:
            continue
        return Mark(look, family, match.end(), found)
    return (
        _dotted(text)
        or _hashes(text)
        or _sign(text)
        or _label(text)
        or _counted(text)
        or _bullet(text)
    )


def _number(text: str, value: _Value) -> int | None:
    try:
        return value(text)
    except ValueError:
        return None


def _digits(text: str) -> int:
    return int(unicodedata.normalize("NFKC", text))


def _in(letters: str) -> _Value:
    return lambda text: letters.index(text) + 1


def _circled(text: str) -> int:
    return round(unicodedata.numeric(text))


def _patterns() -> list[tuple[re.Pattern[str], Look, str, _Value | None]]:
    number = r"(?P<n>\d{1,2})(?!\d)"

    def step(words: str) -> str:
        pointed = r"\s*[:：.．、)）-]\s*"
        # Without a period, the rest must begin like a sentence: not "Step 1 is the hardest".
        spaced = r"\s+(?![a-zà-ÿ])"
        glued = r"(?=[^\W\d_a-z])"
        return rf"(?i:{words})\s*{number}(?:{pointed}|{spaced}|{glued}|$)"

    found = [
        (step(_STEP_WORDS), Look.STEP, "step", _digits),
        (rf"{number}\s*(?:단계|步)\s*[:：.．]?\s*", Look.STEP, "step", _digits),
        (rf"(?:{_QUESTION_WORDS})\s*(?P<n>\d*)\s*{_POINT}\s*", Look.QUESTION, "question", _digits),
        (rf"(?:{_ANSWER_WORDS})\s*(?P<n>\d*)\s*{_POINT}\s*", Look.ANSWER, "answer", _digits),
        (r"(?:Q|Ｑ|問)\s*(?P<n>\d+)\s+(?=[^\W\d_a-z])", Look.QUESTION, "question", _digits),
        (r"(?:A|Ａ|答)\s*(?P<n>\d+)\s+(?=[^\W\d_a-z])", Look.ANSWER, "answer", _digits),
        (r"第\s*(?P<n>\d{1,2})\s*[章節編部回話]\s*[:：.．]?\s*", Look.HEADING, "chapter", _digits),
        (rf"第\s*(?P<n>[{_CHINESE}])\s*[章節編部]\s*", Look.HEADING, "chapter", _in(_CHINESE)),
        (
            rf"(?i:chapter|section|part|kapitel|teil|chapitre|cap[íi]tulo)\s+{number}\s*[:：.．-]?\s+",
            Look.HEADING,
            "chapter",
            _digits,
        ),
        (rf"{number}[.．、]\s*(?=[^\s\d.,．，])", Look.NUMBER, "1.", _digits),
        (rf"{number}[)）]\s*(?=\S)", Look.NUMBER, "1)", _digits),
        (rf"[(（]{number}[)）]\s*(?=\S)", Look.NUMBER, "(1)", _digits),
        (rf"[\[［]{number}[\]］]\s*(?=\S)", Look.NUMBER, "[1]", _digits),
        (r"(?P<n>[①-⑳])\s*", Look.NUMBER, "①", _circled),
        (r"(?P<n>[❶-❿➀-➓])\s*", Look.NUMBER, "❶", _circled),
        (r"(?P<n>[一二三四五六七八九十])[、．.]\s*", Look.NUMBER, "一", _in(_CHINESE)),
        (rf"[(（](?P<n>[{_CHINESE}])[)）]\s*", Look.NUMBER, "(一)", _in(_CHINESE)),
        (rf"[(（]?(?P<n>[{_KANA}])[．.)）、]\s*", Look.NUMBER, "ア", _in(_KANA)),
        (rf"(?P<n>[{_KANA}])\s+", Look.NUMBER, "ア", _in(_KANA)),
        (rf"(?P<n>[{_HANGUL}])[.)]\s+", Look.NUMBER, "가", _in(_HANGUL)),
        (r"(?P<n>[ivx]{1,4})[.)]\s+(?=\S)", Look.NUMBER, "i)", lambda t: _ROMAN.index(t) + 1),
        (r"(?P<n>[a-z])[.)]\s+(?=\S)", Look.NUMBER, "a)", _in("abcdefghijklmnopqrstuvwxyz")),
        (r"[(（](?P<n>[a-z])[)）]\s*", Look.NUMBER, "(a)", _in("abcdefghijklmnopqrstuvwxyz")),
    ]
    return [(re.compile(pattern), look, family, value) for pattern, look, family, value in found]


_PATTERNS = _patterns()
_DOTTED = re.compile(r"(\d{1,2}(?:[.．-]\d{1,2}){1,3})[.．]?(?:\s+|(?=[^\W\d_a-zA-Z]))(?=[^\W\d_])")
# Markdown heading signs without the space that would have made it a heading.
_HASHES = re.compile(r"(#{1,6})(?=[^\s#\d!/])|(＃{1,6})\s*(?=\S)")
_BULLET = re.compile(r"([-*–—])\s+(?=\S)|([•‣◦▪・･·→➔])\s*(?=\S)")
_COUNTED = re.compile(r"([^\W\d_]{2,20})\s*(\d{1,2})\s*(?:[:：.．]|\s[-–—])\s*(?=[^\s\d])")
_SIGN = re.compile(rf"([{_SIGNS}])\1*\s*(?=\S)")


def _dotted(text: str) -> Mark | None:
    if not (match := _DOTTED.match(text)):
        return None
    depth = len(re.findall(r"\d+", match[1]))
    return Mark(Look.HEADING, "1.1" if depth == 2 else "1.1.1", match.end(), depth=depth)


def _hashes(text: str) -> Mark | None:
    match = _HASHES.match(text)
    # Several on one line are hashtags or channels.
    if not match or " #" in text:
        return None
    signs = match[1] or match[2]
    return Mark(Look.HEADING, "#", match.end(), depth=len(signs))


def _sign(text: str) -> Mark | None:
    if not (match := _SIGN.match(text)):
        return None
    return Mark(Look.HEADING, match[1], match.end())


def _bullet(text: str) -> Mark | None:
    match = _BULLET.match(text)
    return Mark(Look.BULLET, match[1] or match[2], match.end()) if match else None


def _counted(text: str) -> Mark | None:
    """Match a word with a number before a title: "Card 2 - The reader is dark"."""
    if not (match := _COUNTED.match(text)):
        return None
    return Mark(Look.HEADING, f"word {match[1].lower()}", match.end(), _digits(match[2]))


def _label(text: str) -> Mark | None:
    for opening, closing in _BRACKETS:
        if text.startswith(opening) and (end := text.find(closing)) > 1:
            rest = text[end + 1 :].lstrip(" \u3000:：")
            return Mark(Look.LABEL, opening, len(text) - len(rest))
    return None

"""A Word file's lists, and the numbers displayed before items and headings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.loaders.docx.styles import Numbered, Styles, indents
from ingest.loaders.docx.wordml import child, is_on, name, number, value

# Larger numbers are shown as this one, as Roman numerals grow with the number.
_MAX_NUMBER = 100_000
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウ"
    "ヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_DIGITS = "〇一二三四五六七八九"
_SHAPES = {
    "decimalEnclosedCircle": ("①", 20),
    "decimalEnclosedCircleChinese": ("①", 20),
    "decimalEnclosedParen": ("⑴", 20),
    "decimalEnclosedFullstop": ("⒈", 20),
}


@dataclass(frozen=True)
class Level:
    """A list level: the format of its numbers, and the text around them."""

    form: str = "bullet"
    text: str = "•"
    start: int = 1
    restarts_after: int | None = None
    legal: bool = False
    suffix: str = "tab"
    style: str | None = None
    indent: tuple[int, int] | None = None

    @property
    def is_ordered(self) -> bool:
        """Whether it displays numbers."""
        return self.form not in ("bullet", "none") and "%" in self.text

    @property
    def is_blank(self) -> bool:
        """Whether it displays nothing before its paragraphs."""
        return not self.text.strip() or self.form == "none" and "%" in self.text


@dataclass
class _Definition:
    levels: dict[int, Level]
    counts: dict[int, int] = field(default_factory=dict)


@dataclass
class _List:
    definition: _Definition
    levels: dict[int, Level]
    starts: dict[int, int]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """A file's lists. Numbers are counted in the order of the calls."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._lists: dict[str, _List] = {}
        self._styles = styles
        self._linked: dict[str, str] = {}
        definitions: dict[str, _Definition] = {}
        for each in () if root is None else root.iter(name("w:abstractNum")):
            key = each.get(name("w:abstractNumId")) or ""
            definitions[key] = _Definition(_levels(each))
            if link := value(each, "w:numStyleLink"):
                self._linked[key] = link
        of: dict[str, str] = {}
        for each in () if root is None else root.iter(name("w:num")):
            list_id = each.get(name("w:numId")) or ""
            of[list_id] = value(each, "w:abstractNumId") or ""
            if of[list_id] in definitions:
                self._lists[list_id] = _list(each, definitions[of[list_id]])
        for list_id, key in of.items():
            target = self._lists.get(styles.list_of(self._linked.get(key, "")) or "")
            if target and list_id in self._lists:
                self._lists[list_id].definition = target.definition
                self._lists[list_id].levels = {**target.levels, **self._lists[list_id].levels}

    def level(self, numbered: Numbered, style: str | None) -> int:
        """Return a paragraph's list level (from 0), set directly or by its style."""
        if numbered.level is not None:
            return min(max(numbered.level, 0), 8)
        found = self._lists.get(numbered.list_id)
        levels = found.levels if found else {}
        return next((n for n, level in levels.items() if style and level.style == style), 0)

    def look(self, list_id: str, level: int) -> Level:
        """Return a list's definition of a level."""
        found = self._lists.get(list_id)
        return found.levels.get(level, Level()) if found else Level()

    def same(self, one: str, other: str) -> bool:
        """Whether two lists share their numbering."""
        first, second = self._lists.get(one), self._lists.get(other)
        return one == other or bool(first and second and first.definition is second.definition)

    def count(self, list_id: str, level: int) -> int | None:
        """Return the number of a list's next item."""
        found = self._lists.get(list_id)
        if found is None:
            return None
        counts = found.definition.counts
        for deeper in [each for each in counts if each > level]:
            if _restarts(found.levels.get(deeper, Level()), deeper, level):
                del counts[deeper]
        start = found.starts.get(level, found.levels.get(level, Level()).start)
        if level in found.starts and level not in found.begun:
            counts.pop(level, None)
        found.begun.add(level)
        counts[level] = counts[level] + 1 if level in counts else start
        return counts[level]

    def label(self, list_id: str, level: int) -> str:
        """Return the label of the last counted item: "2.1", "(a)"."""
        found = self._lists.get(list_id)
        if found is None:
            return ""
        look = found.levels.get(level, Level())

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            other = found.levels.get(at, Level("decimal", ""))
            form = "decimal" if look.legal else other.form
            return written(found.definition.counts.get(at, other.start), form)

        return re.sub(r"%([1-9])", shown, look.text).strip()


def written(count: int, form: str) -> str:
    """Return a number in one of Word's formats; in an unknown one, as a plain number."""
    count = min(max(count, 0), _MAX_NUMBER)
    match form:
        case "none" | "bullet":
            return ""
        case "upperRoman":
            return _roman(count)
        case "lowerRoman":
            return _roman(count).lower()
        case "upperLetter":
            return _letters(count)
        case "lowerLetter":
            return _letters(count).lower()
        case "decimalZero":
            return f"{count:02}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(count).translate({ord(str(n)): ord("０") + n for n in range(10)})
        case "iroha" | "irohaFullWidth":
            return _IROHA[(count - 1) % len(_IROHA)] if count else "0"
        case "aiueo" | "aiueoFullWidth":
            return _AIUEO[(count - 1) % len(_AIUEO)] if count else "0"
        case (
            "japaneseCounting" | "chineseCounting" | "chineseCountingThousand" | "taiwaneseCounting"
        ):
            return _counting(count)
        case "ideographDigital" | "japaneseDigitalTenThousand":
            return "".join(_DIGITS[int(digit)] for digit in str(count))
    if form in _SHAPES and 1 <= count <= _SHAPES[form][1]:
        return chr(ord(_SHAPES[form][0]) + count - 1)
    return str(count)


def _roman(count: int) -> str:
    letters = ""
    for worth, sign in _ROMAN:
        letters += sign * (count // worth)
        count %= worth
    return letters


def _letters(count: int) -> str:
    """Z is followed by AA, BB and so on."""
    return chr(ord("A") + (count - 1) % 26) * min((count - 1) // 26 + 1, 9) if count else "0"


def _counting(count: int) -> str:
    if not 0 < count < 10_000:
        return str(count)
    text = ""
    for worth, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, count = divmod(count, worth)
        if digit:
            text += ("" if digit == 1 and sign else _DIGITS[digit]) + sign
    return text


def _restarts(deeper: Level, at: int, level: int) -> bool:
    after = deeper.restarts_after
    return after != 0 and (after is None or level < after or after > at)


def _levels(definition: Element) -> dict[int, Level]:
    return {
        number(each.get(name("w:ilvl"))): _level(each) for each in definition.iter(name("w:lvl"))
    }


def _level(element: Element) -> Level:
    restart = value(element, "w:lvlRestart")
    return Level(
        form=_form(element),
        text=value(element, "w:lvlText") or "",
        start=number(value(element, "w:start"), 1),
        restarts_after=None if restart is None else number(restart),
        legal=bool(is_on(child(element, "w:isLgl"))),
        suffix=value(element, "w:suff") or "tab",
        style=value(element, "w:pStyle"),
        indent=indents([child(element, "w:pPr", "w:ind")]),
    )


def _form(level: Element) -> str:
    """Return a level's number format; newer formats have a fallback next to them."""
    forms = [each.get(name("w:val")) or "" for each in level.iter(name("w:numFmt"))]
    return next((each for each in forms if each not in ("", "custom")), "decimal")


def _list(element: Element, definition: _Definition) -> _List:
    levels, starts = dict(definition.levels), {}
    for override in element.iter(name("w:lvlOverride")):
        at = number(override.get(name("w:ilvl")))
        for each in override.iter(name("w:lvl")):
            levels[at] = _level(each)
        if start := value(override, "w:startOverride"):
            starts[at] = number(start, 1)
    return _List(definition, levels, starts)

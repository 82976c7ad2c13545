"""Compares numbers with their units across languages: "30 days" is not "30 minutes"."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

T = TypeVar("T")

_UNITS = {
    "second": r"seconds?|secs?|s|秒(?:間)?|segundos?|sekunden?|secondes?|second[oi]|초",
    "minute": r"minutes?|mins?|分(?:間|鐘|钟)?|minutos?|minuten?|minut[oi]|분",
    "hour": r"hours?|hrs?|h|時間|小时|小時|horas?|stunden?|heures?|or[ae]|시간",
    "day": r"(?:working |business )?days?|(?:営業)?日(?:間)?|天|d[ií]as?|tage?n?|jours?|giorn[oi]"
    r"|일",
    "week": r"weeks?|週(?:間)?|周|semanas?|wochen?|semaines?|settiman[ae]|주",
    "month": r"months?|か月|ヶ月|カ月|ヵ月|个月|個月|meses|mes|m[êe]s|monate?n?|mois|mes[ei]|개월",
    "year": r"years?|年(?:間)?|a[ñn]os?|anos?|jahre?n?|ans|ann[oi]|년",
    "percent": r"%|percent|パーセント|por ?ciento|prozent|pour ?cent|per ?cento",
    "yen": r"yen|円|jpy",
    "dollar": r"dollars?|usd|ドル|d[oó]lares|dollari",
    "euro": r"euros?|eur|€|ユーロ",
    "byte": r"bytes?|octets?|バイト",
    "kilobyte": r"[kK]i?B",
    "megabyte": r"[mM]i?B",
    "gigabyte": r"[gG]i?B",
    "metre": r"m|met(?:re|er)s?|メートル|metros?|mètres?|metri",
    "centimetre": r"cm|センチ(?:メートル)?",
    "millimetre": r"mm|ミリ(?:メートル)?",
    "kilometre": r"km|キロ(?:メートル)?",
    "gram": r"g|grams?|グラム|gramos?|gramm|grammes?",
    "kilogram": r"kg|kilos?|キログラム",
    "litre": r"l|lit(?:re|er)s?|リットル|litros?|litri",
    "millilitre": r"ml|ミリリットル",
    "degree": r"°|度|degrees?|grados?|grad|degrés",
}
_PREFIXES = {"dollar": r"\$|usd ?", "euro": r"€|eur ?", "yen": r"¥|jpy ?"}
_WORDS = {
    2: "two|dos|deux|zwei|due|dois|duas|二|两|兩|둘|두",
    3: "three|tres|trois|drei|tre|três|三|세",
    4: "four|cuatro|quatre|vier|quattro|quatro|四|네",
    5: "five|cinco|cinq|fünf|cinque|五|다섯",
    6: "six|seis|sechs|六|여섯",
    7: "seven|siete|sept|sieben|sette|sete|七|일곱",
    8: "eight|ocho|huit|acht|otto|oito|八|여덟",
    9: "nine|nueve|neuf|neun|nove|九|아홉",
    10: "ten|diez|dix|zehn|dieci|dez|十|열",
    11: "eleven|onze|elf|undici",
    12: "twelve|doce|douze|zwölf|dodici|doze",
}
_NUMBER = r"(\d[\d,.]*\d|\d)\s*([万億千])?"
_TIMES = {"千": 1_000, "万": 10_000, "億": 100_000_000}
_WORD = {
    str(number): re.compile(
        rf"\b(?:{words})\b|(?:{words})(?=[つ個本回人名分秒日週年か枚杯台点营次个])", re.IGNORECASE
    )
    for number, words in _WORDS.items()
}
_SMALL = max(_WORDS)
_AFTER = {
    unit: re.compile(rf"(?<![\w.]){_NUMBER}[\s-]*(?:{words})(?![A-Za-z])", re.IGNORECASE)
    for unit, words in _UNITS.items()
}
_BEFORE = {
    unit: re.compile(rf"(?:{words})\s*{_NUMBER}", re.IGNORECASE)
    for unit, words in _PREFIXES.items()
}


def quantities(text: str) -> Counter[tuple[Decimal, str]]:
    """Return how often each number with a unit occurs in a text."""
    text = _in_figures(text)
    found: Counter[tuple[Decimal, str]] = Counter()
    for table in (_AFTER, _BEFORE):
        for unit, pattern in table.items():
            for match in pattern.finditer(text):
                if number := _number(match[1], match[2]):
                    found[(number, unit)] += 1
    return found


def numbers(text: str) -> Counter[Decimal]:
    """Return how often each number occurs in a text."""
    found = (_number(match[1], match[2]) for match in re.finditer(_NUMBER, _in_figures(text)))
    return Counter(number for number in found if number is not None)


def differ(one: str, other: str) -> bool:
    """Whether two texts differ in their numbers, or in the units of these.

    A small number may be missing from one of them: "twice", "this month".
    """
    return _apart(quantities(one), quantities(other), lambda each: each[0]) or _apart(
        numbers(one), numbers(other), lambda each: each
    )


def _apart(one: Counter[T], other: Counter[T], number: Callable[[T], Decimal]) -> bool:
    left, right = set(one) - set(other), set(other) - set(one)
    large = any(number(each) > _SMALL for each in left | right)
    return large or bool(left and right)


def _in_figures(text: str) -> str:
    """Return a text normalised to NFKC, with number words replaced by digits."""
    text = unicodedata.normalize("NFKC", text)
    for figures, pattern in _WORD.items():
        text = pattern.sub(figures, text)
    return text


def _number(figures: str, times: str | None) -> Decimal | None:
    """Parse a number; 3,000 and 3.000 both mean three thousand."""
    plain = re.sub(r"[,.](?=\d{3}(?:\D|$))", "", figures).replace(",", ".")
    try:
        return Decimal(plain).normalize() * _TIMES.get(times or "", 1)
    except InvalidOperation:
        return None

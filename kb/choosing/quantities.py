"""Numbers with their units, so that "30 days" is not taken for "30 minutes" in any language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from decimal import Decimal, InvalidOperation

_UNITS = {
    "second": r"seconds?|secs?|s|秒(?:間)?|segundos?|sekunden?|secondes?|second[oi]|초",
    "minute": r"minutes?|mins?|分(?:間|鐘|钟)?|minutos?|minuten?|minut[oi]|분",
    "hour": r"hours?|hrs?|h|時間|小时|小時|horas?|stunden?|heures?|or[ae]|시간",
    "day": r"(?:working |business )?days?|(?:営業)?日(?:間)?|天|d[ií]as?|tage?n?|jours?|giorn[oi]"
    r"|일",
    "week": r"weeks?|週(?:間)?|周|semanas?|wochen?|semaines?|settiman[ae]|주",
    "month": r"months?|か月|ヶ月|カ月|ヵ月|个月|個月|meses|mes|m[êe]s|monate?n?|mois|mes[ei]|개월",
    "year": r"years?|年(?:間)?|a[ñn]os?|anos?|jahre?n?|ans?|ann[oi]|년",
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
_NUMBER = r"(\d[\d,.]*\d|\d)\s*([万億千])?"
_TIMES = {"千": 1_000, "万": 10_000, "億": 100_000_000}
_AFTER = {
    unit: re.compile(rf"(?<![\w.]){_NUMBER}[\s-]*(?:{words})(?![A-Za-z])", re.IGNORECASE)
    for unit, words in _UNITS.items()
}
_BEFORE = {
    unit: re.compile(rf"(?:{words})\s*{_NUMBER}", re.IGNORECASE)
    for unit, words in _PREFIXES.items()
}


def quantities(text: str) -> Counter[tuple[Decimal, str]]:
    """Return how often each number with a unit stands in a text."""
    text = unicodedata.normalize("NFKC", text)
    found: Counter[tuple[Decimal, str]] = Counter()
    for table in (_AFTER, _BEFORE):
        for unit, pattern in table.items():
            for match in pattern.finditer(text):
                if number := _number(match[1], match[2]):
                    found[(number, unit)] += 1
    return found


def numbers(text: str) -> Counter[Decimal]:
    """Return how often each number stands in a text, in figures."""
    text = unicodedata.normalize("NFKC", text)
    found = (_number(match[1], match[2]) for match in re.finditer(_NUMBER, text))
    return Counter(number for number in found if number is not None)


def _number(figures: str, times: str | None) -> Decimal | None:
    """Return a number; 3,000 and 3.000 are three thousand, as three figures follow."""
    plain = re.sub(r"[,.](?=\d{3}(?:\D|$))", "", figures).replace(",", ".")
    try:
        return Decimal(plain).normalize() * _TIMES.get(times or "", 1)
    except InvalidOperation:
        return None

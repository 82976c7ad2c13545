"""Finds payment card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.span import SecretSpan

# In groups, as on the card; other numbers of this length are rarely written like that.
_GROUPED = re.compile(
    r"(?<![\d.-])(?:[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ -])\d{6}\2\d{5})(?![\d.-]*\d)"
)
_PLAIN = re.compile(r"(?<![A-Za-z0-9_.-])(?:[456]\d{15}|3[47]\d{13}|35\d{14})(?![A-Za-z0-9_-])")
_OF_CARDS = re.compile(
    r"(?i)\bcards?\b|visa\b|master ?card|amex|american express"
    r"|カード|卡|카드|tarjeta|carte|karte|cartão|carta"
)
# Test numbers from payment providers' documentation.
_PUBLISHED = frozenset(
    {
        "4242424242424242",
        "4111111111111111",
        "5555555555554444",
        "378282246310005",
        "4000056655665556",
    }
)


def find_cards(text: str) -> Iterator[SecretSpan]:
    """Yield card numbers: in groups, or without spaces if the text mentions cards."""
    for match in _GROUPED.finditer(text):
        if _is_card(match[0]):
            yield SecretSpan(*match.span(), "card number")
    plain = [match for match in _PLAIN.finditer(text) if _is_card(match[0])]
    if plain and _OF_CARDS.search(text):
        yield from (SecretSpan(*match.span(), "card number") for match in plain)


def _is_card(number: str) -> bool:
    """Whether a number's check digit is right (Luhn, ISO/IEC 7812-1) and it is no test number."""
    digits = [int(c) for c in number if c.isdigit()]
    if "".join(map(str, digits)) in _PUBLISHED:
        return False
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0

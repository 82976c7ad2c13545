"""Which fonts of a Word file are monospaced, and which are symbol fonts."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ingest.loaders.docx.wordml import name, value

_MONOSPACED = re.compile(
    r"\bmono\b|mono$|courier|consol|menlo|monaco|inconsolata|typewriter|\bcode\b|fixedsys"
    r"|\bterminal\b|cmtt|anonymous pro|\bhack\b|letter gothic",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"wingdings|webdings|^symbol\b|dingbats|marlett", re.IGNORECASE)
# Shift-JIS, Hangul, Johab, GB 2312 and Big5: their fonts are all of one width.
_EAST_ASIAN = {"80", "81", "82", "86", "88"}


class Fonts:
    """The fonts that a file uses, and what it declares about them."""

    def __init__(self, root: Element | None) -> None:
        self._fixed: set[str] = set()
        for font in () if root is None else root.iter(name("w:font")):
            charset = font.find(name("w:charset"))
            code = "" if charset is None else str(charset.get(name("w:val")))
            if value(font, "w:pitch") == "fixed" and code.upper() not in _EAST_ASIAN:
                self._fixed.add(font.get(name("w:name")) or "")

    def is_monospaced(self, font: str | None) -> bool:
        """Whether a font is one for code."""
        if not font or is_of_signs(font):
            return False
        return font in self._fixed or bool(_MONOSPACED.search(font))


def is_of_signs(font: str | None) -> bool:
    """Whether a font has symbols in place of letters."""
    return bool(font and _SIGNS.search(font))

"""Symbols: characters of symbol fonts, and special hyphens."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ingest.loaders.docx.fonts import is_of_signs
from ingest.loaders.docx.styles import Styles
from ingest.loaders.docx.wordml import P, R, T, name, own_elements, replace, text_of

# The closest character that every font has, where the converter's is none.
_WINGDINGS = {
    0x6C: "●",
    0x6E: "■",
    0x9F: "•",
    0xA7: "▪",
    0xA8: "☐",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xF0: "⇨",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_SIGN = re.compile("[\uf000-\uf0ff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\u00ad]")
_BULLET = 0xB7


def write_signs(root: Element, styles: Styles) -> None:
    """Replace symbols with characters that look like them; drop those without one."""
    for paragraph in root.iter(P):
        for run in own_elements(paragraph, R):
            font = styles.font(run, paragraph)
            for element in list(run):
                if element.tag == name("w:sym"):
                    replace(run, element, _sign(element))
                elif element.tag == name("w:noBreakHyphen"):
                    replace(run, element, [text_of("-")])
                elif element.tag == T and element.text:
                    replace(run, element, _texts(element, font))


def _sign(element: Element) -> list[Element]:
    code = element.get(name("w:char")) or ""
    font = element.get(name("w:font"))
    if not re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) or not font:
        return []
    point = int(code, 16)
    if not is_of_signs(font):
        return [] if 0xE000 <= point <= 0xF8FF or point > 0x10FFFF else [text_of(chr(point))]
    return [_of_font(point & 0xFF, font)]


def _texts(element: Element, font: str | None) -> list[Element]:
    words = element.text or ""
    if not is_of_signs(font) and not _SIGN.search(words):
        element.text = _PRIVATE.sub("", words)
        return [element]
    found = []
    for letter in words:
        point = ord(letter)
        in_font = is_of_signs(font) and 0x20 < point < 0x100
        if in_font or 0xF000 <= point <= 0xF0FF:
            usual = "Symbol" if point & 0xFF == _BULLET else "Wingdings"
            found.append(_of_font(point & 0xFF, str(font) if is_of_signs(font) else usual))
        else:
            found.append(text_of(_PRIVATE.sub("", letter)))
    return found


def _of_font(point: int, font: str) -> Element:
    if font == "Wingdings" and point in _WINGDINGS:
        return text_of(_WINGDINGS[point])
    if font == "Symbol" and point == _BULLET:
        return text_of("•")
    return Element(name("w:sym"), {name("w:font"): font, name("w:char"): f"F0{point:02X}"})

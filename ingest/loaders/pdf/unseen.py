"""Signs on a page that are no text of it: watermarks across it, and what is white on white."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from statistics import median
from typing import Any

from pdfplumber.page import Page

from ingest.loaders.pdf.writing import Char

_SLANT = 0.15
"""How far a line leans at least, as the tangent of its angle, that no scanner has laid askew."""
_LIGHT = 0.75
"""How light grey is at least that watermarks are printed in; 1 is white."""
_WHITE = 0.98
_LARGE = 2.5
"""How large they are at least, in sizes of the text."""
_SPACES = {"DeviceGray": 1, "CalGray": 1, "DeviceRGB": 3, "CalRGB": 3, "DeviceCMYK": 4}


def take_unseen(page: Page) -> list[str]:
    """Take the signs off a page that are no text of it; return the words they make."""
    usual = median(char["size"] for char in page.chars) if page.chars else 0.0
    light = [char for char in page.chars if _lightness(char) >= _LIGHT]
    # On a dark ground that is not told, all of it is light.
    unseen = {id(char) for char in page.chars if _slants(char)}
    if 2 * len(light) < len(page.chars):
        covers = _covers(page) if light else []
        unseen |= {
            id(char)
            for char in light
            if (_lightness(char) >= _WHITE or char["size"] >= _LARGE * usual)
            and not any(_covered(char, cover) for cover in covers)
        }
    if not unseen:
        return []
    words = list(_words(char for char in page.chars if id(char) in unseen))
    page.chars[:] = [char for char in page.chars if id(char) not in unseen]
    return words


def _slants(char: Char) -> bool:
    a, b = map(abs, char["matrix"][:2])
    return bool(min(a, b) > _SLANT * max(a, b))


def _lightness(char: Char) -> float:
    """Return how light a sign's colour is; 0 where the file does not tell it in plain numbers."""
    color = char.get("non_stroking_color")
    if not isinstance(color, tuple | list) or not all(isinstance(c, int | float) for c in color):
        return 0.0
    known = _SPACES.get(str(char.get("ncs")), len(color) if len(color) > 1 else 0)
    if known != len(color):
        return 0.0
    if len(color) == 4:
        return float(1 - min(1, max(color[:3]) + color[3]))
    return float(min(color))


def _covers(page: Page) -> list[dict[str, Any]]:
    """Return what is drawn on the page that is not as light as its ground."""
    filled = [each for each in (*page.rects, *page.curves) if each.get("fill")]
    dark = [each for each in filled if _lightness({**each, "ncs": each.get("ncs")}) < _WHITE]
    return [*dark, *page.images]


def _covered(char: Char, cover: dict[str, Any]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(cover["x0"] <= x <= cover["x1"] and cover["top"] <= y <= cover["bottom"])


def _words(chars: Iterable[Char]) -> Iterator[str]:
    """Yield what signs say that stand in a file one after the other."""
    for _, group in groupby(chars, _slants):
        if words := "".join(char["text"] for char in group).split():
            yield " ".join(words)

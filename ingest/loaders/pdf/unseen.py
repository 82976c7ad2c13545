"""Removes glyphs that are not text: watermarks, white on white, and what is drawn twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from statistics import median
from typing import Any

from pdfplumber.page import Page

from ingest.loaders.pdf.writing import Char

# The numbers of this module are chosen by hand.
_SLANT = 0.15
"""The minimum slant of a line, as the tangent of its angle, that no skewed scan has."""
_LIGHT = 0.75
"""The minimum lightness of a watermark's grey; 1 is white."""
_WHITE = 0.98
_LARGE = 2.5
"""The minimum size of a watermark's letters, in sizes of the text."""
_BLACK: tuple[object, ...] = (None, 0, (0,), (0.0,), (0, 0, 0), (0, 0, 0, 1))
_BAR = 4.0
"""The minimum thickness (points) of a line that may be a background for words."""
_SPACES = {"DeviceGray": 1, "CalGray": 1, "DeviceRGB": 3, "CalRGB": 3, "DeviceCMYK": 4}


def take_unseen(page: Page) -> list[str]:
    """Remove glyphs that are not part of a page's text; return the words they form."""
    usual = median(char["size"] for char in page.chars) if page.chars else 0.0
    light = [char for char in page.chars if _lightness(char) >= _LIGHT]
    # On a dark background that the file does not declare, all text is light.
    unseen = {id(char) for char in page.chars if _slants(char)}
    faint = [char for char in light if _is_faint(char, usual)]
    if faint and 2 * len(light) < len(page.chars):
        covers = _covers(page)
        unseen |= {id(char) for char in faint if not any(_covered(char, cover) for cover in covers)}
    if not unseen:
        return []
    words = list(_words(char for char in page.chars if id(char) in unseen))
    page.chars[:] = [char for char in page.chars if id(char) not in unseen]
    return words


def take_doubles(page: Page) -> None:
    """Remove glyphs that are drawn again with a slight offset to look bold.

    The remaining ones are marked bold.
    """
    chars = page.chars
    if len({_cell(char) for char in chars}) > 0.99 * len(chars) - 3:
        return
    kept: list[Char] = []
    drawn: dict[tuple[str, int, int], Char] = {}
    for char in chars:
        text, x, y = _cell(char)
        near = (drawn.get((text, x + dx, y + dy)) for dx in (0, -1, 1) for dy in (0, -1, 1))
        double = next((other for other in near if other and _is_on(char, other)), None)
        if double is None:
            drawn[text, x, y] = char
            kept.append(char)
        elif abs(char["x0"] - double["x0"]) > 0.01 and "Bold" not in double["fontname"]:
            double["fontname"] += "-Bold"
    chars[:] = kept


def _cell(char: Char) -> tuple[str, int, int]:
    return char["text"], round(char["x0"]), round(char["top"])


def _is_on(char: Char, other: Char) -> bool:
    far = max(abs(char["x0"] - other["x0"]), abs(char["top"] - other["top"]))
    return bool(far < 0.1 * char["size"] and not char["text"].isspace())


def _is_faint(char: Char, usual: float) -> bool:
    """Whether a glyph is white, or a watermark's; large white words are titles."""
    if _lightness(char) >= _WHITE:
        return bool(char["size"] <= 1.1 * usual)
    return bool(char["size"] >= _LARGE * usual)


def _slants(char: Char) -> bool:
    a, b = map(abs, char["matrix"][:2])
    return bool(min(a, b) > _SLANT * max(a, b))


def _lightness(char: Char) -> float:
    """Return a glyph's lightness; 0 if the file does not give its colour in plain numbers."""
    color = char.get("non_stroking_color")
    if color in _BLACK:
        return 0.0
    if not isinstance(color, tuple | list) or not all(isinstance(c, int | float) for c in color):
        return 0.0
    known = _SPACES.get(str(char.get("ncs")), len(color) if len(color) > 1 else 0)
    if known != len(color):
        return 0.0
    if len(color) == 4:
        return float(1 - min(1, max(color[:3]) + color[3]))
    return float(min(color))


def _covers(page: Page) -> list[dict[str, Any]]:
    """Return the shapes drawn on the page, except white ones: they may be a background."""
    drawn = [*page.rects, *page.curves]
    white = {id(each) for each in drawn if each.get("fill") and _lightness(each) >= _WHITE}
    bars = [_thick(line) for line in page.lines if (line.get("linewidth") or 0) > _BAR]
    return [*(each for each in drawn if id(each) not in white), *bars, *page.images]


def _thick(line: dict[str, Any]) -> dict[str, Any]:
    half = line["linewidth"] / 2
    edges = {"x0": line["x0"] - half, "x1": line["x1"] + half}
    return {**edges, "top": line["top"] - half, "bottom": line["bottom"] + half}


def _covered(char: Char, cover: dict[str, Any]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(cover["x0"] <= x <= cover["x1"] and cover["top"] <= y <= cover["bottom"])


def _words(chars: Iterable[Char]) -> Iterator[str]:
    """Yield the words of glyphs that are consecutive in the file."""
    for _, group in groupby(chars, _slants):
        if words := "".join(char["text"] for char in group).split():
            yield " ".join(words)

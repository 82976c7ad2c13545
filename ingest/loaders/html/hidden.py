"""What a page contains but does not display."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from ingest.remark import Remark, RemarkKind

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NAME = r"-?[A-Za-z_][\w-]*"
_SIMPLE = rf"(?:(?:{_NAME}|\*)?(?:[.#]{_NAME})+|{_NAME})"
_SELECTOR = re.compile(rf"{_SIMPLE}(?:\s*[\s>]\s*{_SIMPLE})*")
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_SHOWN = re.compile(r"(?:^|[;\s])(display|visibility|mso-hide)\s*:\s*([\w-]+)", re.IGNORECASE)
_HIDES = {("display", "none"), ("visibility", "hidden"), ("visibility", "collapse")}
_BOLD = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(?:bold|bolder|[6-9]00)\b", re.IGNORECASE)
_NORMAL = re.compile(r"(?:^|[;\s])font-weight\s*:\s*(?:normal|[1-5]00)\b", re.IGNORECASE)
# What a click reveals is part of the page.
_UNFOLDS = re.compile(
    r"accordion|collaps|expand|toggle|spoiler|faq|answer|panel|tab(?:s|bed)?\b|tab-|details|reveal"
)
_ICONS = re.compile(r"\b(?:icon|icons|fa|fas|far|fab|glyphicon|material-symbols)\b|icon-|-icon")
# Share of a page's text that may be hidden; more means that a script reveals it. Chosen by hand.
_MAX_HIDDEN = 0.75
# Characters of hidden text that a remark quotes; chosen by hand.
_WORDS_SHOWN = 60


def drop_hidden(page: BeautifulSoup, body: Tag) -> list[Remark]:
    """Remove what styles or attributes hide; return remarks on text that might be missed."""
    shown = _by_style_sheets(page, body)
    hidden = [tag for tag in body.find_all(True) if _is_hidden(tag, shown)]
    whole = len(body.get_text())
    remarks: list[Remark] = []
    for tag in hidden:
        if tag.decomposed:
            continue
        words = " ".join(tag.get_text().split())
        if len(words) > whole * _MAX_HIDDEN or _unfolds(tag, body):
            continue
        if re.search(r"\w\w", words):
            remarks.append(_remark(tag, words))
        tag.decompose()
    for tag in body.select("[aria-hidden=true]"):
        if not tag.decomposed and (_ICONS.search(_names(tag)) or len(tag.get_text().strip()) < 2):
            tag.decompose()
    return remarks


def embolden(page: BeautifulSoup, body: Tag) -> None:
    """Mark up as bold what is bold only by the page's own styles."""
    for selector, declared in _rules(page):
        if _BOLD.search(declared) and re.fullmatch(r"(?:span)?\.[\w-]+", selector):
            for tag in _select(body, selector):
                if tag.name == "span":
                    tag.name = "b"
    for tag in body.select("span[style]"):
        if _BOLD.search(str(tag["style"])):
            tag.name = "b"
    for tag in body.select("b[style]"):
        if _NORMAL.search(str(tag["style"])):
            tag.name = "span"


def _remark(tag: Tag, words: str) -> Remark:
    shown = words if len(words) <= _WORDS_SHOWN else f"{words[:_WORDS_SHOWN].rstrip()} …"
    text = f"text that the page hides is left out: “{shown}”"
    return Remark(line=tag.sourceline or 1, kind=RemarkKind.LEFT_OUT, text=text)


def _is_hidden(tag: Tag, by_sheet: dict[int, bool]) -> bool:
    if tag.get("hidden") not in (None, "until-found"):
        return True
    hidden = by_sheet.get(id(tag), False)
    return _hides(str(tag.get("style") or ""), hidden)


def _hides(declared: str, before: bool) -> bool:
    found = [(m[1].lower(), m[2].lower()) for m in _SHOWN.finditer(declared)]
    if any(each in _HIDES or each == ("mso-hide", "all") for each in found):
        return True
    return before and not any(name in ("display", "visibility") for name, _ in found)


def _by_style_sheets(page: BeautifulSoup, body: Tag) -> dict[int, bool]:
    """Return, for each element that the page's own styles match, whether they hide it."""
    found: dict[int, bool] = {}
    for selector, declared in _rules(page):
        if not _SHOWN.search(declared):
            continue
        for tag in _select(body, selector):
            found[id(tag)] = _hides(declared, found.get(id(tag), False))
    return found


def _rules(page: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Yield the page's own CSS rules for elements on a screen, without pseudo-classes."""
    for sheet in page.find_all("style"):
        if "print" in str(sheet.get("media") or ""):
            continue
        text = _AT_RULE.sub("", _COMMENT.sub("", "".join(map(str, sheet.contents))))
        for rule in _RULE.finditer(text):
            for selector in rule[1].split(","):
                # A colon means a state, or content generated before an element.
                if ":" not in selector:
                    yield selector.strip(), rule[2]


def _select(body: Tag, selector: str) -> list[Tag]:
    if not _SELECTOR.fullmatch(selector):
        return []
    return [tag for tag in body.select(selector) if tag is not body]


def _names(tag: Tag) -> str:
    return f"{tag.get('id') or ''} {' '.join(tag.get('class') or ())}".lower()


def _unfolds(tag: Tag, body: Tag) -> bool:
    """Whether a click reveals what is hidden."""
    name = str(tag.get("id") or "")
    if _UNFOLDS.search(_names(tag)) or tag.get("role") in ("tabpanel", "region"):
        return True
    if not name:
        return False
    led_to = re.compile(rf"#?{re.escape(name)}$")
    attributes = ("aria-controls", "data-target", "data-bs-target", "href", "for")
    return any(body.find(True, {attribute: led_to}) is not None for attribute in attributes)

"""Lists: puts every item into a list and nested lists into items, and assigns the markers."""

from __future__ import annotations

from bs4 import Tag
from bs4.element import PageElement

from ingest.loaders.markup.flow import BOXES

LISTS = ("ul", "ol", "menu", "dir")


def set_out_lists(body: Tag) -> None:
    """Normalise lists, and note each item's Markdown marker."""
    _gather_strays(body)
    lists = body.find_all(LISTS)
    for each in lists:
        if each.name in ("menu", "dir"):
            each.name = "ul"
        _only_items(each)
    for each in body.find_all(("ul", "ol")):
        _mark_items(each)


def _gather_strays(body: Tag) -> None:
    for item in body.find_all("li"):
        if item.parent is not None and item.parent.name not in LISTS:
            above = item.find_previous_sibling()
            if above and above.get("data-strays"):
                above.append(item)
            else:
                item.wrap(Tag(name="ul", attrs={"data-strays": "1"}))


def _only_items(listed: Tag) -> None:
    """Move what is in a list but in none of its items into the previous item."""
    item: Tag | None = None
    for node in list(listed.children):
        if isinstance(node, Tag) and node.name == "li":
            item = node
        elif isinstance(node, Tag) or str(node).strip():
            if item is None:
                item = Tag(name="li")
                node.insert_before(item)
            item.append(node)


def _mark_items(listed: Tag) -> None:
    """Note the items' markers, different ones for adjacent lists, so that these stay apart."""
    ordered = listed.name == "ol"
    items = listed.find_all("li", recursive=False)
    number = _number(listed.get("start"), 1)
    if ordered and items:
        number = _number(items[0].get("value"), number)
    sign = "." if ordered else "-"
    above = _list_before(listed)
    if above is not None and above.name == listed.name:
        goes_on = ordered and str(number) == above.get("data-next")
        sign = str(above.get("data-sign") or sign)
        sign = sign if goes_on else _other(sign)
    expected = number
    for item in items:
        number = _number(item.get("value"), number)
        if ordered and number != expected:
            sign, expected = _other(sign), number
        item["data-mark"] = f"{number}{sign}" if ordered else sign
        number += 1
        # Markdown counts only items with content.
        expected += bool(item.get_text().strip() or item.find("img"))
    listed["data-sign"], listed["data-next"] = sign, str(expected)


def _list_before(listed: Tag) -> Tag | None:
    """Return the list directly before, whatever boxes the two are in."""
    node: PageElement | None = listed
    while node is not None:
        above = node.previous_sibling
        while above is not None and not isinstance(above, Tag) and not str(above).strip():
            above = above.previous_sibling
        if above is not None:
            node = above
            break
        node = node.parent
        if not isinstance(node, Tag) or node.name not in BOXES:
            return None
    while isinstance(node, Tag) and node.name in BOXES:
        inner = [each for each in node.children if isinstance(each, Tag) or str(each).strip()]
        node = inner[-1] if inner else None
    return node if isinstance(node, Tag) and node.name in ("ul", "ol") else None


def _other(sign: str) -> str:
    return {".": ")", ")": ".", "-": "*", "*": "-"}[sign]


def _number(value: object, otherwise: int) -> int:
    text = str(value).strip() if value is not None else ""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise

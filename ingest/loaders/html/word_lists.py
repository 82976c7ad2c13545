"""Lists in pages saved by Word: paragraphs that only styles make list items."""

from __future__ import annotations

import re

from bs4 import Tag

_LEVEL = re.compile(r"mso-list:\s*\w+\s+level(\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"\(?(\d{1,3})[.)）:]?")
_LETTER = re.compile(r"\(?[a-z]{1,4}[.)）]", re.IGNORECASE)


def set_out_word_lists(body: Tag) -> None:
    """Turn paragraphs that Word displays as list items into lists."""
    open_lists: list[Tag] = []
    last: Tag | None = None
    for paragraph in body.find_all("p"):
        found = _LEVEL.search(str(paragraph.get("style") or ""))
        if not found:
            continue
        if last is None or not _follows(paragraph, open_lists[0]):
            open_lists = []
        kind, number = _sign(paragraph)
        level = min(int(found[1]), len(open_lists) + 1)
        if level == len(open_lists) and level > 1 and open_lists[-1].name != kind:
            del open_lists[level - 1 :]
        del open_lists[level:]
        if len(open_lists) < level:
            listed = Tag(name=kind)
            if number:
                listed["start"] = number
            if open_lists:
                open_lists[-1].find_all("li", recursive=False)[-1].append(listed)
            else:
                paragraph.insert_before(listed)
            open_lists.append(listed)
        item = Tag(name="li")
        if number:
            item["value"] = number
        open_lists[-1].append(item)
        item.append(paragraph.extract())
        last = item


def _follows(paragraph: Tag, listed: Tag) -> bool:
    above = paragraph.previous_sibling
    while above is not None and not isinstance(above, Tag) and not str(above).strip():
        above = above.previous_sibling
    return above is listed


def _sign(paragraph: Tag) -> tuple[str, str | None]:
    """Remove an item's number or bullet; return its kind of list and the number."""
    sign = paragraph.select_one("[style*='mso-list:Ignore'], [style*='mso-list: Ignore']")
    words = "".join(sign.get_text().split()) if sign is not None else ""
    if sign is not None:
        sign.decompose()
    if number := _NUMBER.fullmatch(words):
        return "ol", number[1]
    return ("ol", None) if _LETTER.fullmatch(words) else ("ul", None)

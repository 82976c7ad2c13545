"""Fenced boxes: `:::warning Title` … `:::`, and `/// note | Title` … `///`."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from ingest.parse.dialects.containers import (
    BoxKind,
    Opening,
    after_options,
    is_fence,
    is_note,
    line_text,
    opening,
    push_caption,
    push_container,
)
from ingest.parse.dialects.left_out import leave_out

_LINE = re.compile(r"(:{3,}|/{3,})[ \t]*(.*?)[ \t]*(?P<ended>[:/]{3,})?[ \t]*$")
_NAMED = re.compile(
    r"\{?(?P<name>[A-Za-z][\w-]*)\}?"
    r"(?:\[(?P<bracketed>.*)\])?"
    r"(?P<attributes>\{[^}]*\})?"
    r"(?:[ \t]*\|[ \t]*|[ \t]+|$)(?P<rest>.*)$"
)
# Pandoc's: "::: {.warning #id title="…"}".
_CLASSES = re.compile(r"(?P<attributes>\{[^}]*\.[\w-]+[^}]*\})$")
_CLASS = re.compile(r"\.([\w-]+)")
_TITLE = re.compile(r"""\b(?:title|summary|label)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ATTRIBUTES = re.compile(r"[ \t]*\{[^}]*\}$")
# Tabs inside ":::tabs": VitePress' "== One" and VuePress' "@tab One".
_TAB = re.compile(r"(?:==|@tab(?::active)?)[ \t]+(?P<title>\S.*?)(?:#\w+)?$")
_HEADING = re.compile(r"#{1,6}\s")


def _colons(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    text = line_text(state, first)
    if not text.startswith((":::", "///")) or not (line := _LINE.match(text)):
        return False
    box = _opening(line[2]) if line[2] else None
    if (
        line[2]
        and box is None
        or text.startswith("/")
        and (box is None or box.kind is BoxKind.PLAIN)
    ):
        return False
    if silent:
        return True
    # Microsoft's ":::row:::" and ":::image …:::" have no content.
    alone = box is None or box.kind is BoxKind.PLAIN and line["ended"]
    closing = None if alone else _closing(state, first, end, line[1])
    if box is None or closing is None and box.kind is BoxKind.PLAIN:
        leave_out(state, first, first + 1, "the line", text)
        state.line = first + 1
        return True
    if closing is None:
        closing = _next_heading(state, first, end)
        push_container(state, box, first, (first + 1, closing), closing)
        return True
    within = state.env.get("in_tabs", 0)
    state.env["in_tabs"] = within + (box.kind is BoxKind.TABS)
    body = after_options(state, first + 1, closing)
    push_container(state, box, first, (body, closing), closing + 1)
    state.env["in_tabs"] = within
    return True


def _opening(text: str) -> Opening | None:
    if classes := _CLASSES.match(text):
        names = _CLASS.findall(classes["attributes"])
        name = next((name for name in names if opening(name).kind is not BoxKind.PLAIN), names[0])
        return opening(name, _given(classes["attributes"]), names)
    named = _NAMED.match(text)
    if not named:
        return None
    rest = _ATTRIBUTES.sub("", named["rest"])
    title = named["bracketed"] or _given(named["attributes"] or named["rest"]) or rest
    others = rest.split()
    if not named["bracketed"] and len(others) == 1 and is_note(others[0]):
        box = opening(named["name"], "", others)
        # "::: note warn", but "::: warning Note".
        return box if box != opening(named["name"]) else opening(named["name"], title)
    box = opening(named["name"], title, others)
    if box.kind is BoxKind.PLAIN and not named["bracketed"] and title == rest:
        return Opening(BoxKind.PLAIN)
    return box


def _given(attributes: str) -> str:
    found = _TITLE.search(attributes)
    return (found[1] or found[2] or "") if found else ""


def _closing(state: StateBlock, first: int, end: int, marks: str) -> int | None:
    """Return the line that closes a box; nested boxes close first."""
    if state.bMarks[first] > _last_closing(state, marks[0]):
        return None
    opened = [len(marks)]
    fence: str | None = None
    for line in range(first + 1, end):
        if state.isEmpty(line):
            continue
        if state.sCount[line] < state.blkIndent:
            return None
        text = line_text(state, line)
        fence = is_fence(text, fence)
        if fence or not text.startswith(marks[0] * 3) or not (found := _LINE.match(text)):
            continue
        count = len(found[1])
        if found[2]:
            opened.append(count)
            continue
        while len(opened) > 1 and opened[-1] != count and (count in opened or opened[-1] > count):
            opened.pop()
        if opened[-1] <= count:
            opened.pop()
        if not opened:
            return line
    return None


def _last_closing(state: StateBlock, mark: str) -> int:
    """Return the offset of the last line that may close a box, or -1."""
    known: dict[tuple[str, int], int] = state.env.setdefault("last_closing", {})
    key = (mark, id(state))
    if key not in known:
        closings = re.finditer(rf"^[ \t>]*{mark}{{3,}}[ \t]*$", state.src, re.MULTILINE)
        known[key] = max((match.start() for match in closings), default=-1)
    return known[key]


def _next_heading(state: StateBlock, first: int, end: int) -> int:
    fence: str | None = None
    for line in range(first + 1, end):
        text = line_text(state, line)
        outside = state.sCount[line] < state.blkIndent and not state.isEmpty(line)
        fence = is_fence(text, fence)
        if outside or not fence and _HEADING.match(text):
            return line
    return end


def _tab_line(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    if not state.env.get("in_tabs") or not (tab := _TAB.match(line_text(state, first))):
        return False
    if not silent:
        push_caption(state, tab["title"], first)
        state.line = first + 1
    return True


RULES = ((":/", _colons), ("=@", _tab_line))

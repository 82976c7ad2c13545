"""Converts HTML to Markdown, keeping each line's place in the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from bs4 import Tag
from bs4.element import NavigableString, PageElement
from markdownify import ATX, MarkdownConverter

from ingest.loaders.invisible import visible
from ingest.loaders.markup.definitions import set_out_definitions
from ingest.loaders.markup.flow import BLOCKS, flatten, set_in_paragraphs
from ingest.loaders.markup.inline import is_mark, set_out_inline
from ingest.loaders.markup.lists import set_out_lists
from ingest.loaders.markup.marks import BREAK, FOREIGN, PART, PLACE, place_mark
from ingest.loaders.markup.tables import set_out_tables
from ingest.parse.blocks import NOTE_LABEL
from ingest.parse.inline import glue_between, unspaced

ALERT = "data-alert"
"""The attribute of a quote's first paragraph with its kind of note: "warning"."""

_PLACED = (
    *("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "td", "th", "dt", "dd", "div"),
    *("summary", "caption"),
)
_LINK = re.compile(r"\s*(?:https?:|mailto:|(?![\w+.-]*:)\S)", re.IGNORECASE)
_LINE_END = re.compile(r"[ \t]*\r?\n\s*")
_BLANK_START = re.compile(r"\A(?:(?:\ue000\d+\ue001)?[ \t]*\n)+")
_BLANK_END = re.compile(r"(?:\n(?:\ue000\d+\ue001)?[ \t]*)+\Z")
_FENCE = re.compile(r"`{3,}")
# Characters with a meaning anywhere; an exclamation mark would turn a link into a picture.
_SPECIAL = re.compile(r"[]\\&<`[>~=+|*_{]|!$")
# Characters with a meaning at the start of a line, in CommonMark or in other tools' dialects.
_LINE_START = re.compile(r"#{1,6}(?=\s|$)|-(?=\s|-*\s*$)|[:!?]{3}")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_PLACES = re.compile(r"(?:\ue000\d+\ue001)*")
_LAST = re.compile(r"(\\?[^\w\s])\Z")
_FIRST = re.compile(r"\A(\\?[^\w\s])")
_ENDS = (".", "!", "?", "。", "！", "？", ":", "：", ";", "；", ",", "、", "，")


def to_markdown(body: Tag, place: Callable[[Tag], int | None]) -> tuple[str, tuple[int, ...]]:
    """Convert an element's content to Markdown; return it with each line's place in the source.

    `place` returns an element's place, or None if unknown. The element is modified. Raises
    ValueError if a table is too large.
    """
    _tidy_texts(body)
    for line_break in body.select("pre br"):
        line_break.replace_with(NavigableString("\n"))
    _part_notes(body)
    for block in body.find_all(_PLACED):
        _stamp(block, place(block))
    for line_break in body.find_all("br"):
        _stamp_line(line_break, place(line_break))
    flatten(body)
    _name_folded(body)
    set_out_inline(body)
    set_out_lists(body)
    set_out_definitions(body)
    set_out_tables(body)
    set_in_paragraphs(body)
    marked = _Converter(
        heading_style=ATX,
        autolinks=False,
    ).convert_soup(body)
    return _unmarked(marked)


class _Converter(MarkdownConverter):
    """CommonMark that markdownify writes differently."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return _SPECIAL.sub(r"\\\g<0>", text)

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        kind = str(el.get(ALERT) or "")
        paragraphs = [_lines(part) for part in re.split(rf"(?:{BREAK}\s*){{2,}}", text)]
        words = "\n\n".join(part for part in paragraphs if part)
        if kind:
            words = f"[!{kind.upper()}]\n{words}".rstrip()
        return f"\n\n{words}\n\n" if words else ""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return BREAK

    def convert_b(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Bold ends at the end of its line.
        lines = text.split(BREAK)
        before = [_character(el, forward=False), *[""] * (len(lines) - 1)]
        after = [*[""] * (len(lines) - 1), _character(el, forward=True)]
        return BREAK.join(map(_bold, lines, before, after))

    convert_strong = convert_b

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Nothing uses emphasis, and its marks do not work next to every letter.
        return text

    convert_i = convert_em

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if parent_tags & {"pre", "_noformat"}:
            return text
        text = text.replace(BREAK, " ")
        places = "".join(match[0] for match in PLACE.finditer(text))
        written = super().convert_code(el, PLACE.sub("", text), parent_tags)  # type: ignore[misc]
        return places + (written.replace("|", r"\|") if "td" in parent_tags else str(written))

    convert_kbd = convert_code
    convert_samp = convert_code
    convert_tt = convert_code

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        code = _BLANK_START.sub("", _BLANK_END.sub("", el.get_text()))
        if not PLACE.sub("", code).strip():
            return ""
        longest = max((len(run) for run in _FENCE.findall(code)), default=2)
        fence = "`" * max(3, longest + 1)
        language = re.search(r"\blang(?:uage)?-(\w+)", " ".join(_classes(el)))
        return f"\n\n{fence}{language[1] if language else ''}\n{code}\n{fence}\n\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        words = _one_line(text)
        if not PLACE.sub("", words).strip():
            return ""
        if "td" in parent_tags:
            return words
        # Trailing "#" of the heading would be taken for Markdown's closing ones.
        words = re.sub(r"(#+)$", r"\\\1", words)
        name = str(el.get("id") or "")
        anchor = f'<a name="{name}"></a>' if re.fullmatch(r"[^\s\"'<>&]+", name) else ""
        return f"\n\n{'#' * n} {words}{anchor}\n\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        # The Markdown parser rejects other schemes, such as file: and javascript:.
        if not _LINK.match(href) or not PLACE.sub("", text).strip():
            return text
        el["href"] = re.sub(r"[\s<>()]", lambda m: f"%{ord(m[0]):02X}", href.strip())
        del el["title"]
        linked: str = super().convert_a(el, text.replace(BREAK, " "), parent_tags)  # type: ignore[misc]
        return linked

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.escape(visible(str(el.get("alt") or "")), parent_tags)

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip(" \n")
        if not PLACE.sub("", text).strip():
            return ""
        mark = f"{el.get('data-mark') or '-'} "
        indented = re.sub(r"^(?=.)", " " * len(mark), text, flags=re.MULTILINE)
        return f"{mark}{indented[len(mark) :]}\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {_cell(text)} |"

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        first = el.find_previous_sibling("tr") is None
        under = "|" + " --- |" * len(el.find_all("td", recursive=False))
        return f"|{text}\n{under}\n" if first else f"|{text}\n"


def _tidy_texts(body: Tag) -> None:
    """Remove invisible characters, and line breaks that only the source has."""
    for text in body.find_all(string=True):
        if type(text) is not NavigableString:
            continue
        words = visible(FOREIGN.sub("", str(text)))
        if "\n" in words and not text.find_parent("pre"):
            if words.strip():
                words = _LINE_END.sub(_glue, words)
            elif _beside_text(text.previous_sibling) and _beside_text(text.next_sibling):
                words = " "
        if words != str(text):
            text.replace_with(NavigableString(words))


def _beside_text(node: PageElement | None) -> bool:
    return node is not None and not (isinstance(node, Tag) and node.name in {*BLOCKS, "br"})


def _glue(line_end: re.Match[str]) -> str:
    before, after = line_end.string[: line_end.start()], line_end.string[line_end.end() :]
    return "" if before and after and unspaced(before[-1]) and unspaced(after[0]) else " "


def _part_notes(body: Tag) -> None:
    """Start a new line at a note's label that ends its line."""
    for strong in body.find_all(["strong", "b"]):
        after = strong.next_sibling
        while isinstance(after, NavigableString) and not after.strip():
            after = after.next_sibling
        label = NOTE_LABEL.fullmatch(strong.get_text().strip())
        first = not "".join(str(each) for each in strong.previous_siblings).strip()
        if label and first and isinstance(after, NavigableString) and strong.parent:
            # A label on the same line as its text, or above it in the source.
            if strong.parent.name in ("p", "li", "div", "blockquote"):
                strong.insert_after(Tag(name="br"))
                after.replace_with(NavigableString(str(after).lstrip(" :：")))
        if label and not first and isinstance(after, Tag) and after.name == "br":
            strong.insert_before(Tag(name="br"))


def _name_folded(body: Tag) -> None:
    """Put a collapsible element's summary above it, in bold."""
    for summary in body.find_all("summary"):
        if summary.find(BLOCKS):
            continue
        summary.name = "strong"
        summary.wrap(Tag(name="p"))


def _lines(text: str) -> str:
    """Return a paragraph's lines, escaped so that none starts anything but text."""
    lines = [_one_line(line) for line in text.split(BREAK)]
    return "\\\n".join(_as_text(line) for line in lines if PLACE.sub("", line).strip())


def _one_line(text: str) -> str:
    pieces = [" ".join(each.split()) for each in text.split(BREAK)]
    words = ""
    for piece in pieces:
        last, first = PLACE.sub("", words)[-1:], PLACE.sub("", piece)[:1]
        words += (glue_between(last, first) if last and first else "") + piece
    return words


def _as_text(line: str) -> str:
    """Return a line with a start such as "#" or "1." escaped."""
    places = _PLACES.match(line)
    at = places.end() if places else 0
    if _LINE_START.match(line, at):
        return f"{line[:at]}\\{line[at:]}"
    if number := _NUMBERED.match(line, at):
        return f"{line[: number.end(1)]}\\{line[number.start(2) :]}"
    return line


def _cell(text: str) -> str:
    """Return a cell's content as one line."""
    words = ""
    for part in text.split(PART):
        part = _one_line(part.replace("\n", " "))
        bare = PLACE.sub("", part)
        if not bare:
            words += part
            continue
        before = PLACE.sub("", words)
        listed = bare.startswith("• ") or _NUMBERED.match(bare)
        if before:
            ends = before.endswith(_ENDS) or listed
            words += glue_between(before[-1], bare[0]) if ends and not listed else ""
            words += " " if listed else ""
            words += "" if ends else " / "
        words += part
    return words


def _bold(text: str, before: str, after: str) -> str:
    """Return part of a line in bold, if CommonMark recognises it between its neighbours.

    Brackets and punctuation at its ends may be left out of it: next to letters, the marks after
    them would be text.
    """
    places = "".join(match[0] for match in PLACE.finditer(text))
    text = PLACE.sub("", text)
    words = " ".join(text.split())
    leading, trailing = text[:1].isspace(), text[-1:].isspace()
    opening, closing = " " * leading, " " * trailing
    before, after = "" if leading else before, "" if trailing else after
    while words and is_mark(words[0]) and _is_letter(before) and (mark := _FIRST.match(words)):
        if mark[1] in ("`", "["):
            return places + opening + words + closing
        opening, words = opening + mark[1], words[mark.end() :]
        before = mark[1][-1]
    while words and is_mark(words[-1]) and _is_letter(after) and (mark := _LAST.search(words)):
        if mark[1] in ("`", ")"):
            return places + opening + words + closing
        closing, words = mark[1] + closing, words[: mark.start()]
        after = mark[1][-1]
    return places + opening + (f"**{words}**" if words.strip() else words) + closing


def _is_letter(character: str) -> bool:
    return bool(character) and not character.isspace() and not is_mark(character)


def _character(el: Tag, *, forward: bool) -> str:
    """Return the character next to an element on its line, or "" at the line's end."""
    node: PageElement | None = el
    while node is not None:
        beside = node.next_sibling if forward else node.previous_sibling
        if beside is None:
            node = node.parent
            if node is None or (isinstance(node, Tag) and node.name in BLOCKS):
                return ""
            continue
        if isinstance(beside, Tag) and (beside.name in BLOCKS or beside.name == "br"):
            return ""
        text = PLACE.sub("", beside.get_text())
        if text:
            # Code and links end in marks of their own.
            if isinstance(beside, Tag) and beside.name in ("code", "kbd", "samp", "a"):
                return "`"
            return text[0] if forward else text[-1]
        node = beside
    return ""


def _classes(el: Tag) -> list[str]:
    inner = el.find("code")
    tags = [el, inner] if isinstance(inner, Tag) else [el]
    return [name for tag in tags for name in _listed(tag.get("class"))]


def _listed(value: Any) -> Sequence[str]:
    return value.split() if isinstance(value, str) else value or ()


def _stamp(block: Tag, where: int | None) -> None:
    if where is None:
        return
    texts = [text for text in block.find_all(string=True) if isinstance(text, NavigableString)]
    first = next((text for text in texts if text.strip()), None)
    if first is None or first.find_parent(_PLACED) is not block:
        return
    if block.name == "pre":
        # Its lines are the source's; html5lib drops a line break right after the tag.
        first = texts[0]
        shift = int(str(block.get("data-shift") or 0))
        for text in texts:
            lines = str(text).split("\n")
            begun = [lines[0] if text is not first else place_mark(where + shift) + lines[0]]
            rest = [place_mark(where + shift + n) + line for n, line in enumerate(lines[1:], 1)]
            text.replace_with(NavigableString("\n".join(begun + rest)))
            shift += len(lines) - 1
        return
    _mark_text(first, where)


def _stamp_line(line_break: Tag, where: int | None) -> None:
    """Note the source place of what follows a line break."""
    text = line_break.next_sibling
    if where is not None and isinstance(text, NavigableString) and text.strip():
        _mark_text(text, where + int(str(line_break.get("data-shift") or 0)))


def _mark_text(text: NavigableString, where: int) -> None:
    words = str(text)
    blank = len(words) - len(words.lstrip())
    text.replace_with(NavigableString(words[:blank] + place_mark(where) + words[blank:]))


def _unmarked(marked: str) -> tuple[str, tuple[int, ...]]:
    lines: list[str] = []
    places: list[int] = []
    last = 1
    for line in marked.strip("\n").split("\n"):
        if found := PLACE.search(line):
            last = int(found[1])
        lines.append(PLACE.sub("", line).rstrip())
        places.append(last)
    opened = False
    for n, line in enumerate(lines[:-1]):
        if _FENCE.match(line.strip()):
            opened = not opened
            places[n] = places[n + 1] if opened else places[n]
    return "\n".join(lines) + "\n", tuple(places)

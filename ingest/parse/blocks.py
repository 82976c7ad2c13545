"""Converts Markdown to a section's blocks, with their source lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from itertools import takewhile

from markdown_it.tree import SyntaxTreeNode

from ingest.document import Document
from ingest.parse.dialects.containers import CAPTION, TITLE
from ingest.parse.inline import TextLine, cut_spans, joined, text_lines, tidy
from ingest.remark import Remark
from kb.model import Block, BlockKind, Lines, Span

NOTE_LABEL = re.compile(
    r"((?:security |best )?(?:note|tip|practice|hint|important|caution|warning|attention)"
    r"|info|danger|注|注記|注意|注意事項|重要|警告|ヒント|補足|メモ|参考|提示|备注|说明|주의|참고|경고|팁"
    r"|hinweis|achtung|warnung|wichtig|tipp|vorsicht|remarque|avertissement|astuce|à noter|nota"
    r"|aviso|atención|advertencia|consejo|importante|atenção|dica|avviso|attenzione|suggerimento"
    r"|примечание|внимание|важно|совет)\s*[:：]?",
    re.IGNORECASE,
)
# Info strings: "sh", and other tools' "{.sh .wide}" and "sh [One of the tabs]".
_DIRECTIVE_OPTION = re.compile(r":[\w-]+:(\s|$)|\s*$")
_LANGUAGE = re.compile(r"\s*\{?\s*\.?([^\s{}\[\]]+)")
_TAB_OF_CODE = re.compile(r"\s\[([^\]]+)\]\s*$")


class BlockReader:
    """Reads one section's blocks, numbering them as it goes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.links: list[Span] = []
        self.remarks: list[Remark] = []
        self.footnotes: set[Lines] = set()

    def read(self, nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
        """Return the blocks of syntax nodes, without tables of contents."""
        blocks: list[Block] = []
        for position, node in enumerate(nodes):
            if _is_contents(node):
                if blocks and _in_bold(blocks[-1]):
                    blocks.pop()  # the label above the list
                continue
            blocks += self._blocks(node, nodes[position + 1 :])
        return [with_id(block, str(n)) for n, block in enumerate(blocks, 1)]

    def _blocks(self, node: SyntaxTreeNode, following: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
        match node.type:
            case "paragraph":
                yield from self._paragraph(node, following)
            case "bullet_list" | "ordered_list":
                yield from self._list(node)
            case "fence" | "code_block":
                yield from self._code(node)
            case "table":
                yield self._table(node)
            case "blockquote":
                yield self._note(node.children, self._lines(node), None)
            case "note" | "details":
                yield from self._container(node)
            case "html_block":
                yield from self._html(node)
            case "dl":
                yield from self._terms(node)
            case "formula":
                yield self._formula(node)
            case "caption" | "heading":  # in a quote or a list item
                inline = node.children[0].token
                spans = _bold(joined(text_lines(inline))) if inline else ()
                named = node.type == CAPTION and _names_procedure(spans, following)
                kind = BlockKind.CAPTION if named else BlockKind.PARAGRAPH
                if spans:
                    yield Block(id="", kind=kind, lines=self._lines(node), spans=spans)

    def _paragraph(
        self, node: SyntaxTreeNode, following: Sequence[SyntaxTreeNode]
    ) -> Iterator[Block]:
        inline = node.children[0].token
        assert inline is not None
        lines = text_lines(inline)
        start = (inline.map or [0, 0])[0]
        for label, group in _split_notes(lines):
            first = self.document.source_line(start + group[0].offset)
            last = self.document.source_line(start + group[-1].offset)
            if group[-1].offset == lines[-1].offset:
                # A code span across a line break hides the break.
                last = self._lines(node).last
            spans = joined(group)
            if not spans and not label:
                continue
            kind = BlockKind.NOTE if label else BlockKind.PARAGRAPH
            if not label and _names_procedure(spans, following):
                kind = BlockKind.CAPTION
            yield Block(
                id="", kind=kind, lines=Lines(first=first, last=last), spans=spans, label=label
            )

    def _list(self, node: SyntaxTreeNode) -> Iterator[Block]:
        ordered = node.type == "ordered_list"
        links = [] if ordered else _only_links(node)
        start = int(node.attrs.get("start", 1) or 1)
        items = [
            self._item(item, start + index if ordered else None)
            for index, item in enumerate(node.children)
        ]
        if links:
            self.links.extend(links)
            lines = Lines(first=items[0].lines.first, last=items[-1].lines.last)
            children = tuple(with_id(item, str(n)) for n, item in enumerate(items, 1))
            yield Block(id="", kind=BlockKind.LINKS, lines=lines, children=children)
            return
        yield from items

    def _item(self, node: SyntaxTreeNode, number: int | None) -> Block:
        blocks = self.read(node.children)
        spans: tuple[Span, ...] = ()
        if blocks and blocks[0].kind in (BlockKind.PARAGRAPH, BlockKind.CAPTION):
            spans = blocks.pop(0).spans
        return Block(
            id="",
            kind=BlockKind.BULLET if number is None else BlockKind.STEP,
            lines=self._lines(node),
            spans=spans,
            children=tuple(with_id(block, str(n)) for n, block in enumerate(blocks, 1)),
            number=number,
        )

    def _terms(self, node: SyntaxTreeNode) -> Iterator[Block]:
        """Yield a bullet for each term of a definition list, with its meaning."""
        for n, term in enumerate(node.children):
            if term.type != "dt":
                continue
            meanings = list(takewhile(lambda each: each.type == "dd", node.children[n + 1 :]))
            blocks = self.read([block for each in meanings for block in each.children])
            inline = term.children[0].token if term.children else None
            spans = joined(text_lines(inline)) if inline else ()
            first = self._lines(term)
            last = max([first.last, *(self._lines(each).last for each in meanings)])
            yield Block(
                id="",
                kind=BlockKind.BULLET,
                lines=Lines(first=first.first, last=last),
                spans=_bold(spans),
                children=tuple(with_id(block, str(n)) for n, block in enumerate(blocks, 1)),
            )

    def _code(self, node: SyntaxTreeNode) -> Iterator[Block]:
        lines = self._lines(node)
        if tab := _TAB_OF_CODE.search(node.info):
            spans = (Span(text=tab[1], bold=True),)
            yield Block(id="", kind=BlockKind.PARAGRAPH, lines=lines, spans=spans)
        language = _LANGUAGE.match(node.info)
        yield Block(
            id="",
            kind=BlockKind.CODE,
            lines=lines,
            spans=(Span(text=_code_of(node), code=True),),
            info=language[1] if language else None,
        )

    def _formula(self, node: SyntaxTreeNode) -> Block:
        spans = (Span(text=node.content),)
        return Block(id="", kind=BlockKind.PARAGRAPH, lines=self._lines(node), spans=spans)

    def _table(self, node: SyntaxTreeNode) -> Block:
        rows = tuple(
            tuple(
                "".join(span.text for span in joined(text_lines(cell.children[0].token)))
                if cell.children and cell.children[0].token
                else ""
                for cell in row.children
            )
            for part in node.children
            for row in part.children
        )
        return Block(id="", kind=BlockKind.TABLE, lines=self._lines(node), rows=rows)

    def _container(self, node: SyntaxTreeNode) -> Iterator[Block]:
        label = str(node.meta.get("label") or "")
        children = list(node.children)
        if children and children[0].type == TITLE:
            label = _words(children.pop(0)) or label
        note = self._note(children, self._lines(node), label)
        if node.meta.get("footnote"):
            self.footnotes.add(note.lines)
        if note.spans or note.children:
            yield note

    def _note(self, nodes: Sequence[SyntaxTreeNode], lines: Lines, label: str | None) -> Block:
        blocks = self.read(nodes)
        spans: tuple[Span, ...] = ()
        if not label and len(blocks) > 1 and _is_label(blocks[0]):
            label = blocks.pop(0).text.rstrip(":：")
        kinds = [BlockKind.PARAGRAPH] if label else [BlockKind.PARAGRAPH, BlockKind.NOTE]
        if blocks and blocks[0].kind in kinds:
            first = blocks.pop(0)
            spans, label = first.spans, label or first.label
            blocks = [*first.children, *blocks]
        children = tuple(with_id(block, str(n)) for n, block in enumerate(blocks, 1))
        return Block(
            id="",
            kind=BlockKind.NOTE,
            lines=lines,
            spans=spans,
            label=label or None,
            children=children,
        )

    def _html(self, node: SyntaxTreeNode) -> Iterator[Block]:
        text = _HtmlText()
        text.feed(node.content)
        text.close()
        words = " ".join("".join(text.parts).split())
        if words:
            spans = (Span(text=words),)
            yield Block(id="", kind=BlockKind.PARAGRAPH, lines=self._lines(node), spans=spans)

    def _lines(self, node: SyntaxTreeNode) -> Lines:
        first, end = node.map or (0, 1)
        markdown = self.document.markdown_lines
        last = end - 1
        while last > first and (last >= len(markdown) or not markdown[last].strip()):
            last -= 1
        return Lines(first=self.document.source_line(first), last=self.document.source_line(last))


class _HtmlText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _code_of(node: SyntaxTreeNode) -> str:
    """Return the code in a fence; that of a MyST directive begins after its options."""
    lines = node.content.rstrip("\n").split("\n")
    if node.info.startswith("{"):
        while lines and _DIRECTIVE_OPTION.match(lines[0]):
            lines.pop(0)
    return "\n".join(lines)


def with_id(block: Block, id: str) -> Block:
    """Return the block with its id in the section, and its children with theirs."""
    children = tuple(
        with_id(child, f"{id}.{number}") for number, child in enumerate(block.children, 1)
    )
    return block.model_copy(update={"id": id, "children": children})


def _split_notes(lines: list[TextLine]) -> Iterator[tuple[str | None, list[TextLine]]]:
    """Split a paragraph at lines that begin with a note's label in bold."""
    label: str | None = None
    group: list[TextLine] = []
    for line in lines:
        found, rest = _noted(line, last=line is lines[-1])
        if group and found:
            yield label, group
            label, group = None, []
        label = found or label
        group.append(rest)
    if group:
        yield label, group


def _noted(line: TextLine, *, last: bool) -> tuple[str | None, TextLine]:
    """Return the bold note label that a line begins with, and the rest of the line."""
    spans = tidy(line.spans)
    bold = spans[0].text.strip() if spans and spans[0].bold else ""
    if not bold or not NOTE_LABEL.fullmatch(bold):
        return None, line
    rest = tidy(spans[1:])
    text = "".join(span.text for span in rest)
    colon = bold.endswith((":", "：")) or text.startswith((":", "："))
    if not rest and last or rest and not colon:
        return None, line
    if text.startswith((":", "：")):
        rest = tidy(cut_spans(rest, 1))
    return bold.rstrip(":： "), TextLine(line.offset, list(rest))


def _names_procedure(spans: tuple[Span, ...], following: Sequence[SyntaxTreeNode]) -> bool:
    """Whether an ordered list follows a bold line before the next bold line."""
    if not spans or not all(span.bold for span in spans):
        return False
    for node in following:
        if node.type == "ordered_list":
            return True
        if node.type == CAPTION:
            return False
        if node.type == "paragraph" and node.children[0].token:
            below = joined(text_lines(node.children[0].token))
            if below and all(span.bold for span in below):
                return False
    return False


def _is_contents(node: SyntaxTreeNode) -> bool:
    """Whether a list holds nothing but links within its own page."""
    if node.type not in ("bullet_list", "ordered_list"):
        return False
    links = _only_links(node)
    return bool(links) and all((link.href or "").startswith("#") for link in links)


def _only_links(node: SyntaxTreeNode) -> list[Span]:
    """Return a list's links if its items, nested ones included, hold nothing else."""
    links: list[Span] = []
    for item in node.children:
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                nested = _only_links(child)
                if not nested:
                    return []
                links.extend(nested)
                continue
            inline = child.children[0].token if child.type == "paragraph" else None
            spans = joined(text_lines(inline)) if inline else ()
            if not spans or not all(span.href for span in spans):
                return []
            text = "".join(span.text for span in spans)
            links.append(Span(text=text, href=spans[0].href))
    return links


def _bold(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    return tidy(span.model_copy(update={"bold": True}) for span in spans)


def _is_label(block: Block) -> bool:
    return _in_bold(block) and bool(NOTE_LABEL.fullmatch(block.text.strip()))


def _words(node: SyntaxTreeNode) -> str:
    """Return the text of a node that holds a single line."""
    inline = node.children[0].token if node.children else None
    return "".join(span.text for span in joined(text_lines(inline))) if inline else ""


def _in_bold(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and all(span.bold for span in block.spans)

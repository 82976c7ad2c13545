"""Markdown to a guide: sections, and the blocks in them with their source lines."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.front_matter import front_matter_plugin

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import (
    FrontMatter,
    SectionMatter,
    read_front_matter,
    side_file_of,
    together,
)
from ingest.inline import TextLine, anchors, joined, text_lines, tidy
from ingest.slug import slug, unique
from kb.model import Block, BlockKind, Guide, GuideInfo, Lines, Section, Span
from kb.text.language import detect_language

NOTE_LABEL = re.compile(
    r"((?:security |best )?(?:note|tip|practice|hint|important|caution|warning|attention)"
    r"|info|danger|注|注記|注意|重要|警告|ヒント|補足|メモ|参考)\s*[:：]?",
    re.IGNORECASE,
)
_ALERT = re.compile(r"\[!(\w+)\]\s*")
# "guide.ja" and "guide.pt-BR"; not the "in" of "sign-in".
_LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2})(?:[-_][A-Za-z]{2,4})?$")


def parse(document: Document) -> Guide:
    """Return the guide that a document holds.

    Raises SourceError if it has no text, or its front matter is wrong.
    """
    tree = SyntaxTreeNode(parser().parse(document.markdown))
    matter = FrontMatter()
    nodes = list(tree.children)
    if nodes and nodes[0].type == "front_matter":
        matter = read_front_matter(document.source, nodes.pop(0).content)
    if document.side_file:
        matter = together(matter, document.side_file)
    outline = _outline(nodes, document)
    if not any(part.blocks for part in outline):
        raise SourceError(document.source, "the guide is empty: it has no text under any heading")
    stem = document.name.rsplit(".", 1)[0]
    suffix = _LANGUAGE_SUFFIX.search(stem)
    bare_stem = stem[: suffix.start()] if suffix else stem
    title, parts = _title(outline, matter.title or bare_stem)
    see_also, parts = _lead(parts, title)
    language = matter.language or (suffix and suffix[1]) or detect_language(_sample(parts))
    info = GuideInfo(
        id=matter.id or slug(bare_stem),
        title=matter.title or title,
        language=language,
        source=document.source,
        sha256=document.sha256,
        url=matter.url,
        see_also=(*see_also, *(Span(text=text) for text in document.see_also)),
        synonyms=matter.synonyms,
        visible_to=matter.visible_to,
        owner=matter.owner,
        review=matter.review,
        unit=document.unit,
    )
    sections = tuple(_sections(parts, matter.url))
    return Guide(info=info, sections=_helped(sections, matter, document.source))


@dataclass
class _Part:
    """A heading and its blocks, before it is known what the section is called.

    The level of the guide's title is 0.
    """

    level: int
    heading: str
    names: list[str]
    line: int
    last_line: int
    blocks: list[Block] = field(default_factory=list)
    links: list[Span] = field(default_factory=list)


def parser() -> MarkdownIt:
    """Return the parser of all Markdown here: CommonMark, tables and front matter."""
    # The parser drops whatever is nested deeper, and all that follows it.
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").use(front_matter_plugin)


def _outline(nodes: Sequence[SyntaxTreeNode], document: Document) -> list[_Part]:
    parts = [_Part(0, "", [], 1, 1)]
    groups: list[list[SyntaxTreeNode]] = [[]]
    for node in nodes:
        if node.type == "heading":
            inline = node.children[0].token
            assert inline is not None
            line = document.source_line((node.map or (0, 0))[0])
            heading = joined(text_lines(inline))
            text = "".join(span.text for span in heading)
            parts.append(_Part(int(node.tag[1]), text, anchors(inline), line, line))
            groups.append([])
        else:
            groups[-1].append(node)
    for part, group in zip(parts, groups, strict=True):
        blocks = _Blocks(document)
        part.blocks = blocks.read(group)
        part.links = blocks.links
        if part.blocks:
            part.last_line = max(part.line, part.blocks[-1].lines.last)
    return parts


def _title(outline: list[_Part], otherwise: str) -> tuple[str, list[_Part]]:
    """Return the guide's title, and the parts below it, the title's own text first."""
    before, *rest = outline
    headed = [part for part in rest if part.level == 1]
    if len(headed) == 1 and rest[0] is headed[0]:
        first = rest[0]
        first.level = 0
        blocks = [*before.blocks, *first.blocks]
        first.blocks = [_renamed(block, str(n)) for n, block in enumerate(blocks, 1)]
        first.line = min([first.line, *(block.lines.first for block in blocks)])
        first.links = before.links + first.links
        return first.heading.strip() or otherwise, rest
    before.heading = otherwise
    return otherwise, [before, *rest] if before.blocks else rest


def _lead(parts: list[_Part], title: str) -> tuple[tuple[Span, ...], list[_Part]]:
    """Return the guide's own links, and the parts without its introduction.

    One paragraph before the first section says what the guide is about; more than that
    answers questions, and stays a section, under the guide's title.
    """
    if not parts or parts[0].heading != title:
        return (), parts
    lead, *rest = parts
    only_words = all(block.kind is BlockKind.PARAGRAPH for block in lead.blocks)
    if any(part.blocks for part in rest) and only_words and len(lead.blocks) <= 1:
        return tuple(lead.links), rest
    return tuple(lead.links), parts


def _sections(parts: Sequence[_Part], url: str | None) -> Iterator[Section]:
    headings: list[_Part] = []
    taken: set[str] = set()
    fragments: set[str] = set()
    for part in parts:
        while headings and headings[-1].level >= part.level:
            headings.pop()
        headings.append(part)
        below_title = [each for each in headings if each.level > 0] or [part]
        name = part.names[0] if part.names else None
        path = "/".join(slug(each.heading) for each in below_title)
        fragment = name or unique(slug(part.heading), fragments)
        if part.blocks:
            yield Section(
                anchor=unique(name or path, taken),
                heading=part.heading,
                path=tuple(each.heading for each in below_title),
                lines=Lines(first=part.line, last=part.last_line),
                blocks=tuple(part.blocks),
                url=f"{url}#{fragment}" if url else None,
            )


def _helped(sections: tuple[Section, ...], matter: FrontMatter, source: str) -> tuple[Section, ...]:
    """Return the sections with what the docs team says helps to find them."""
    names = {section.heading: n for n, section in reversed(list(enumerate(sections)))}
    names |= {section.anchor: n for n, section in enumerate(sections)}
    helps = [(0, SectionMatter(also_asked=matter.also_asked, keywords=matter.keywords))]
    for name, help_ in matter.sections.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or list(names)[-5:]
            raise SourceError(
                source,
                f"sections: there is no section {name!r} to give also_asked or keywords to "
                f"(in its front matter or {side_file_of(Path(source)).name}). "
                f"There is: {', '.join(near)}.",
            )
        helps.append((names[name], help_))
    found = list(sections)
    for n, help_ in helps:
        found[n] = found[n].model_copy(
            update={
                "also_asked": (*found[n].also_asked, *help_.also_asked),
                "keywords": (*found[n].keywords, *help_.keywords),
            }
        )
    return tuple(found)


def _sample(parts: Sequence[_Part]) -> str:
    texts = (block.full_text for part in parts for block in part.blocks)
    return "\n".join(texts)[:4000]


class _Blocks:
    """Reads the blocks of one section, numbering them as it goes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.links: list[Span] = []

    def read(self, nodes: Sequence[SyntaxTreeNode]) -> list[Block]:
        blocks: list[Block] = []
        for position, node in enumerate(nodes):
            if _is_contents(node):
                if blocks and _in_bold(blocks[-1]):
                    blocks.pop()  # the label over the list
                continue
            for block in self._blocks(node, nodes[position + 1 :]):
                blocks.append(_renamed(block, str(len(blocks) + 1)))
        return blocks

    def _blocks(self, node: SyntaxTreeNode, following: Sequence[SyntaxTreeNode]) -> Iterator[Block]:
        match node.type:
            case "paragraph":
                yield from self._paragraph(node, following)
            case "bullet_list" | "ordered_list":
                yield from self._list(node)
            case "fence" | "code_block":
                yield self._code(node)
            case "table":
                yield self._table(node)
            case "blockquote":
                yield self._quote(node)
            case "html_block":
                yield from self._html(node)
            case "heading":  # in a quote or a list item
                inline = node.children[0].token
                spans = joined(text_lines(inline)) if inline else ()
                bold = tuple(span.model_copy(update={"bold": True}) for span in spans)
                yield Block(id="", kind=BlockKind.PARAGRAPH, lines=self._lines(node), spans=bold)

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
            if group[-1] is lines[-1]:
                # A code span that goes over a line's end hides the break.
                last = self._lines(node).last
            spans = joined(group[1:] if label else group)
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
            children = tuple(_renamed(item, str(n)) for n, item in enumerate(items, 1))
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
            children=tuple(_renamed(block, str(n)) for n, block in enumerate(blocks, 1)),
            number=number,
        )

    def _code(self, node: SyntaxTreeNode) -> Block:
        return Block(
            id="",
            kind=BlockKind.CODE,
            lines=self._lines(node),
            spans=(Span(text=node.content.rstrip("\n"), code=True),),
            info=node.info.split()[0] if node.info.strip() else None,
        )

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

    def _quote(self, node: SyntaxTreeNode) -> Block:
        blocks = self.read(node.children)
        label = None
        spans: tuple[Span, ...] = ()
        if blocks and blocks[0].kind in (BlockKind.PARAGRAPH, BlockKind.NOTE):
            first = blocks.pop(0)
            spans, label = first.spans, first.label
            if spans and (alert := _ALERT.match(spans[0].text)):
                label = alert[1].capitalize()
                rest = spans[0].model_copy(update={"text": spans[0].text[alert.end() :]})
                spans = tidy([rest, *spans[1:]])
        children = tuple(_renamed(block, str(n)) for n, block in enumerate(blocks, 1))
        return Block(
            id="",
            kind=BlockKind.NOTE,
            lines=self._lines(node),
            spans=spans,
            label=label,
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
        markdown = self._markdown_lines
        last = end - 1
        while last > first and (last >= len(markdown) or not markdown[last].strip()):
            last -= 1
        return Lines(first=self.document.source_line(first), last=self.document.source_line(last))

    @property
    def _markdown_lines(self) -> list[str]:
        if not hasattr(self, "_split"):
            self._split = self.document.markdown.split("\n")
        return self._split


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


def _renamed(block: Block, id: str) -> Block:
    """Return the block with a place in its section, and its children with theirs."""
    children = tuple(
        _renamed(child, f"{id}.{number}") for number, child in enumerate(block.children, 1)
    )
    return block.model_copy(update={"id": id, "children": children})


def _split_notes(lines: list[TextLine]) -> Iterator[tuple[str | None, list[TextLine]]]:
    """Split a paragraph where a line holds nothing but a note's label, in bold."""
    label: str | None = None
    group: list[TextLine] = []
    for line in lines:
        bold = line.spans and all(span.bold for span in tidy(line.spans))
        if bold and NOTE_LABEL.fullmatch(line.text.strip()) and line is not lines[-1]:
            if group:
                yield label, group
            label, group = line.text.strip().rstrip(":："), []
        group.append(line)
    if group:
        yield label, group


def _names_procedure(spans: tuple[Span, ...], following: Sequence[SyntaxTreeNode]) -> bool:
    """Whether a line in bold stands over an ordered list, before the next line in bold."""
    if not spans or not all(span.bold for span in spans):
        return False
    for node in following:
        if node.type == "ordered_list":
            return True
        if node.type == "paragraph" and node.children[0].token:
            below = joined(text_lines(node.children[0].token))
            if below and all(span.bold for span in below):
                return False
    return False


def _is_contents(node: SyntaxTreeNode) -> bool:
    """Whether a list holds nothing but links to places on its own page."""
    if node.type not in ("bullet_list", "ordered_list"):
        return False
    links = _only_links(node)
    return bool(links) and all((link.href or "").startswith("#") for link in links)


def _only_links(node: SyntaxTreeNode) -> list[Span]:
    """Return a list's links if its items, and those of lists in it, are links only."""
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


def _in_bold(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and all(span.bold for span in block.spans)

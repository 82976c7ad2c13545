"""Builds a guide from Markdown: its title, its sections, and their metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode

from ingest.document import Document
from ingest.errors import SourceError, unreadable
from ingest.front_matter import merge_front_matter
from ingest.parse.blocks import BlockReader, with_id
from ingest.parse.caps import refuse_endless, refuse_endless_sections
from ingest.parse.dialects.containers import TITLE
from ingest.parse.dialects.left_out import LEFT_OUT, remarks_of
from ingest.parse.file_name import split_name
from ingest.parse.inline import anchors, joined, text_lines
from ingest.parse.labels import Labelled, split_at_labels
from ingest.parse.markdown import tokens_of
from ingest.parse.matter.apply import refuse_gone, with_matter
from ingest.parse.matter.read import matter_of
from ingest.parse.parsed import Parsed
from ingest.parse.problems import find_problems
from ingest.parse.slug import slug, unique
from ingest.parse.structure.recover import recover
from ingest.remark import Remark
from kb.model import (
    Block,
    BlockKind,
    Guide,
    GuideInfo,
    Lines,
    Role,
    Section,
    Span,
)
from kb.text.language import language_of_guide


def parse(document: Document) -> Guide:
    """Return a document's guide; raises SourceError as `parse_with_remarks` does."""
    return parse_with_remarks(document).guide


def parse_with_remarks(document: Document) -> Parsed:
    """Return a document's guide, with remarks on how it was parsed.

    Raises SourceError if it has no text, is too large, or its front matter is invalid.
    """
    try:
        return _parsed(document)
    except SourceError:
        raise
    # One source must not prevent all others from being read.
    except Exception as error:
        raise SourceError(document.source, unreadable(error)) from error


def _parsed(document: Document) -> Parsed:
    remarks = list(document.remarks)
    matter, said = matter_of(document)
    in_guide = matter
    tokens = tokens_of(document)
    refuse_endless(tokens, document.source)
    remarks += (*said, *remarks_of(tokens, document))
    if document.side_file:
        matter = merge_front_matter(matter, document.side_file)
    tokens = [token for token in tokens if token.type != LEFT_OUT]
    if matter.structure != "plain":
        recovered = recover(tokens, document)
        tokens, remarks = recovered.tokens, remarks + recovered.remarks
        refuse_endless(tokens, document.source)
    nodes = SyntaxTreeNode(tokens).children
    outline = _outline(nodes, document, remarks)
    if not any(part.blocks for part in outline):
        raise SourceError(document.source, "the guide is empty: it has no text under any heading")
    name = split_name(document.name)
    title, parts = _title(outline, matter.title or name.title)
    see_also, parts = _lead(parts, title)
    language = (
        matter.language or name.language or document.language or language_of_guide(_prose(parts))
    )
    info = GuideInfo(
        id=matter.id or name.guide_id(language),
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
    sections = tuple(_sections([*_cut_at_labels(parts)], matter.url))
    refuse_endless_sections(sections, document.source)
    refuse_gone(sections, in_guide, document)
    guide = Guide(info=info, sections=with_matter(sections, matter))
    return Parsed(guide=guide, remarks=tuple(sorted(remarks, key=lambda each: each.line)))


@dataclass
class _Part:
    """A heading and its blocks, before its section has a name.

    The level of the guide's title is 0.
    """

    level: int
    heading: str
    names: list[str]
    line: int
    last_line: int
    blocks: list[Block] = field(default_factory=list)
    links: list[Span] = field(default_factory=list)

    @property
    def has_steps(self) -> bool:
        """Whether it contains a numbered list."""
        return any(block.kind is BlockKind.STEP for block in self.blocks)


def _outline(
    nodes: Sequence[SyntaxTreeNode], document: Document, remarks: list[Remark]
) -> list[_Part]:
    cut = [_Cut(_Part(0, "", [], 1, 1))]
    _divide(nodes, cut, 0, document)
    for each in cut:
        blocks = BlockReader(document)
        each.part.blocks = blocks.read(each.nodes)
        each.part.links = blocks.links
        remarks += blocks.remarks
        # Footnotes may be far below.
        here = [block.lines for block in each.part.blocks if block.lines not in blocks.footnotes]
        each.part.last_line = max([each.part.line, *(lines.last for lines in here)])
    return [each.part for each in cut]


@dataclass
class _Cut:
    """A part and its syntax nodes."""

    part: _Part
    nodes: list[SyntaxTreeNode] = field(default_factory=list)


def _divide(
    nodes: Sequence[SyntaxTreeNode], cut: list[_Cut], above: int, document: Document
) -> None:
    """Split nodes at headings, and make collapsible elements parts of their own.

    What follows one belongs to the enclosing part again. `above` is the level of that part;
    headings in the nodes are below it.
    """
    current = cut[-1]
    for node in nodes:
        if node.type == "heading":
            current = _Cut(_headed(node, max(int(node.tag[1]), above + 1), document))
            cut.append(current)
        elif node.type == "details" and node.children[0].type == TITLE:
            title, *inside = node.children
            level = max(1, current.part.level) + 1
            cut.append(_Cut(_headed(title, level, document)))
            _divide(inside, cut, level, document)
        else:
            current.nodes.append(node)


def _headed(node: SyntaxTreeNode, level: int, document: Document) -> _Part:
    inline = node.children[0].token
    assert inline is not None
    line = document.source_line((node.map or (0, 0))[0])
    heading = "".join(span.text for span in joined(text_lines(inline)))
    return _Part(level, heading, anchors(inline), line, line)


def _title(outline: list[_Part], otherwise: str) -> tuple[str, list[_Part]]:
    """Return the guide's title, and the parts below it, beginning with the title's own text."""
    before, *rest = outline
    headed = [part for part in rest if part.level == 1]
    if len(headed) == 1 and rest[0] is headed[0]:
        first = rest[0]
        first.level = 0
        blocks = [*before.blocks, *first.blocks]
        first.blocks = [with_id(block, str(n)) for n, block in enumerate(blocks, 1)]
        first.line = min([first.line, *(block.lines.first for block in blocks)])
        first.links = before.links + first.links
        return first.heading.strip() or otherwise, rest
    before.heading = otherwise
    return otherwise, [before, *rest] if before.blocks else rest


def _lead(parts: list[_Part], title: str) -> tuple[tuple[Span, ...], list[_Part]]:
    """Return the guide's own links, and the parts without its introduction.

    A single paragraph before the first section describes the guide; anything more answers
    questions, and stays a section under the guide's title.
    """
    if not parts or parts[0].heading != title:
        return (), parts
    lead, *rest = parts
    only_words = all(block.kind is BlockKind.PARAGRAPH for block in lead.blocks)
    if any(part.blocks for part in rest) and only_words and len(lead.blocks) <= 1:
        return tuple(lead.links), rest
    return tuple(lead.links), parts


def _cut_at_labels(parts: Sequence[_Part]) -> Iterator[_Part]:
    """Yield the parts, with labelled blocks as parts of their own one level below."""
    for part in parts:
        first, *rest = split_at_labels(part.blocks) or [Labelled("")]
        if first.label:
            first, rest = Labelled(""), [first, *rest]
        last_line = part.last_line
        part.blocks = first.blocks
        if rest:
            part.last_line = max([part.line, *(block.lines.last for block in first.blocks)])
        yield part
        depth = max(1, part.level) + 1
        for below in rest:
            blocks = [with_id(block, str(n)) for n, block in enumerate(below.blocks, 1)]
            line, last = blocks[0].lines.first, min(blocks[-1].lines.last, last_line)
            level = depth
            if any(each.names for each in rest) and not below.names:
                level += 1
            yield _Part(level, below.label, [], line, max(line, last), blocks)


def _sections(parts: Sequence[_Part], url: str | None) -> Iterator[Section]:
    headings: list[_Part] = []
    taken: dict[str, int] = {}
    fragments: dict[str, int] = {}
    places = find_problems(parts)
    first: dict[int, str] = {}
    for row, part in enumerate(parts):
        while headings and headings[-1].level >= part.level:
            headings.pop()
        headings.append(part)
        below_title = [each for each in headings if each.level > 0] or [part]
        name = part.names[0] if part.names else None
        path = "/".join(slug(each.heading) for each in below_title)
        fragment = name or unique(slug(part.heading), fragments)
        if not part.blocks:
            continue
        anchor = unique(name or path, taken)
        place = places.get(row)
        yield Section(
            anchor=anchor,
            heading=part.heading,
            path=tuple(each.heading for each in below_title),
            lines=Lines(first=part.line, last=part.last_line),
            blocks=tuple(part.blocks),
            url=f"{url}#{fragment}" if url else None,
            role=place.role if place else Role.WHOLE,
            problem=first.setdefault(place.first, anchor) if place else None,
            problem_path=place.path if place else (),
            part=place.part if place else (),
        )


def _prose(parts: Sequence[_Part]) -> str:
    """Return the text used to detect the guide's language: no code, no proper names."""
    prose = [text for part in parts for text in (part.heading, *map(_plain, part.blocks)) if text]
    return "\n".join(prose) or "\n".join(b.full_text for part in parts for b in part.blocks)


def _plain(block: Block) -> str:
    if block.kind is BlockKind.CODE:
        return ""
    words = "".join(s.text for s in block.spans if not (s.code or s.href or s.bold))
    rows = (" ".join(row) for row in block.rows)
    return "\n".join(t for t in (words, *rows, *map(_plain, block.children)) if t.strip())

"""Flattens nested boxes, and puts bare text into paragraphs."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import Tag
from bs4.element import PageElement

from ingest.loaders.markup.unwrap import unwrap

BOXES = frozenset(
    "address article aside body center details dialog div fieldset figcaption figure footer form"
    " header hgroup legend main section summary".split()
)
"""Elements that only set their content apart."""

_HOLDERS = frozenset({"li", "blockquote", "dd"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
BLOCKS = frozenset(
    {*BOXES, *_HOLDERS, *HEADINGS}
    | set("p pre ul ol dl dt table caption tbody thead tfoot tr td th hr".split())
)
"""Block-level elements."""

# The Markdown parser supports about 45 nested lists.
_DEEPEST = 60
_LEAVES = frozenset({*HEADINGS, "p", "pre", "br", "img", "hr"})
_NOT_INSIDE = frozenset({*HEADINGS, "pre", "td", "th", "caption", "dt"})


def is_block(node: PageElement) -> bool:
    """Whether a node is block-level."""
    return isinstance(node, Tag) and node.name in BLOCKS


def has_blocks(tag: Tag) -> bool:
    """Whether an element contains a block-level one."""
    return tag.find(BLOCKS) is not None


def flatten(body: Tag) -> None:
    """Unwrap elements where they are nested deeper than can be parsed."""
    depths = {id(body): 0}
    deep: list[Tag] = []
    for tag in body.find_all(True):
        # An unwrapped element does not count towards its content's depth.
        depth = depths.get(id(tag.parent), 0)
        if depth < _DEEPEST or tag.name in _LEAVES:
            depths[id(tag)] = depth + 1
        else:
            depths[id(tag)] = depth
            deep.append(tag)
    for tag in reversed(deep):
        blocks = any(is_block(child) for child in tag.children)
        if tag.name in BLOCKS and not blocks:
            tag.name = "p"
            continue
        if tag.name in BLOCKS:
            _wrap_runs(tag)
        unwrap(tag)


def set_in_paragraphs(body: Tag) -> None:
    """Put bare text in a box, list item or quote into paragraphs."""
    for tag in [*reversed(body.find_all(True)), body]:
        if tag.name in _NOT_INSIDE or (tag.parent is None and tag is not body):
            continue
        if tag.name in BOXES or tag.name in _HOLDERS or tag is body or tag.name == "p":
            blocks = any(is_block(child) for child in tag.children)
            if not blocks and tag.name in BOXES and tag is not body:
                tag.name = "p"
            elif tag.name != "p" or blocks:
                _wrap_runs(tag)
                if tag.name == "p":
                    tag.name = "div"
        elif tag.name not in BLOCKS and any(is_block(child) for child in tag.children):
            unwrap(tag)


def _wrap_runs(holder: Tag) -> None:
    for run in list(_runs(holder)):
        paragraph = Tag(name="p")
        run[0].insert_before(paragraph)
        for node in run:
            paragraph.append(node)


def _runs(holder: Tag) -> Iterator[list[PageElement]]:
    """Yield the non-empty runs of nodes between blocks."""
    run: list[PageElement] = []
    for node in [*holder.contents, None]:
        if node is not None and not is_block(node):
            run.append(node)
            continue
        if any(isinstance(each, Tag) or str(each).strip() for each in run):
            yield run
        run = []

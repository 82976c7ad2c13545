"""Headings, procedures and steps that make a guide hard to follow or to find."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ingest.index.chunk import CHUNK_TOKENS, CountTokens
from ingest.lint.finding import Finding
from ingest.lint.page import Page, all_blocks
from ingest.lint_options import LintOptions, Rule
from kb.model import Block, BlockKind, Section

# A bold line of its own that names a procedure.
_PROCEDURE = re.compile(r"(?:To|How to) [a-z].*|.*(?:には|する方法|手順)[:：]?", re.DOTALL)
_PROMISE = re.compile(
    r"(?:\b(?:follow|complete|do|perform|take|use)\b[^.]*\b(?:following|these) steps\b[^.]*"
    r"|(?:次|以下)の(?:手順|ステップ)[^。]*)[:：]",
    re.IGNORECASE | re.DOTALL,
)
# Characters of a heading in a message; chosen by hand.
_MAX_SHORT = 60
_DONE_IN = {BlockKind.STEP, BlockKind.BULLET, BlockKind.CODE, BlockKind.TABLE, BlockKind.LINKS}
_PROSE = {BlockKind.PARAGRAPH, BlockKind.NOTE, BlockKind.STEP, BlockKind.BULLET}


def headings_twice(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield sections whose heading path, word for word, repeats that of an earlier section."""
    for page in pages:
        lines: dict[tuple[str, ...], int] = {}
        path: list[tuple[int, str]] = []
        for heading in page.headings:
            while path and path[-1][0] >= heading.level:
                path.pop()
            path.append((heading.level, _folded(heading.text)))
            key = tuple(text for _, text in path)
            first = lines.setdefault(key, heading.line)
            if first != heading.line:
                yield Finding(
                    rule=Rule.HEADING_TWICE,
                    file=page.source,
                    line=heading.line,
                    reason=f"{heading.text!r} is also the heading on line {first}; nobody can "
                    "tell them apart in an answer's sources",
                )


def procedures_without_steps(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield lines that announce steps that do not follow."""
    for page in pages:
        for section in page.guide.sections:
            for position, block in enumerate(section.blocks):
                if _announces(block) and not _followed(section.blocks[position + 1 :]):
                    yield Finding(
                        rule=Rule.NO_STEPS,
                        file=page.source,
                        line=block.lines.first,
                        reason=f"{_short(block.text)!r} announces steps, but none follow",
                    )


def long_steps(pages: Sequence[Page], options: LintOptions) -> Iterator[Finding]:
    """Yield steps that are too long."""
    for page in pages:
        for section in page.guide.sections:
            for block in all_blocks(section.blocks):
                if block.kind is not BlockKind.STEP:
                    continue
                # Names and commands in such a text are often Latin; chosen by hand.
                unspaced = sum(_is_wide(c) for c in block.text) > len(block.text) / 4
                length = len(block.text) if unspaced else len(block.text.split())
                most = options.step_characters if unspaced else options.step_words
                if length > most:
                    what = "characters" if unspaced else "words"
                    yield Finding(
                        rule=Rule.LONG_STEP,
                        file=page.source,
                        line=block.lines.first,
                        reason=f"step {block.number} has {length} {what}; more than {most} are "
                        "hard to follow: split it into several steps, or move part of it below",
                    )


def long_blocks(pages: Sequence[Page], count_tokens: CountTokens) -> Iterator[Finding]:
    """Yield prose that is too long for the embedding model, so that search splits it."""
    for page in pages:
        for section in page.guide.sections:
            for block in all_blocks(section.blocks):
                # Every model has at most one token per character for texts of this length.
                if block.kind not in _PROSE or len(block.text) <= CHUNK_TOKENS:
                    continue
                tokens = count_tokens(block.text)
                if tokens > CHUNK_TOKENS:
                    yield Finding(
                        rule=Rule.LONG_BLOCK,
                        file=page.source,
                        line=block.lines.first,
                        reason=f"{_named(section, block)} has {tokens} tokens; the search reads "
                        f"{CHUNK_TOKENS} at a time and splits it: make it several paragraphs",
                    )


def _announces(block: Block) -> bool:
    text = block.text.strip()
    if block.kind is not BlockKind.PARAGRAPH:
        return False
    in_bold = bool(block.spans) and all(span.bold for span in block.spans)
    return bool(in_bold and _PROCEDURE.fullmatch(text)) or bool(
        (end := _PROMISE.search(text)) and end.end() == len(text)
    )


def _followed(blocks: Sequence[Block]) -> bool:
    """Whether an instruction follows before the next bold line."""
    for block in blocks:
        if block.kind in _DONE_IN or any(child.kind in _DONE_IN for child in block.children):
            return True
        if block.kind is BlockKind.CAPTION or (block.spans and all(s.bold for s in block.spans)):
            return False
    return False


def _named(section: Section, block: Block) -> str:
    if block.kind is BlockKind.STEP:
        return f"step {block.number}"
    return f"a {block.kind.value} of {_short(section.heading)!r}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _MAX_SHORT else words[:_MAX_SHORT].rstrip() + "…"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(text.split())).casefold()


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"

"""Splits sections into chunks, the unit of embedding, within the model's limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.index.passages import path_of
from kb.model import Block, Chunk, Guide, GuideInfo, Section
from kb.text.sentences import sentences

# Chosen by hand, within the 512 tokens of the shipped model.
CHUNK_TOKENS = 200
"""The longest chunk (tokens), heading path included, if the model allows it."""

_MAX_CHARACTERS_A_TOKEN = 16
"""Few texts have more characters per token; for those, a longer prefix is counted."""

CountTokens = Callable[[str], int]


@dataclass(frozen=True)
class _Piece:
    """Text of a block or of part of one, and its number of tokens."""

    block: str
    text: str
    tokens: int


def chunk_guide(
    guide: Guide, first_section: int, count_tokens: CountTokens, limit: int
) -> Iterator[Chunk]:
    """Yield the chunks of a guide's sections, numbered from `first_section`.

    No chunk has more than `limit` tokens or text of two sections.
    """
    limit = min(limit, CHUNK_TOKENS)
    for number, section in enumerate(guide.sections, first_section):
        yield from _chunk_section(section, number, guide.info, count_tokens, limit)


def _chunk_section(
    section: Section, number: int, guide: GuideInfo, count_tokens: CountTokens, limit: int
) -> Iterator[Chunk]:
    path = dict.fromkeys((guide.title, *path_of(section)))
    heading = _fitting(" > ".join(path), count_tokens, limit // 2)
    room = limit - count_tokens(heading + "\n")
    pieces = [
        piece
        for block in section.blocks
        for piece in _pieces(block, guide.language, count_tokens, room)
    ]
    for group in _packed(pieces, room):
        yield Chunk(
            section=number,
            text="\n".join([heading, *(piece.text for piece in group)]),
            blocks=tuple(dict.fromkeys(piece.block for piece in group)),
        )


def _packed(pieces: Sequence[_Piece], room: int) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    used = 0
    for piece in pieces:
        if group and used + piece.tokens > room:
            yield group
            group, used = [], 0
        group.append(piece)
        used += piece.tokens
    if group:
        yield group


def _pieces(block: Block, language: str, count_tokens: CountTokens, room: int) -> Iterator[_Piece]:
    text = block.full_text
    if not text:
        return
    tokens = count_tokens(text)
    if tokens <= room:
        yield _Piece(block.id, text, tokens)
        return
    parts: list[str] = []
    for line in text.split("\n"):
        parts.extend(part.strip() for part in sentences(line, language) if part.strip())
    for part in parts:
        rest = part
        while rest:
            fitting = _fitting(rest, count_tokens, room)
            yield _Piece(block.id, fitting, count_tokens(fitting))
            rest = rest[len(fitting) :].lstrip()


def _fitting(text: str, count_tokens: CountTokens, room: int) -> str:
    """Return the longest prefix of `text` that fits, cut at a space if there is one."""
    # Count no more than needed: the rest of a long text is passed in again and again.
    low, high = 1, min(len(text), room * _MAX_CHARACTERS_A_TOKEN)
    while count_tokens(text[:high]) <= room:
        if high == len(text):
            return text
        low, high = high, min(len(text), 2 * high)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    space = text.rfind(" ", low // 2, low + 1)
    return text[: space if space > 0 else low].rstrip() or text[:low]

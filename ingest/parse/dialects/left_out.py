"""Tokens that say what was left out, and the remarks that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.document import Document
from ingest.remark import Remark, RemarkKind

LEFT_OUT = "left_out"
_MOST_SHOWN = 60


def leave_out(state: StateBlock, first: int, end: int, what: str, written: str) -> None:
    """Say that a block's lines are left out, what they are, and how they begin."""
    token = state.push(LEFT_OUT, "", 0)
    token.map = [first, end]
    token.content = saying(what, written)
    token.hidden = True


def leave_out_here(state: StateInline, what: str, written: str) -> None:
    """Say the same of something in a line."""
    token = state.push(LEFT_OUT, "", 0)
    token.content = saying(what, written)
    token.hidden = True


def saying(what: str, written: str) -> str:
    """Return the words of a remark."""
    words = " ".join(written.split())
    shown = words if len(words) <= _MOST_SHOWN else words[: _MOST_SHOWN - 1] + "…"
    return f"{what} {shown} is left out" if shown else f"{what} is left out"


def remarks_of(tokens: Sequence[Token], document: Document) -> Iterator[Remark]:
    """Yield a remark for each thing that was left out."""
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        if token.type == LEFT_OUT:
            yield _remark(token, line, document)
        at = line
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                at += 1
            elif child.type == LEFT_OUT:
                yield _remark(child, at, document)


def _remark(token: Token, line: int, document: Document) -> Remark:
    where = document.source_line(line)
    return Remark(line=where, kind=RemarkKind.LEFT_OUT, text=token.content)

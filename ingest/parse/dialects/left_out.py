"""Tokens for what was left out, and the remarks made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ingest.document import Document
from ingest.remark import Remark, RemarkKind

LEFT_OUT = "left_out"
# Characters of what is left out that a remark quotes; chosen by hand.
_MAX_SHOWN = 60
_STRUCK = ("<s>", "<del>", "<strike>")


def leave_out(state: StateBlock, first: int, end: int, what: str, written: str) -> None:
    """Note that a block's lines are left out, what they are, and how they begin."""
    token = state.push(LEFT_OUT, "", 0)
    token.map = [first, end]
    token.content = remark_text(what, written)
    token.hidden = True


def leave_out_here(state: StateInline, what: str, written: str) -> None:
    """Note that something inline is left out."""
    token = state.push(LEFT_OUT, "", 0)
    token.content = remark_text(what, written)
    token.hidden = True


def skip_space(state: StateInline, start: int) -> None:
    """Skip one of the two spaces around what is left out from `start` to here."""
    before = state.src[start - 1] if start else " "
    if before.isspace() and state.src[state.pos : state.pos + 1] == " ":
        state.pos += 1


def remark_text(what: str, written: str) -> str:
    """Return a remark's text."""
    words = " ".join(written.split())
    shown = words if len(words) <= _MAX_SHOWN else words[: _MAX_SHOWN - 1] + "…"
    return f"{what} {shown} is left out".strip()


def remarks_of(tokens: Sequence[Token], document: Document) -> Iterator[Remark]:
    """Yield a remark for each thing left out."""
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        if token.type == LEFT_OUT:
            yield _remark(token.content, line, document, token.meta.get("kind"))
        yield from _in_line(token.children or (), line, document)


def _in_line(tokens: Sequence[Token], line: int, document: Document) -> Iterator[Remark]:
    struck: list[str] | None = None
    for token in tokens:
        html = token.content.lower() if token.type == "html_inline" else ""
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type == LEFT_OUT:
            yield _remark(token.content, line, document)
        elif token.type == "s_open" or html in _STRUCK:
            struck = []
        elif struck is not None and (token.type == "s_close" or html.replace("/", "") in _STRUCK):
            yield _remark(remark_text("the struck text", " ".join(struck)), line, document)
            struck = None
        elif struck is not None:
            struck.append(token.content)


def _remark(text: str, line: int, document: Document, kind: RemarkKind | None = None) -> Remark:
    where = document.source_line(line)
    return Remark(line=where, kind=kind or RemarkKind.LEFT_OUT, text=text)

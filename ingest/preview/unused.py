"""Text of a source that is in no section of its guide, so that no answer can show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.preview.listing import Listing, bare, is_said
from ingest.remark import Remark
from kb.model import Block, Frozen, Guide, Lines, SourceUnit


class Unused(Frozen):
    """A run of text that is in no section: its place, and its words."""

    lines: Lines
    text: str


def unused_rows(listing: Listing, guide: Guide, remarks: Sequence[Remark]) -> list[int]:
    """Return the rows that have words but are in no block, no heading and no remark.

    If places are pages, a row is in a block if the block has its words.
    """
    headings = {bare(heading) for section in guide.sections for heading in section.path}
    headings |= {bare(guide.info.title), *(bare(span.text) for span in guide.info.see_also)}
    remarked = (
        {remark.line for remark in remarks} if guide.info.unit is not SourceUnit.PAGE else set()
    )
    has = _by_words if guide.info.unit is SourceUnit.PAGE else _by_place
    used = has(listing, [block for section in guide.sections for block in section.blocks])
    return [
        row
        for row, words in enumerate(listing.words)
        if words
        and row not in used
        and words not in headings
        and listing.places[row] not in remarked
    ]


def unused(listing: Listing, rows: Sequence[int]) -> Iterator[Unused]:
    """Yield the text of the rows, with consecutive ones merged."""
    run: list[int] = []
    for row in rows:
        if run and any(listing.words[between] for between in range(run[-1] + 1, row)):
            yield _joined(listing, run)
            run = []
        run.append(row)
    if run:
        yield _joined(listing, run)


def _joined(listing: Listing, run: Sequence[int]) -> Unused:
    places = [listing.places[row] for row in run]
    text = " ".join(listing.rows[row].strip() for row in run)
    return Unused(lines=Lines(first=min(places), last=max(places)), text=text)


def _by_place(listing: Listing, blocks: Sequence[Block]) -> set[int]:
    return {row for block in blocks for row in listing.rows_at(block.lines)}


def _by_words(listing: Listing, blocks: Sequence[Block]) -> set[int]:
    said: dict[int, list[str]] = {}
    for block in blocks:
        for place in range(block.lines.first, block.lines.last + 1):
            said.setdefault(place, []).append(bare(block.full_text))
    on_page = {place: "\n".join(words) for place, words in said.items()}
    return {
        row
        for row, words in enumerate(listing.words)
        if is_said(words, on_page.get(listing.places[row], ""))
    }

"""Upper limits on a guide's size: far beyond what people write, but finite. Chosen by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markdown_it.token import Token

from ingest.errors import SourceError
from kb.model import Section

_MAX_SECTIONS = 3_000
_MAX_BLOCKS = 30_000
MAX_CELLS = 100_000

_BLOCKS = ("paragraph_open", "fence", "code_block")
_CELLS = ("td_open", "th_open")


def refuse_endless(tokens: Sequence[Token], source: str) -> None:
    """Raise SourceError for too many headings, paragraphs or cells."""
    counts = Counter(token.type for token in tokens)
    _refuse(counts["heading_open"], _MAX_SECTIONS, "headings", source)
    _refuse(sum(counts[each] for each in _BLOCKS), _MAX_BLOCKS, "paragraphs", source)
    _refuse(sum(counts[each] for each in _CELLS), MAX_CELLS, "table cells", source)


def refuse_endless_sections(sections: Sequence[Section], source: str) -> None:
    """Raise SourceError for too many sections."""
    _refuse(len(sections), _MAX_SECTIONS, "sections", source)


def _refuse(number: int, most: int, what: str, source: str) -> None:
    if number > most:
        raise SourceError(source, f"has {number} {what}; at most {most} are read. Split it.")

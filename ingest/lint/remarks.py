"""What was parsed differently from how it appears in the source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.lint.finding import Finding
from ingest.lint.page import Page
from ingest.lint_options import Rule
from ingest.remark import Remark, RemarkKind
from kb.text.counted import counted

# How many lines a message names; chosen by hand.
_MAX_NAMED = 3


def read_otherwise(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield what was left out or unreadable, by line, and one finding for recovered structure."""
    for page in pages:
        typed = [each for each in page.remarks if each.kind is RemarkKind.STRUCTURE]
        for remark in page.remarks:
            if remark not in typed:
                rule = Rule(remark.kind.value)
                yield Finding(rule=rule, file=page.source, line=remark.line, reason=remark.text)
        if typed:
            yield _recognised(page, typed)


def _recognised(page: Page, typed: Sequence[Remark]) -> Finding:
    places = ", ".join(str(remark.line) for remark in typed[:_MAX_NAMED])
    more = ", …" if len(typed) > _MAX_NAMED else ""
    return Finding(
        rule=Rule.STRUCTURE,
        file=page.source,
        line=typed[0].line,
        reason=f"{counted(len(typed), 'line')} (at {places}{more}) look like headings or steps and "
        "were taken as such; say 'structure: plain' in the front matter, or in the file beside "
        "the guide, to leave them as they are. guidebot preview shows the result",
    )

"""Problems of which nothing says how people ask about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.front_matter import side_file_of
from ingest.lint.finding import Finding
from ingest.lint.page import Page
from ingest.lint_options import Rule
from ingest.parse.outline import gone_entries
from ingest.suggest.unworded import first_sections, said_of_gone, unworded_problems
from kb.model import problem_heading

_NAMED = 5


def without_wordings(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield guides with problems that have no wordings, each guide once."""
    for page in pages:
        found = unworded_problems(page.guide, drafts=True)
        if not found:
            continue
        headings = [repr(problem_heading(each, page.guide.info)) for each in found]
        more = ", ..." if len(found) > _NAMED else ""
        yield Finding(
            rule=Rule.NO_WORDINGS,
            file=page.source,
            line=found[0].lines.first,
            reason=f"{len(found)} of {len(first_sections(page.guide.sections))} problems have no "
            f"wordings: {', '.join(headings[:_NAMED])}{more} (guidebot suggest drafts some)",
        )


def gone_drafts(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield guides with drafts beside them for sections that are gone."""
    for page in pages:
        if names := gone_entries(page.guide.sections, page.document.side_file):
            beside = side_file_of(Path(page.source)).name
            reason = f"{beside}: {said_of_gone(names)}"
            yield Finding(rule=Rule.GONE_DRAFTS, file=page.source, line=1, reason=reason)

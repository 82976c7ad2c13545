"""Problems without any wordings of how people ask about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.front_matter import side_file_of
from ingest.lint.finding import Finding
from ingest.lint.page import Page
from ingest.lint_options import Rule
from ingest.parse.matter.apply import gone_entries
from ingest.suggest.unworded import (
    drafted_problems,
    first_sections,
    gone_message,
    unworded_message,
    unworded_problems,
)
from kb.model import problem_heading


def without_wordings(pages: Sequence[Page], *, drafts: bool) -> Iterator[Finding]:
    """Yield guides with problems that have no wordings, each guide once.

    Without `drafts`, this includes problems that have nothing but drafts.
    """
    for page in pages:
        without = unworded_problems(page.guide)
        waiting = [] if drafts else drafted_problems(page.guide)
        found = without or waiting
        if not found:
            continue
        message = unworded_message(
            len(without),
            len(waiting),
            len(first_sections(page.guide.sections)),
            named=[repr(problem_heading(each, page.guide.info)) for each in without],
        )
        yield Finding(
            rule=Rule.NO_WORDINGS,
            file=page.source,
            line=found[0].lines.first,
            reason=message,
        )


def gone_drafts(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield guides whose side file has drafts for sections that no longer exist."""
    for page in pages:
        if names := gone_entries(page.guide.sections, page.document.side_file):
            beside = side_file_of(Path(page.source)).name
            reason = f"{beside}: {gone_message(names)}"
            yield Finding(rule=Rule.GONE_DRAFTS, file=page.source, line=1, reason=reason)

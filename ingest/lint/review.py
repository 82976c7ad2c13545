"""Guides whose review is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ingest.lint.finding import Finding
from ingest.lint.page import Page
from ingest.lint_options import Rule


def reviews_past(pages: Sequence[Page], today: date) -> Iterator[Finding]:
    """Yield guides whose review date has passed."""
    for page in pages:
        info = page.guide.info
        if info.review and info.review < today:
            owner = f" (owner: {info.owner})" if info.owner else ""
            yield Finding(
                rule=Rule.REVIEW_PAST,
                file=page.source,
                line=_line(page),
                reason=f"the review was due on {info.review}{owner}: read it through, then move "
                "the date",
            )


def _line(page: Page) -> int:
    lines = page.document.markdown.split("\n")
    said = (n for n, line in enumerate(lines, 1) if line.startswith("review:"))
    return next(said, 1)

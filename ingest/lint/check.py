"""Runs all rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

from ingest.bounded.bounds import Bounds
from ingest.index.chunk import CountTokens
from ingest.lint.editions import missing_twins, twin_terms, visibility_differences
from ingest.lint.examples import account_ids, secrets
from ingest.lint.finding import Finding
from ingest.lint.links import dead_links, orphan_see_also
from ingest.lint.page import Page
from ingest.lint.remarks import read_otherwise
from ingest.lint.review import reviews_past
from ingest.lint.structure import (
    headings_twice,
    long_blocks,
    long_steps,
    procedures_without_steps,
)
from ingest.lint.wordings import gone_drafts, without_wordings
from ingest.lint_options import LintOptions


def lint(
    pages: Sequence[Page],
    options: LintOptions,
    count_tokens: CountTokens,
    today: date,
    *,
    drafts: bool = True,
    bounds: Bounds | None = None,
) -> list[Finding]:
    """Return the findings by file and line, without duplicates on a line.

    With `drafts`, drafted wordings count even if nobody has accepted them; `bounds` apply to
    reading the files that the pages link to.
    """
    found = {
        (finding.file, finding.line, finding.rule, finding.reason): finding
        for finding in chain(
            dead_links(pages, bounds or Bounds()),
            _all(pages, options, count_tokens, today, drafts=drafts),
        )
        if finding.rule not in options.ignore
    }
    order = {page.source: number for number, page in enumerate(pages)}
    return sorted(found.values(), key=lambda each: (order.get(each.file, -1), each.line))


def _all(
    pages: Sequence[Page],
    options: LintOptions,
    count_tokens: CountTokens,
    today: date,
    *,
    drafts: bool,
) -> Iterator[Finding]:
    return chain(
        orphan_see_also(pages),
        headings_twice(pages),
        procedures_without_steps(pages),
        long_steps(pages, options),
        long_blocks(pages, count_tokens),
        missing_twins(pages),
        twin_terms(pages),
        visibility_differences(pages),
        secrets(pages),
        account_ids(pages),
        reviews_past(pages, today),
        without_wordings(pages, drafts=drafts),
        gone_drafts(pages),
        read_otherwise(pages),
    )

"""The rules of lint by name, and what guidebot.toml says of them under [lint]."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kb.model import Frozen

_Length = Annotated[int, Field(gt=0)]


class Rule(StrEnum):
    """The rules by their names, as `ignore` in guidebot.toml takes them."""

    DEAD_LINK = "dead-link"
    ORPHAN_SEE_ALSO = "orphan-see-also"
    HEADING_TWICE = "heading-twice"
    NO_STEPS = "no-steps"
    LONG_STEP = "long-step"
    LONG_BLOCK = "long-block"
    MISSING_TWIN = "missing-twin"
    TWIN_CODE = "twin-code"
    TWIN_LABEL = "twin-label"
    TWIN_NUMBER = "twin-number"
    VISIBLE_TO = "visible-to"
    REVIEW_PAST = "review-past"
    SECRET = "secret"
    ACCOUNT_ID = "account-id"
    UNREAD = "unread"
    LEFT_OUT = "left-out"
    STRUCTURE = "structure"
    FRONT_MATTER = "front-matter"
    ENCODING = "encoding"
    NO_WORDINGS = "no-wordings"
    GONE_DRAFTS = "gone-drafts"


ADVICE = frozenset(
    {
        Rule.LEFT_OUT,
        Rule.STRUCTURE,
        Rule.FRONT_MATTER,
        Rule.ENCODING,
        Rule.NO_WORDINGS,
        Rule.GONE_DRAFTS,
    }
)
"""Rules that say what would be better; what only they find is nothing that fails."""


class LintOptions(Frozen):
    """Rules to leave out, and how long a step may be: words, or characters in Japanese."""

    ignore: tuple[Rule, ...] = ()
    step_words: _Length = 60
    step_characters: _Length = 160

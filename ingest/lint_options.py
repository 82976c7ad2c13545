"""Lint's rules by name, and their options in guidebot.toml under [lint]."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from kb.model import Frozen

_Length = Annotated[int, Field(gt=0)]


class Rule(StrEnum):
    """The rules by name, as used by `ignore` in guidebot.toml."""

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
"""Rules that only recommend; their findings alone do not make lint fail."""


class LintOptions(Frozen):
    """Rules to skip, and the longest step: in words, or in characters for Japanese.

    The defaults are chosen by hand.
    """

    ignore: tuple[Rule, ...] = ()
    step_words: _Length = 60
    step_characters: _Length = 160

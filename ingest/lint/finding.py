"""What lint can find, and where it was found."""

from __future__ import annotations

from enum import StrEnum

from kb.model import Frozen


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
    REVIEW_PAST = "review-past"
    SECRET = "secret"
    ACCOUNT_ID = "account-id"


class Finding(Frozen):
    """Something in a guide that somebody should look at: a line of a file, and the reason."""

    rule: Rule
    file: str
    line: int
    reason: str

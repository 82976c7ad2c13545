"""What lint can find, and where it was found."""

from __future__ import annotations

from ingest.lint_options import Rule
from kb.model import Frozen


class Finding(Frozen):
    """Something in a guide that somebody should look at: a line of a file, and the reason."""

    rule: Rule
    file: str
    line: int
    reason: str

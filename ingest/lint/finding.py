"""What lint reports, and where."""

from __future__ import annotations

from ingest.lint_options import Rule
from kb.model import Frozen


class Finding(Frozen):
    """Something in a guide that needs attention: file, line and reason."""

    rule: Rule
    file: str
    line: int
    reason: str

"""Removes personal data from questions."""

from __future__ import annotations

import re

from kb.question.redact import redact

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MEMBER = re.compile(r"<?@?\b[UW][A-Z0-9]{7,}\b>?|(?<!\S)@[\w.-]+")


def anonymise(text: str) -> str:
    """Return a text on one line, without secrets, e-mail addresses, member ids and mentions."""
    words: str = redact(text)
    words = _MEMBER.sub("[person]", _ADDRESS.sub("[address]", words))
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())

"""Removes user names and passwords from URLs."""

from __future__ import annotations

import re

# pathlib turns the two slashes of a URL into one.
_OF_WEB = re.compile(r"\b(https?:/{1,2})[^/?#\s]*@", re.IGNORECASE)
_OF_SSH = re.compile(r"\b(ssh://[^/?#\s:@]*):[^/?#\s]*@", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """Return a URL, or a text with URLs, without credentials.

    In http(s) URLs the user, which may be a token, is removed too; ssh URLs keep theirs.
    """
    return _OF_SSH.sub(r"\1@", _OF_WEB.sub(r"\1", text))

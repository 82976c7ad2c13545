"""Web addresses without the names and passwords that stand in some of them."""

from __future__ import annotations

import re

# A path to an address has one slash.
_OF_WEB = re.compile(r"\b(https?:/{1,2})[^/?#\s]*@", re.IGNORECASE)
_OF_SSH = re.compile(r"\b(ssh://[^/?#\s:@]*):[^/?#\s]*@", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """Return an address, or a text with addresses, without the credentials in it.

    Of web addresses the user goes, too, which may be a token; ssh keeps its user.
    """
    return _OF_SSH.sub(r"\1@", _OF_WEB.sub(r"\1", text))

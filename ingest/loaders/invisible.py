"""Invisible characters, which readers do not see and search trips over."""

from __future__ import annotations

import re

# Control characters that end no line, soft hyphens, zero-width spaces, byte-order marks, direction
# controls, language tags and noncharacters: they come along when text is copied.
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0001]"
)
# Two joiners control how neighbouring letters connect (in Arabic, in Indic and related scripts, in
# Mongolian), and which emoji form one.
_JOINING = (
    "\u0600-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u18af\u1a00-\u1aff\u1b00-\u1cff"
    "\ua800-\ua8ff\ua980-\ua9df\uaa00-\uaaff\uabc0-\uabff\ufb50-\ufdff\ufe70-\ufefe"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_PICTURES = (
    "\u200d\ufe0f\u20e3\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
)
_JOINERS = re.compile(
    f"(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])"
    f"|(?<![{_JOINING}{_PICTURES}])\u200d|\u200d(?![{_JOINING}{_PICTURES}])"
)
# After a black flag, tag letters name a country or region; elsewhere they mean nothing.
_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+")


def visible(text: str) -> str:
    """Return a text without invisible characters.

    Joiners that a script or an emoji sequence needs are kept.
    """
    return _TAGS.sub("", _JOINERS.sub("", _NEVER.sub("", text)))

"""Marks in a text that a reader does not see, and a search stumbles over."""

from __future__ import annotations

import re

# Control characters that end no line, soft hyphens, zero-width spaces, byte-order marks, controls
# of the writing direction, tags of languages, and what stands for nothing: they come along when a
# text is copied.
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0001]"
)
# Two marks say how the letters beside them join: in Arabic, in the scripts of India and their
# neighbours, in Mongolian; and which pictures are one.
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
# A country or a region by letters behind a black flag; elsewhere, such letters say nothing.
_TAGS = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+")


def visible(text: str) -> str:
    """Return a text without the marks that a reader does not see.

    What joins letters of scripts that need it, and pictures made of several, is kept.
    """
    return _TAGS.sub("", _JOINERS.sub("", _NEVER.sub("", text)))

"""Takes secrets out of what people paste, before anything else sees it.

What counts as a secret is in kb/question/secrets.
"""

from __future__ import annotations

from kb.model import CleanText
from kb.question.secrets.find import find_secrets

# Nobody asks a longer question, and what comes after has no use for one.
_LONGEST = 10_000
# What is searched is longer, so that no secret is cut in two that only its end would tell.
_SEARCHED = 4 * _LONGEST


def redact(text: str) -> CleanText:
    """Return a text with every secret in it replaced by what it was, such as [AWS secret key].

    Half characters go, too, and of a text that is too long to ask only the beginning stays.
    """
    # Half a character, as a terminal or JSON may pass it on, is more than libraries bear.
    text = text[: _SEARCHED + 1].encode("utf-8", "replace").decode("utf-8")
    kept: list[str] = []
    kinds: list[str] = []
    at = length = 0
    for start, end, kind in find_secrets(text):
        length += start - at
        if length > _LONGEST:
            break
        kept += [text[at:start], f"[{kind}]"]
        length += len(kept[-1])
        kinds.append(kind)
        at = end
    else:
        kept.append(text[at:])
    clean = CleanText(_beginning("".join(kept)))
    clean.secrets = tuple(dict.fromkeys(kinds))
    return clean


def _beginning(text: str) -> str:
    """Return a text, and only its beginning, up to the end of a word, if it is too long to ask."""
    if len(text) <= _LONGEST:
        return text
    words = text[: _LONGEST + 1].rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else text[:_LONGEST]

"""Redacts secrets from what people paste, before anything else sees it.

kb/question/secrets says what counts as a secret.
"""

from __future__ import annotations

from kb.model import CleanText
from kb.question.secrets.find import find_secrets

# Nobody asks a longer question, and nothing downstream could use one. Chosen by hand.
_MAX_CHARACTERS = 10_000
# More is scanned, so that cutting off does not hide the end by which a secret is recognised.
_SCANNED_CHARACTERS = 4 * _MAX_CHARACTERS


def redact(text: str) -> CleanText:
    """Return a text with each secret replaced by its kind, such as [private key].

    Lone surrogates are replaced, and a text longer than 10,000 characters is cut off.
    """
    # Terminals and JSON may pass on lone surrogates, which libraries cannot encode.
    text = text[: _SCANNED_CHARACTERS + 1].encode("utf-8", "replace").decode("utf-8")
    kept: list[str] = []
    kinds: list[str] = []
    at = length = 0
    for start, end, kind in find_secrets(text):
        length += start - at
        if length > _MAX_CHARACTERS:
            break
        kept += [text[at:start], f"[{kind}]"]
        length += len(kept[-1])
        kinds.append(kind)
        at = end
    else:
        kept.append(text[at:])
    clean = CleanText(_cut_off("".join(kept)))
    clean.secrets = tuple(dict.fromkeys(kinds))
    return clean


def _cut_off(text: str) -> str:
    """Return a text, cut off at the end of a word if it is too long."""
    if len(text) <= _MAX_CHARACTERS:
        return text
    words = text[: _MAX_CHARACTERS + 1].rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else text[:_MAX_CHARACTERS]

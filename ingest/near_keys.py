"""Front-matter keys that are nearly ours: which must not be ignored, and what was meant.

Other tools have keys of their own, so most unknown keys are harmless. But a misspelled
`visible_to` must not make a restricted guide public.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Any

# No other tool has these. The threshold is difflib's ratio: "visible_in" has 0.78, but other tools'
# "visibility" 0.74; "also_ask" has 0.88, "also_see" 0.75.
_OURS_ALONE = {"visible_to": 0.75, "also_asked": 0.85}

# difflib's ratio from which another key is likely to be a misspelling; chosen by hand.
_LIKELY = 0.8
# Levels of nested keys that are searched; chosen by hand.
_DEEPEST = 8


def meant_by(key: str, value: object = None) -> str | None:
    """Return which of our unique keys a differently written key means, or None.

    A number or boolean as its value means another tool's key, such as `visible: true`, unless the
    letters are the same.
    """
    if key in _OURS_ALONE:
        return None
    name = _plain(key)
    for ours, near in _OURS_ALONE.items():
        letters = _plain(ours)
        if len(name) > 2 * len(letters):
            continue
        if letters in name:
            return ours
        # "invisible" is a word of its own.
        alike = name[:1] == letters[:1] and SequenceMatcher(None, name, letters).ratio() >= near
        if alike and not isinstance(value, (bool, int)):
            return ours
    return None


def is_ours_alone(key: str, value: object = None) -> bool:
    """Whether a key is one of our unique keys, however it is written."""
    return key in _OURS_ALONE or meant_by(key, value) is not None


def likely_meant(key: str, keys: Iterable[str]) -> str | None:
    """Return the most similar of some keys to an unknown one, or None."""
    by_name = {_plain(each): each for each in keys}
    return next((by_name[n] for n in get_close_matches(_plain(key), by_name, 1, _LIKELY)), None)


def buried(values: Mapping[Any, Any], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield our keys nested under other tools' keys, where they have no effect, with the latter."""
    for top, value in values.items():
        if str(top) not in known:
            within = _keys_within(value, 0)
            yield from ((str(top), key) for key, inner in within if is_ours_alone(key, inner))


def _keys_within(value: object, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), inner
            yield from _keys_within(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys_within(inner, depth + 1)


def _plain(key: str) -> str:
    folded = unicodedata.normalize("NFKC", key).casefold()
    return "".join(letter for letter in folded if letter.isalnum())

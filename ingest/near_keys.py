"""Keys of front matter that are nearly ours: those that must not be passed over, and what is meant.

Other tools have keys of their own, so most that are unknown say nothing. But who may know of a
guide must not hang on a hyphen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Any

# No other tool has these. From how near on a key is one of them, by difflib: "visible_in" is as
# near as 0.78, and "visibility" of other tools as 0.74; "also_ask" as 0.88, "also_see" as 0.75.
_OURS_ALONE = {"visible_to": 0.75, "also_asked": 0.85}

_LIKELY = 0.8
_DEEPEST = 8


def meant_by(key: str, value: object = None) -> str | None:
    """Return which key of ours alone is meant by one that is not written so, if one is.

    With a number, or a value that is true or false, it is another tool's, such as
    `visible: true`, unless it has the same letters.
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
    """Whether a key is one of ours alone, however it is written."""
    return key in _OURS_ALONE or meant_by(key, value) is not None


def likely_meant(key: str, keys: Iterable[str]) -> str | None:
    """Return which of some keys an unknown one is most like, if it is like one."""
    by_name = {_plain(each): each for each in keys}
    return next((by_name[n] for n in get_close_matches(_plain(key), by_name, 1, _LIKELY)), None)


def buried(values: Mapping[Any, Any], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield our own keys within other tools', where they say nothing, each with that one's."""
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

"""Values of our keys that another tool means differently: they are ignored, with a remark."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from ingest.front_matter import KEYS, LineFinder
from ingest.near_keys import likely_meant
from ingest.parse.dialects.templates import without_templates
from ingest.remark import Remark, RemarkKind

_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_.].*)?$")
_LANGUAGE_KEYS = ("language", "lang", "locale")
_URL = re.compile(r"https?://\S+$")
_OURS = KEYS


class _Foreign(Exception):
    """A value is not one of ours; the text says what was expected."""


def split_known_values(
    values: Mapping[str, Any], line: LineFinder
) -> tuple[dict[str, Any], list[Remark]]:
    """Return the values meant for us, and remarks on the rest."""
    found: dict[str, Any] = {}
    remarks: list[Remark] = []
    language = next((key for key in _LANGUAGE_KEYS if values.get(key)), None)
    for key, value in values.items():
        name = "language" if key == language else str(key)
        if name not in _OURS:
            continue
        # `visible_to` with no one in it is an error, not another tool's value.
        if (value is None or value == "") and name != "visible_to":
            continue
        try:
            found[name] = _READ[name](value) if name in _READ else value
        except _Foreign as error:
            text = f"front matter: {key}: {value!r} is not {error} and is ignored"
            remarks.append(_remark(line((key,)), text))
    foreign = [str(key) for key in values if key not in _OURS and key not in _LANGUAGE_KEYS]
    if foreign:
        named = (f"{key}{_instead(key)}" for key in foreign)
        text = f"these front matter keys have no effect: {', '.join(named)}"
        remarks.append(_remark(min(line((key,)) for key in foreign), text))
    return found, remarks


def _instead(key: str) -> str:
    meant = likely_meant(key, _OURS)
    return f" (did you mean {meant}?)" if meant else ""


def _remark(line: int, text: str) -> Remark:
    return Remark(line=line, kind=RemarkKind.FRONT_MATTER, text=text)


def _title(value: Any) -> str | None:
    return without_templates(_words(value)) or None


def _words(value: Any) -> str:
    if isinstance(value, (str, int, float, date)):
        return str(value)
    raise _Foreign("a text")


def _language(value: Any) -> str:
    match = _LANGUAGE.match(value) if isinstance(value, str) else None
    if not match:
        raise _Foreign("a language such as 'en'")
    return match[1].lower()


def _url(value: Any) -> str:
    if not isinstance(value, str) or not _URL.match(value):
        raise _Foreign("a web address")
    return value


def _review(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)) if isinstance(value, str) else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise _Foreign("a day such as 2027-03-01")


def _keywords(value: Any) -> list[str]:
    if isinstance(value, str):
        return [word.strip() for word in re.split(r"[,、，]", value) if word.strip()]
    if not isinstance(value, list) or any(isinstance(each, (list, dict)) for each in value):
        raise _Foreign("a list of words")
    return [str(each) for each in value if each is not None]


def _sections(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Foreign("a mapping of sections to their metadata")
    return value


def _synonyms(value: Any) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(group, list) for group in value):
        raise _Foreign("a list of groups of words")
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "id": _words,
    "title": _title,
    "language": _language,
    "url": _url,
    "owner": _words,
    "review": _review,
    "keywords": _keywords,
    "sections": _sections,
    "synonyms": _synonyms,
}

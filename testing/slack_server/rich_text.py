"""Slack's rules for the inside of a ``rich_text`` block."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

MAX_URL = 3000
MAX_INDENT = 8

_STYLES = {"bold", "italic", "strike", "code", "underline"}
_MENTION_STYLES = {"bold", "italic", "strike", "highlight", "client_highlight", "unlink"}
_BROADCASTS = {"here", "channel", "everyone"}

# Of each inline element: the keys that it must have, and those that it may have.
_INLINE: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, {"style"}),
    "link": ({"url"}, {"text", "unsafe", "style"}),
    "emoji": ({"name"}, {"skin_tone", "unicode", "style"}),
    "user": ({"user_id"}, {"style"}),
    "channel": ({"channel_id"}, {"style"}),
    "usergroup": ({"usergroup_id"}, {"style"}),
    "broadcast": ({"range"}, {"style"}),
    "date": ({"timestamp", "format"}, {"url", "fallback", "style"}),
    "color": ({"value"}, {"style"}),
}
_CONTAINERS: dict[str, set[str]] = {
    "rich_text_section": set(),
    "rich_text_quote": {"border"},
    "rich_text_preformatted": {"border", "language"},
    "rich_text_list": {"style", "indent", "offset", "border"},
}


def problems(block: dict[str, Any], at: str) -> Iterator[str]:
    """Every fault of the block's elements, each with the JSON pointer to it."""
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        yield f"must have at least one element [json-pointer:{at}/elements]"
        return
    for i, element in enumerate(elements):
        yield from _container(element, f"{at}/elements/{i}")


def keys(value: dict[str, Any], known: set[str], at: str) -> Iterator[str]:
    """One fault for each key that Slack does not know in this place."""
    for key in value.keys() - known - {"type"}:
        yield f"invalid additional property: {key} [json-pointer:{at}]"


def url(value: Any, at: str, schemes: tuple[str, ...] = ("http", "https", "mailto")) -> str | None:
    if not isinstance(value, str) or not value:
        return f"must be a non-empty URL, not {value!r} [json-pointer:{at}]"
    if len(value) > MAX_URL:
        return f"must be less than {MAX_URL + 1} characters [json-pointer:{at}]"
    try:
        parts = urlsplit(value)
    except ValueError:
        return f"must be a valid URL, not {value!r} [json-pointer:{at}]"
    located = parts.path if parts.scheme == "mailto" else parts.netloc
    if parts.scheme not in schemes or not located or any(c.isspace() for c in value):
        return f"must be a valid {'/'.join(schemes)} URL, not {value!r} [json-pointer:{at}]"
    return None


def _container(element: Any, at: str) -> Iterator[str]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _CONTAINERS:
        yield f"unsupported type: {kind!r} [json-pointer:{at}/type]"
        return
    yield from keys(element, _CONTAINERS[kind] | {"elements"}, at)
    if element.get("border", 0) not in (0, 1):
        yield f"must be 0 or 1, not {element['border']!r} [json-pointer:{at}/border]"
    if kind == "rich_text_list":
        yield from _list(element, at)
    else:
        only = {"text", "link"} if kind == "rich_text_preformatted" else set(_INLINE)
        yield from _inlines(element.get("elements"), only, at)


def _list(element: dict[str, Any], at: str) -> Iterator[str]:
    if element.get("style") not in ("ordered", "bullet"):
        yield f"must be ordered or bullet, not {element.get('style')!r} [json-pointer:{at}/style]"
    indent = element.get("indent", 0)
    if not _whole(indent) or not 0 <= indent <= MAX_INDENT:
        yield f"must be between 0 and {MAX_INDENT}, not {indent!r} [json-pointer:{at}/indent]"
    offset = element.get("offset", 0)
    if not _whole(offset) or offset < 0:
        yield f"must be 0 or more, not {offset!r} [json-pointer:{at}/offset]"
    items = element.get("elements")
    if not isinstance(items, list) or not items:
        yield f"must have at least one item [json-pointer:{at}/elements]"
        return
    for i, item in enumerate(items):
        here = f"{at}/elements/{i}"
        if not isinstance(item, dict) or item.get("type") != "rich_text_section":
            yield f"a list item must be a rich_text_section [json-pointer:{here}]"
        else:
            yield from _container(item, here)


def _inlines(elements: Any, only: set[str], at: str) -> Iterator[str]:
    if not isinstance(elements, list):
        yield f"must be an array [json-pointer:{at}/elements]"
        return
    for i, element in enumerate(elements):
        here = f"{at}/elements/{i}"
        kind = element.get("type") if isinstance(element, dict) else None
        if kind not in only:
            yield f"unsupported type: {kind!r} [json-pointer:{here}/type]"
        else:
            yield from _inline(element, here)


def _inline(element: dict[str, Any], at: str) -> Iterator[str]:
    kind = element["type"]
    required, optional = _INLINE[kind]
    yield from keys(element, required | optional, at)
    for key in sorted(required - {"timestamp"}):
        if not isinstance(element.get(key), str) or not element[key]:
            yield f"must be a non-empty string [json-pointer:{at}/{key}]"
    if kind == "date" and not _whole(element.get("timestamp")):
        yield f"must be a whole number [json-pointer:{at}/timestamp]"
    if kind == "broadcast" and element.get("range") not in _BROADCASTS:
        yield f"unknown range: {element.get('range')!r} [json-pointer:{at}/range]"
    if "text" in element and kind == "link" and not isinstance(element["text"], str):
        yield f"must be a string [json-pointer:{at}/text]"
    if element.get("url"):
        fault = url(element["url"], f"{at}/url")
        if fault:
            yield fault
    yield from _style(element, at)


def _style(element: dict[str, Any], at: str) -> Iterator[str]:
    if "style" not in element:
        return
    style = element["style"]
    if not isinstance(style, dict):
        yield f"must be an object, not {style!r} [json-pointer:{at}/style]"
        return
    mention = element["type"] in ("user", "channel", "usergroup")
    yield from keys(style, _MENTION_STYLES if mention else _STYLES, f"{at}/style")
    for key, value in style.items():
        if not isinstance(value, bool):
            yield f"must be a boolean, not {value!r} [json-pointer:{at}/style/{key}]"


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

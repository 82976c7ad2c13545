"""Messages as the text that a person reads in Slack, for assertions and for debugging."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Json = Mapping[str, Any]

_INDENT = "    "
_CONTROL = re.compile(r"<([^<>\n]+)>")


def plain(message: Json) -> str:
    """The visible text of a message: its blocks, or its ``text`` when it has none."""
    blocks = message.get("blocks")
    if not blocks:
        return _mrkdwn(str(message.get("text") or ""))
    return "\n".join(_block(block) for block in blocks)


def _block(block: Json) -> str:
    kind = str(block.get("type"))
    render = _BLOCKS.get(kind)
    return render(block) if render else f"[{kind}]"


def _section(block: Json) -> str:
    parts = [block["text"]] if block.get("text") else []
    lines = [_text(part) for part in [*parts, *block.get("fields", [])]]
    if block.get("accessory"):
        lines.append(_element(block["accessory"]))
    return "\n".join(lines)


def _elements(block: Json) -> str:
    return " ".join(_element(element) for element in block.get("elements", []))


def _element(element: Json) -> str:
    kind = element.get("type")
    if kind in ("plain_text", "mrkdwn"):
        return _text(element)
    if kind == "image":
        return _image(element)
    if kind == "feedback_buttons":
        buttons = (element["positive_button"], element["negative_button"])
        return " ".join(_element({"type": "button", **button}) for button in buttons)
    label = _text(element["text"]) if element.get("text") else str(kind)
    return f"[{label}] <{element['url']}>" if element.get("url") else f"[{label}]"


def _image(block: Json) -> str:
    return f"[image: {block.get('alt_text', '')}]"


def _text(value: Json) -> str:
    text = str(value.get("text", ""))
    return _mrkdwn(text) if value.get("type") == "mrkdwn" else text


def _mrkdwn(text: str) -> str:
    return unescape(_CONTROL.sub(_control, text))


def _control(match: re.Match[str]) -> str:
    target, _, label = match.group(1).partition("|")
    if target.startswith(("@", "#")):
        return f"{target[0]}{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:]}"
    # Still escaped here, so that the brackets of the URL are not read as another control.
    return f"{label} &lt;{target}&gt;" if label else f"&lt;{target}&gt;"


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _rich_text(block: Json) -> str:
    return "\n".join(_container(element) for element in block.get("elements", []))


def _container(element: Json) -> str:
    kind = element.get("type")
    if kind == "rich_text_list":
        return _list(element)
    text = _inlines(element)
    if kind == "rich_text_preformatted":
        return f"```\n{text}\n```"
    if kind == "rich_text_quote":
        return _hang(text, "> ", "> ")
    return text.removesuffix("\n")


def _list(element: Json) -> str:
    margin = _INDENT * int(element.get("indent", 0))
    first = int(element.get("offset", 0)) + 1
    lines = []
    for number, item in enumerate(element.get("elements", []), first):
        # Slack shows a. or i. at deeper levels; digits keep assertions the same at every level.
        marker = f"{number}. " if element.get("style") == "ordered" else "• "
        lines.append(_hang(_inlines(item), margin + marker, margin + " " * len(marker)))
    return "\n".join(lines)


def _hang(text: str, first: str, rest: str) -> str:
    head, *tail = text.split("\n")
    return "\n".join([first + head, *(rest + line for line in tail)])


def _inlines(element: Json) -> str:
    return "".join(_inline(inline) for inline in element.get("elements", []))


def _inline(element: Json) -> str:
    kind = str(element.get("type"))
    render = _INLINE.get(kind)
    return render(element) if render else f"[{kind}]"


def _link(element: Json) -> str:
    url, text = element["url"], element.get("text")
    return f"{text} <{url}>" if text and text != url else f"<{url}>"


def _table(block: Json) -> str:
    return "\n".join(" | ".join(_cell(cell) for cell in row) for row in block.get("rows", []))


def _cell(cell: Json) -> str:
    return _rich_text(cell) if cell.get("type") == "rich_text" else str(cell.get("text", ""))


def _task_card(block: Json) -> str:
    sources = [f"{source['text']} <{source['url']}>" for source in block.get("sources") or []]
    return "\n".join([f"[{block['status']}] {block['title']}", *sources])


def _plan(block: Json) -> str:
    return "\n".join([str(block["title"]), *map(_task_card, block.get("tasks") or [])])


def _input(block: Json) -> str:
    options = block["element"].get("options") or []
    return "\n".join([_text(block["label"]), *(f"☐ {_text(each['text'])}" for each in options)])


_INLINE: dict[str, Callable[[Json], str]] = {
    "text": lambda e: str(e["text"]),
    "link": _link,
    "emoji": lambda e: f":{e['name']}:",
    "user": lambda e: f"@{e['user_id']}",
    "channel": lambda e: f"#{e['channel_id']}",
    "usergroup": lambda e: f"@{e['usergroup_id']}",
    "broadcast": lambda e: f"@{e['range']}",
    "date": lambda e: str(e.get("fallback") or e["format"]),
    "color": lambda e: str(e["value"]),
}
_BLOCKS: dict[str, Callable[[Json], str]] = {
    "actions": _elements,
    "context": _elements,
    "context_actions": _elements,
    "divider": lambda _: "---",
    "header": lambda b: _text(b["text"]),
    "image": _image,
    "input": _input,
    "markdown": lambda b: str(b["text"]),
    "plan": _plan,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _task_card,
}

"""What Slack refuses in a message: its own limits, where the SDK's models are laxer."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from . import rich_text

MAX_BLOCKS = 50
MAX_TEXT = 40_000
MAX_VIEW_BLOCKS = 100
MAX_UPDATE_TEXT = 4_000
MAX_MARKDOWN = 12_000
MAX_ID = 255
# Not documented; what is longer does not fit into a card.
MAX_TITLE = 256
# Undocumented; measured by users of chat.postMessage (slackapi/bolt-js issue 2509).
MAX_BLOCK_TEXT = 13_200

# Types with no rules of our own are left to the SDK's models.
_SDK_ONLY = {
    "alert",
    "card",
    "carousel",
    "container",
    "context_actions",
    "file",
    "input",
    "video",
}


@dataclass(frozen=True)
class Rejection:
    error: str
    errors: tuple[str, ...] = ()


def rejection(method: str, params: Mapping[str, Any]) -> Rejection | None:
    """Why Slack would refuse this message, or None when it would take it."""
    text = str(params.get("text") or "")
    markdown = str(params.get("markdown_text") or "")
    try:
        blocks = parsed(params.get("blocks"))
        attachments = parsed(params.get("attachments"))
    except ValueError as problem:
        return Rejection("invalid_blocks_format", (str(problem),))
    if markdown and (text or blocks):
        return Rejection("markdown_text_conflict")
    if not (text or markdown or blocks or attachments):
        return Rejection("no_text")
    longest = MAX_UPDATE_TEXT if method == "chat.update" else MAX_TEXT
    if len(text) > longest or len(markdown) > MAX_MARKDOWN:
        return Rejection("msg_too_long", (f"text of {len(text) or len(markdown)} characters",))
    errors = tuple(block_errors(blocks))
    if errors:
        return Rejection("invalid_blocks", errors)
    total = sum(map(text_length, blocks))
    if total > MAX_BLOCK_TEXT:
        return Rejection("msg_blocks_too_long", (f"{total} characters of block text",))
    return None


def stream_rejection(method: str, params: Mapping[str, Any]) -> Rejection | None:
    """Why Slack would refuse to begin, lengthen or end a stream with this, or None.

    https://docs.slack.dev/reference/methods/chat.stopStream
    """
    markdown = str(params.get("markdown_text") or "")
    try:
        chunks = parsed(params.get("chunks"))
        blocks = parsed(params.get("blocks"))
    except ValueError as problem:
        return Rejection("invalid_blocks_format", (str(problem),))
    if method == "chat.appendStream" and not (markdown or chunks):
        return Rejection("no_text")
    if len(markdown) > MAX_MARKDOWN:
        return Rejection("msg_too_long", (f"text of {len(markdown)} characters",))
    errors = [error for i, chunk in enumerate(chunks) for error in _chunk(chunk, f"/chunks/{i}")]
    if errors:
        return Rejection("invalid_chunks", tuple(errors))
    if blocks and method != "chat.stopStream":
        return Rejection("invalid_arguments", ("blocks come when the stream ends",))
    # The blocks of chunks and those at the end have 50 each.
    errors = list(block_errors(blocks))
    if errors:
        return Rejection("invalid_blocks", tuple(errors))
    total = sum(map(text_length, blocks))
    if total > MAX_BLOCK_TEXT:
        return Rejection("msg_blocks_too_long", (f"{total} characters of block text",))
    return None


def _chunk(chunk: Any, at: str) -> Iterator[str]:
    match chunk.get("type") if isinstance(chunk, dict) else None:
        case "markdown_text":
            yield from rich_text.keys(chunk, {"text"}, at)
            yield from _string(chunk.get("text"), f"{at}/text", MAX_MARKDOWN)
        case "plan_update":
            yield from rich_text.keys(chunk, {"title"}, at)
            yield from _string(chunk.get("title"), f"{at}/title", MAX_TITLE)
        case "task_update":
            known = {"id", "title", "status", "details", "output", "sources"}
            yield from rich_text.keys(chunk, known, at)
            yield from _string(chunk.get("id"), f"{at}/id", MAX_ID)
            yield from _task(chunk, at)
            for key in ("details", "output"):
                if key in chunk:
                    yield from _string(chunk[key], f"{at}/{key}", MAX_MARKDOWN)
        case "blocks":
            yield from rich_text.keys(chunk, {"blocks"}, at)
            yield from block_errors(chunk.get("blocks") or [])
        case kind:
            yield f"unsupported type: {kind!r} [json-pointer:{at}/type]"


def _task(task: dict[str, Any], at: str) -> Iterator[str]:
    """What cards and updates of tasks have in common."""
    yield from _string(task.get("title"), f"{at}/title", MAX_TITLE)
    if task.get("status") not in ("pending", "in_progress", "complete", "error"):
        yield f"unknown status: {task.get('status')!r} [json-pointer:{at}/status]"
    for i, source in enumerate(task.get("sources") or []):
        here = f"{at}/sources/{i}"
        if not isinstance(source, dict) or source.get("type") != "url":
            yield f"must be a url source [json-pointer:{here}]"
            continue
        yield from rich_text.keys(source, {"url", "text"}, here)
        yield from _string(source.get("text"), f"{here}/text", MAX_TITLE)
        fault = rich_text.url(source.get("url"), f"{here}/url", ("http", "https"))
        if fault:
            yield fault


def view_errors(view: dict[str, Any]) -> list[str]:
    """What Slack would refuse of a modal or App Home.

    https://docs.slack.dev/reference/views
    """
    blocks = view.get("blocks") or []
    errors = [] if 1 <= len(blocks) <= MAX_VIEW_BLOCKS else [f"{len(blocks)} blocks in a view"]
    for start in range(0, len(blocks), MAX_BLOCKS):
        errors += block_errors(blocks[start : start + MAX_BLOCKS])
    if view["type"] == "modal":
        errors += _text_object(view.get("title"), "/title", 24, plain_only=True)
        for key in ("submit", "close"):
            if key in view:
                errors += _text_object(view[key], f"/{key}", 24, plain_only=True)
        inputs = any(block.get("type") == "input" for block in blocks)
        if inputs and "submit" not in view:
            errors.append("a view with an input needs submit [json-pointer:/submit]")
    if len(str(view.get("private_metadata") or "")) > 3000:
        errors.append("must be less than 3001 characters [json-pointer:/private_metadata]")
    return errors


def parsed(value: Any) -> list[Any]:
    """A JSON array parameter, which clients send either as an array or as its text."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        value = json.loads(value)
    if not isinstance(value, list):
        raise ValueError(f"must be an array, not {type(value).__name__}")
    return value


def text_length(value: Any) -> int:
    """Characters of text in a block, at any depth; a link without text shows its URL."""
    if isinstance(value, list):
        return sum(map(text_length, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    if value.get("type") == "link" and not own:
        own = value.get("url")
    length = len(own) if isinstance(own, str) else 0
    return length + sum(text_length(v) for v in value.values() if isinstance(v, dict | list))


def block_errors(blocks: list[Any]) -> Iterator[str]:
    if len(blocks) > MAX_BLOCKS:
        yield f"no more than {MAX_BLOCKS} items allowed, not {len(blocks)} [json-pointer:/blocks]"
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        at = f"/blocks/{i}"
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(kind, str) or kind not in _RULES.keys() | _SDK_ONLY:
            yield f"unsupported type: {kind!r} [json-pointer:{at}/type]"
            continue
        yield from _block_id(block, seen, at)
        own = list(_RULES[kind](block, at)) if kind in _RULES else []
        yield from own or _sdk_errors(block, at)
    if sum(block.get("type") == "table" for block in blocks if isinstance(block, dict)) > 1:
        yield "only_one_table_allowed [json-pointer:/blocks]"


def _sdk_errors(block: dict[str, Any], at: str) -> Iterator[str]:
    try:
        model = Block.parse(block)
        if model is None:
            yield f"unsupported type: {block['type']!r} [json-pointer:{at}/type]"
        else:
            model.validate_json()
            # Only to_dict goes on to validate the elements inside of the block.
            model.to_dict()
    except (SlackObjectFormationError, TypeError, KeyError, AttributeError, ValueError) as problem:
        yield f"{problem} [json-pointer:{at}]"


def _block_id(block: dict[str, Any], seen: set[str], at: str) -> Iterator[str]:
    block_id = block.get("block_id")
    if block_id is None:
        return
    if not isinstance(block_id, str) or not 1 <= len(block_id) <= MAX_ID:
        yield f"must be 1 to {MAX_ID} characters [json-pointer:{at}/block_id]"
    elif block_id in seen:
        yield f"duplicate block_id: {block_id} [json-pointer:{at}/block_id]"
    else:
        seen.add(block_id)


def _text_object(value: Any, at: str, most: int, plain_only: bool = False) -> Iterator[str]:
    kind = value.get("type") if isinstance(value, dict) else None
    allowed = {"plain_text": {"text", "emoji"}, "mrkdwn": {"text", "verbatim"}}
    if kind not in allowed or (plain_only and kind != "plain_text"):
        expected = "plain_text" if plain_only else "plain_text or mrkdwn"
        yield f"must be a {expected} object [json-pointer:{at}]"
        return
    yield from rich_text.keys(value, allowed[kind], at)
    yield from _string(value.get("text"), f"{at}/text", most)


def _string(value: Any, at: str, most: int) -> Iterator[str]:
    if not isinstance(value, str) or not value:
        yield f"must be more than 0 characters [json-pointer:{at}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{at}]"


def _elements(block: dict[str, Any], at: str, most: int) -> Iterator[tuple[Any, str]]:
    for i, element in enumerate(block["elements"][: most + 1]):
        yield element, f"{at}/elements/{i}"


def _count(block: dict[str, Any], at: str, most: int) -> Iterator[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        yield f"must have 1 to {most} elements [json-pointer:{at}/elements]"


def _section(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "text", "fields", "accessory", "expand"}, at)
    if "text" not in block and not block.get("fields"):
        yield f"missing required field: text [json-pointer:{at}]"
    if "text" in block:
        yield from _text_object(block["text"], f"{at}/text", 3000)
    fields = block.get("fields", [])
    if not isinstance(fields, list) or len(fields) > 10:
        yield f"must be an array of at most 10 items [json-pointer:{at}/fields]"
        return
    for i, field in enumerate(fields):
        yield from _text_object(field, f"{at}/fields/{i}", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{at}/accessory")


def _header(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "text"}, at)
    yield from _text_object(block.get("text"), f"{at}/text", 150, plain_only=True)


def _context(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "elements"}, at)
    faults = list(_count(block, at, 10))
    yield from faults
    for element, here in [] if faults else _elements(block, at, 10):
        if isinstance(element, dict) and element.get("type") == "image":
            yield from _image(element, here)
        else:
            yield from _text_object(element, here, 3000)


def _actions(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "elements"}, at)
    faults = list(_count(block, at, 25))
    yield from faults
    seen: set[str] = set()
    for element, here in [] if faults else _elements(block, at, 25):
        yield from _element(element, here)
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(action_id, str) and action_id in seen:
            yield f"duplicate action_id: {action_id} [json-pointer:{here}/action_id]"
        elif isinstance(action_id, str):
            seen.add(action_id)


def _element(element: Any, at: str) -> Iterator[str]:
    if not isinstance(element, dict) or not isinstance(element.get("type"), str):
        yield f"must be an element with a type [json-pointer:{at}]"
        return
    if "action_id" in element:
        yield from _string(element["action_id"], f"{at}/action_id", MAX_ID)
    if element["type"] == "image":
        yield from _image(element, at)
    if element["type"] == "button":
        yield from _text_object(element.get("text"), f"{at}/text", 75, plain_only=True)
        if "value" in element:
            yield from _string(element["value"], f"{at}/value", 2000)
        fault = rich_text.url(element["url"], f"{at}/url") if "url" in element else None
        if fault:
            yield fault


def _input(block: dict[str, Any], at: str) -> Iterator[str]:
    known = {"block_id", "label", "element", "optional", "hint", "dispatch_action"}
    yield from rich_text.keys(block, known, at)
    yield from _text_object(block.get("label"), f"{at}/label", 2000, plain_only=True)
    element = block.get("element")
    yield from _element(element, f"{at}/element")
    if isinstance(element, dict) and element.get("type") == "checkboxes":
        yield from _checkboxes(element, f"{at}/element")


def _checkboxes(element: dict[str, Any], at: str) -> Iterator[str]:
    options = element.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= 10:
        yield f"must have 1 to 10 options [json-pointer:{at}/options]"
        return
    for i, option in enumerate(options):
        yield from _text_object(option.get("text"), f"{at}/options/{i}/text", 75)
        yield from _string(option.get("value"), f"{at}/options/{i}/value", 150)
    for i, option in enumerate(element.get("initial_options") or []):
        if option not in options:
            yield f"must be one of the options [json-pointer:{at}/initial_options/{i}]"


def _image(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from _string(block.get("alt_text"), f"{at}/alt_text", 2000)
    if "slack_file" not in block:
        fault = rich_text.url(block.get("image_url"), f"{at}/image_url", ("http", "https"))
        if fault:
            yield fault


def _markdown(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "text"}, at)
    yield from _string(block.get("text"), f"{at}/text", MAX_MARKDOWN)


def _divider(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id"}, at)


def _task_card(block: dict[str, Any], at: str) -> Iterator[str]:
    known = {"block_id", "task_id", "title", "status", "details", "output", "sources"}
    yield from rich_text.keys(block, known, at)
    yield from _string(block.get("task_id"), f"{at}/task_id", MAX_ID)
    yield from _task(block, at)
    for key in ("details", "output"):
        if key in block:
            yield from _rich_text(block[key], f"{at}/{key}")


def _plan(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "title", "tasks"}, at)
    yield from _string(block.get("title"), f"{at}/title", MAX_TITLE)
    for i, task in enumerate(block.get("tasks") or []):
        yield from _task_card(task, f"{at}/tasks/{i}")


def _rich_text(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from rich_text.keys(block, {"block_id", "elements"}, at)
    yield from rich_text.problems(block, at)


def _table(block: dict[str, Any], at: str) -> Iterator[str]:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        yield f"must have 1 to 100 rows [json-pointer:{at}/rows]"
        return
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= 20:
            yield f"must have 1 to 20 cells [json-pointer:{at}/rows/{number}]"
        for cell in row:
            if cell.get("type") == "raw_text":
                yield from _string(cell.get("text"), f"{at}/rows/{number}", MAX_BLOCK_TEXT)


_RULES: dict[str, Callable[[dict[str, Any], str], Iterator[str]]] = {
    "actions": _actions,
    "context": _context,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "plan": _plan,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _task_card,
}

"""What the docs team sees of an ingest: how far it is, what changes, what the gate says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, RichTextBlock
from slack_sdk.models.views import View

from bot.blocks import Message, plain
from bot.rerun import Result, Told
from bot.rich_text import bullet, paragraph, shortened
from kb.catalogue import Words
from kb.model import Span

INGEST = "ingest"
LAST_DIFF = "last_diff"
PUBLISH = "publish"
DISCARD = "discard"

_MOST_LINES = 25
_LONGEST_LINE = 200
_LONGEST_LABEL = 75
_MOST_TITLE = 24


def home_buttons(said: Words) -> ActionsBlock:
    """Return the buttons in App Home: ingest again, and see what changed the last time."""
    return ActionsBlock(
        elements=[
            ButtonElement(text=said.rerun_ingest, action_id=INGEST),
            ButtonElement(text=said.last_diff, action_id=LAST_DIFF),
        ]
    )


def how_far(told: Told, said: Words) -> Message:
    """Return the message while an ingest runs."""
    what = shortened(told.what, _LONGEST_LINE)
    return plain(said.ingest_progress.format(what=what, done=told.done, total=told.total))


def outcome(result: Result, said: Words) -> Message:
    """Return the message when it is done, with buttons if there is something to decide."""
    if result.stopped:
        head = said.ingest_stopped
    else:
        head = said.ingest_held if result.held else said.ingest_done
    buttons = []
    if result.snapshot and (result.held or result.stopped):
        # What the gate is against is published on the command line, by who has looked closely.
        if not result.stopped:
            label = shortened(said.publish, _LONGEST_LABEL)
            buttons.append(
                ButtonElement(text=label, action_id=PUBLISH, value=result.snapshot, style="primary")
            )
        buttons.append(ButtonElement(text=said.discard, action_id=DISCARD, value=result.snapshot))
    blocks: list[Block] = [_bold(head), *_details(result, said)]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    return Message(plain(head).text, tuple(blocks))


def diff_view(result: Result | None, said: Words) -> View:
    """Return the modal with what changed the last time."""
    blocks = [*_details(result, said)] if result else []
    return View(
        type="modal",
        title=shortened(said.last_diff, _MOST_TITLE),
        close=said.close,
        blocks=blocks or list(plain(said.no_diff).blocks),
    )


def _details(result: Result, said: Words) -> Iterator[Block]:
    for title, value in (
        (said.summary, result.summary),
        (said.changes, result.diff),
        (said.gate, result.gate),
    ):
        lines = list(_lines(value))
        if not lines:
            continue
        elements = paragraph([Span(text=title, bold=True)])
        for line in lines[:_MOST_LINES]:
            elements += bullet([Span(text=shortened(line, _LONGEST_LINE))])
        if len(lines) > _MOST_LINES:
            more = said.more_lines.format(count=len(lines) - _MOST_LINES)
            elements += paragraph([Span(text=more)])
        yield RichTextBlock(elements=elements)


def _lines(value: JsonValue, label: str = "") -> Iterator[str]:
    """Yield what the command reports, a line for each thing; what is empty says nothing."""
    before = f"{label}: " if label else ""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _lines(each, f"{label} › {key}" if label else key)
    elif isinstance(value, list):
        for each in value:
            simple = isinstance(each, Mapping) and all(
                not isinstance(part, Mapping | list) for part in each.values()
            )
            if simple and isinstance(each, Mapping):
                parts = [str(part) for part in each.values() if part not in (None, "")]
                yield before + " · ".join(parts)
            else:
                yield from _lines(each, label)
    elif isinstance(value, str):
        yield from (before + line for line in value.splitlines() if line.strip())
    elif value is not None:
        yield f"{before}{_word(value)}"


def _word(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


def _bold(text: str) -> RichTextBlock:
    return RichTextBlock(elements=paragraph([Span(text=text, bold=True)]))

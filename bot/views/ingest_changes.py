"""What the docs team sees of an ingest: how far it is, what changes, what the gate says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    PlainTextObject,
    RichTextBlock,
)
from slack_sdk.models.views import View

from bot.operations.ingest_runner import Result
from bot.views.answer import Message, plain
from bot.views.rich_text import paragraph, shortened, titled_list
from bot.views.wordings import review_button
from bot.words.words import SlackWords
from kb.ingest_result import ChangeKind, Diff, GateReport, PendingDrafts, TaskState
from kb.model import Span

INGEST = "ingest"
LAST_DIFF = "last_diff"
PUBLISH = "publish"
DISCARD = "discard"

_MOST_LINES = 20
_LONGEST_LINE = 200
_LONGEST_LABEL = 75
_MOST_TITLE = 24


def home_buttons(said: SlackWords, *, may_ingest: bool) -> list[Block]:
    """Return the buttons in App Home: ingest again, and see what changed the last time.

    Where no guides are named to ingest, it says how to name them.
    """
    if may_ingest:
        ingest = ButtonElement(text=said.rerun_ingest, action_id=INGEST)
        return [ActionsBlock(elements=[ingest, _last_diff(said)])]
    explained = ContextBlock(elements=[PlainTextObject(text=said.ingest_unnamed, emoji=False)])
    return [explained, ActionsBlock(elements=[_last_diff(said)])]


def _last_diff(said: SlackWords) -> ButtonElement:
    return ButtonElement(text=said.last_diff, action_id=LAST_DIFF)


def how_far(told: TaskState, said: SlackWords) -> Message:
    """Return the message while an ingest runs."""
    what = shortened(told.what, _LONGEST_LINE)
    return plain(said.ingest_progress.format(what=what, done=told.done, total=told.total))


def outcome(result: Result, said: SlackWords, pending: Sequence[PendingDrafts] = ()) -> Message:
    """Return the message when it is done, with buttons if there is something to decide.

    `pending` are the drafted wordings that wait.
    """
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
    if pending:
        blocks.append(review_button(pending, said))
    return Message(plain(head).text, tuple(blocks))


def diff_view(result: Result | None, said: SlackWords) -> View:
    """Return the modal with what changed the last time."""
    blocks = [*_details(result, said)] if result else []
    return View(
        type="modal",
        title=shortened(said.last_diff, _MOST_TITLE),
        close=said.close,
        blocks=blocks or list(plain(said.no_diff).blocks),
    )


def _details(result: Result, said: SlackWords) -> Iterator[Block]:
    summary = result.summary
    counts = said.counts.format(guides=summary.guides, sections=summary.sections)
    left_out = [said.source_left_out.format(error=error) for error in summary.left_out]
    yield _list(said.summary, [counts, *left_out], said)
    yield _list(said.changes, [*_changes(result.diff, said)] or [said.no_changes], said)
    if result.gate:
        yield _list(said.gate, [*_judgement(result.gate, said)], said)


def _changes(diff: Diff, said: SlackWords) -> Iterator[str]:
    for guide in diff.guides:
        if guide.kind is not ChangeKind.SAME:
            yield f"{guide.title} ({guide.language}): {said.kind(guide.kind)}"
        for section in guide.sections:
            kinds = [said.kind(kind) for kind in section.kinds if kind is not ChangeKind.SAME]
            if kinds:
                before = f" ← {section.before}" if section.before else ""
                yield f"{guide.title} › {section.heading}{before}: {', '.join(kinds)}"


def _judgement(gate: GateReport, said: SlackWords) -> Iterator[str]:
    before = "–" if gate.right_before is None else gate.right_before
    yield said.right.format(before=before, after=gate.right_after, questions=gate.questions)
    for change in gate.changes:
        if change.worse:
            yield f"{change.question}: {change.worse}"


def _list(title: str, lines: Sequence[str], said: SlackWords) -> RichTextBlock:
    return titled_list(title, lines, _MOST_LINES, said.more_lines)


def _bold(text: str) -> RichTextBlock:
    return RichTextBlock(elements=paragraph([Span(text=text, bold=True)]))

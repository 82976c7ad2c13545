"""What the docs team sees of an ingest: progress, changes, and the gate's verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    RichTextBlock,
)
from slack_sdk.models.views import View

from bot.limits import BUTTON_LABEL_CHARS, MODAL_TITLE_CHARS
from bot.operations.ingest_runner import RunResult
from bot.views.message import Message, context_block, plain
from bot.views.rich_text import paragraph, shortened, titled_list
from bot.views.wordings import review_button
from bot.words.words import SlackWords
from kb.ingest_result import ChangeKind, Diff, GateReport, PendingDrafts
from kb.model import Span
from kb.progress import TaskState
from kb.text.counted import Amount

INGEST = "ingest"
LAST_DIFF = "last_diff"
PUBLISH = "publish"
DISCARD = "discard"

# As many as are read in a message; the command line shows all.
_MAX_LINES = 20
_MAX_LINE_CHARS = 200


def home_buttons(strings: SlackWords, *, may_ingest: bool) -> list[Block]:
    """Return the buttons in App Home: run the ingest, and see the last changes.

    If no guides are configured, explains how to configure them.
    """
    if may_ingest:
        ingest = ButtonElement(text=strings.rerun_ingest, action_id=INGEST)
        return [ActionsBlock(elements=[ingest, _last_diff(strings)])]
    explained = context_block(strings.ingest_unnamed)
    return [explained, ActionsBlock(elements=[_last_diff(strings)])]


def _last_diff(strings: SlackWords) -> ButtonElement:
    return ButtonElement(text=strings.last_diff, action_id=LAST_DIFF)


def progress_message(update: TaskState, strings: SlackWords) -> Message:
    """Return the message shown while an ingest runs."""
    what = shortened(update.what, _MAX_LINE_CHARS)
    return plain(strings.ingest_progress.format(what=what, done=update.done, total=update.total))


def result_message(
    result: RunResult, strings: SlackWords, pending: Sequence[PendingDrafts] = ()
) -> Message:
    """Return the message shown after an ingest, with buttons if there is something to decide.

    `pending` are the drafted wordings awaiting review.
    """
    if result.stopped:
        head = strings.ingest_stopped
    else:
        head = strings.ingest_held if result.held else strings.ingest_done
    buttons = []
    if result.snapshot and (result.held or result.stopped):
        # Overriding the gate takes a closer look, and the command line.
        if not result.stopped:
            label = shortened(strings.publish, BUTTON_LABEL_CHARS)
            buttons.append(
                ButtonElement(text=label, action_id=PUBLISH, value=result.snapshot, style="primary")
            )
        buttons.append(
            ButtonElement(text=strings.discard, action_id=DISCARD, value=result.snapshot)
        )
    blocks: list[Block] = [_bold(head), *_details(result, strings)]
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    if pending:
        blocks.append(review_button(pending, strings))
    return Message(plain(head).text, tuple(blocks))


def diff_view(result: RunResult | None, strings: SlackWords) -> View:
    """Return the modal with the last changes."""
    blocks = [*_details(result, strings)] if result else []
    return View(
        type="modal",
        title=shortened(strings.last_diff, MODAL_TITLE_CHARS),
        close=strings.close,
        blocks=blocks or list(plain(strings.no_diff).blocks),
    )


def _details(result: RunResult, strings: SlackWords) -> Iterator[Block]:
    summary = result.summary
    counts = strings.counts.format(guides=Amount(summary.guides), sections=Amount(summary.sections))
    left_out = [strings.source_left_out.format(error=error) for error in summary.left_out]
    yield _list(strings.summary, [counts, *left_out], strings)
    yield _list(strings.changes, [*_changes(result.diff, strings)] or [strings.no_changes], strings)
    if result.gate:
        yield _list(strings.gate, [*_judgement(result.gate, strings)], strings)


def _changes(diff: Diff, strings: SlackWords) -> Iterator[str]:
    for guide in diff.guides:
        if guide.kind is not ChangeKind.SAME:
            yield f"{guide.title} ({guide.language}): {strings.kind(guide.kind)}"
        for section in guide.sections:
            kinds = [strings.kind(kind) for kind in section.kinds if kind is not ChangeKind.SAME]
            if kinds:
                before = f" ← {section.before}" if section.before else ""
                yield f"{guide.title} › {section.heading}{before}: {', '.join(kinds)}"


def _judgement(gate: GateReport, strings: SlackWords) -> Iterator[str]:
    before = "–" if gate.right_before is None else gate.right_before
    yield strings.right.format(before=before, after=gate.right_after, questions=gate.questions)
    for change in gate.changes:
        if change.worse:
            yield f"{change.question}: {change.worse}"


def _list(title: str, lines: Sequence[str], strings: SlackWords) -> RichTextBlock:
    return titled_list(title, lines, _MAX_LINES, strings.more_lines)


def _bold(text: str) -> RichTextBlock:
    return RichTextBlock(elements=paragraph([Span(text=text, bold=True)]))

"""The docs team's view of wordings: learned ones, drafts, and problems without any."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    HeaderBlock,
    InputBlock,
    Option,
    PlainTextObject,
    RichTextBlock,
)
from slack_sdk.models.views import View

from bot.limits import BUTTON_LABEL_CHARS, CHECKBOXES, MODAL_TITLE_CHARS, OPTION_CHARS
from bot.views.message import plain
from bot.views.rich_text import paragraph, shortened, text_block, titled_list
from bot.words.words import SlackWords
from kb.ingest_result import PendingDrafts
from kb.model import Span
from kb.text.counted import Amount
from kb.wordings.learned import LearnedWording, Standing, by_standing

ACCEPT_WORDING = "accept_wording"
REMOVE_WORDING = "remove_wording"
REVIEW_DRAFTS = "review_drafts"
DRAFTS_VIEW = "drafts"

_KEPT = "kept"
# App Home is read at a glance.
_MAX_TAUGHT = 8
_MAX_ROWS = 8
_MAX_ROW_CHARS = 200
# Well within a view's blocks, and as many as anyone decides on at a time.
_MAX_GROUPS = 40
_MAX_HEADING_CHARS = 150


@dataclass(frozen=True)
class Vocabulary:
    """Learned wordings, and the headings of problems without wordings or never given as an answer.

    `headings` maps the problems ("guide#anchor") visible to the person to their headings.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    taught: Sequence[LearnedWording] = ()
    unworded: Sequence[str] = ()
    never: Sequence[str] = ()


def vocabulary_blocks(vocabulary: Vocabulary, strings: SlackWords) -> Iterator[Block]:
    """Yield App Home's blocks about wordings, with buttons to accept or remove learned ones."""
    for title, headings in (
        (strings.without_wordings, vocabulary.unworded),
        (strings.never_reached, vocabulary.never),
    ):
        if headings:
            counted = f"{title} ({len(headings)})"
            yield titled_list(counted, headings, _MAX_ROWS, strings.more_lines)
    taught = [row for row in by_standing(vocabulary.taught) if row.problem in vocabulary.headings]
    counting = [row for row in taught if row.standing is Standing.COUNTS]
    others = [row for row in taught if row.standing in (Standing.WAITING, Standing.WEAKENED)]
    shown = [*counting[:_MAX_TAUGHT], *others[:_MAX_TAUGHT]]
    if not shown:
        return
    yield HeaderBlock(text=PlainTextObject(text=strings.taught, emoji=False))
    for row in shown:
        counts = strings.taught_counts.format(people=row.people, against=row.against)
        text = f"{row.text} → {vocabulary.headings[row.problem]}"
        yield RichTextBlock(
            elements=paragraph(
                [
                    Span(text=shortened(text, _MAX_ROW_CHARS)),
                    Span(text=f" ({strings.standing(row.standing.value)}; {counts})"),
                ]
            )
        )
        yield ActionsBlock(elements=_rulings(row, strings))
    if left := len(counting) + len(others) - len(shown):
        yield text_block(strings.more_lines.format(count=Amount(left)))


def review_button(pending: Sequence[PendingDrafts], strings: SlackWords) -> ActionsBlock:
    """Return the button that opens the drafts awaiting review."""
    count = sum(len(problem.also_asked) for problem in pending)
    label = shortened(strings.review_drafts.format(count=count), BUTTON_LABEL_CHARS)
    return ActionsBlock(elements=[ButtonElement(text=label, action_id=REVIEW_DRAFTS)])


def drafts_view(pending: Sequence[PendingDrafts], strings: SlackWords) -> View:
    """Return the modal with a checkbox for each drafted wording, all of them ticked."""
    groups = list(_groups(pending))
    if not groups:
        return waiting_view(strings.no_drafts, strings)
    blocks: list[Block] = [text_block(strings.drafts_how)]
    for heading, id, texts in groups[:_MAX_GROUPS]:
        options = [Option(value=_key(text), text=_label(text)) for text in texts]
        boxes = CheckboxesElement(action_id=_KEPT, options=options, initial_options=options)
        label = PlainTextObject(text=shortened(heading, _MAX_HEADING_CHARS), emoji=False)
        blocks.append(InputBlock(block_id=id, label=label, element=boxes, optional=True))
    if len(groups) > _MAX_GROUPS:
        blocks.append(text_block(strings.drafts_later))
    return View(
        type="modal",
        callback_id=DRAFTS_VIEW,
        title=shortened(strings.drafts, MODAL_TITLE_CHARS),
        submit=strings.drafts_keep,
        close=strings.cancel,
        blocks=blocks,
    )


def waiting_view(text: str, strings: SlackWords) -> View:
    """Return a modal with a text alone, such as that the drafts are loading."""
    return View(
        type="modal",
        title=shortened(strings.drafts, MODAL_TITLE_CHARS),
        close=strings.close,
        blocks=list(plain(text).blocks),
    )


def decided(
    state: Mapping[str, Any], pending: Sequence[PendingDrafts]
) -> list[tuple[PendingDrafts, tuple[str, ...]]]:
    """Return the problems whose drafts were all shown in a modal, with those left ticked.

    `state` holds the submitted view's values. Drafts that no longer exist are ignored.
    """
    found: list[tuple[PendingDrafts, tuple[str, ...]]] = []
    for problem in pending:
        ids = [id for _, id, _ in _groups([problem])]
        if not ids or any(id not in state for id in ids):
            continue
        ticked = {
            option["value"]
            for id in ids
            for option in (state[id].get(_KEPT) or {}).get("selected_options") or []
        }
        kept = tuple(text for text in problem.also_asked if _key(text) in ticked)
        found.append((problem, kept))
    return found


def _groups(pending: Sequence[PendingDrafts]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield heading, block id and wordings, split into groups that fit one set of checkboxes."""
    for problem in pending:
        for begin in range(0, len(problem.also_asked), CHECKBOXES):
            texts = problem.also_asked[begin : begin + CHECKBOXES]
            name = "\n".join((problem.source, problem.anchor, *texts))
            yield problem.heading, _key(name), texts


def _rulings(row: LearnedWording, strings: SlackWords) -> list[ButtonElement]:
    remove = ButtonElement(text=strings.remove, action_id=REMOVE_WORDING, value=row.id)
    if row.standing is Standing.COUNTS:
        return [remove]
    return [ButtonElement(text=strings.accept, action_id=ACCEPT_WORDING, value=row.id), remove]


def _label(text: str) -> PlainTextObject:
    return PlainTextObject(text=shortened(text, OPTION_CHARS), emoji=False)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]

"""What the docs team sees of wordings: what people taught, what was drafted, what has none."""

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

from bot.views.answer import plain
from bot.views.rich_text import paragraph, shortened, titled_list
from bot.words.words import SlackWords
from kb.ingest_result import PendingDrafts
from kb.model import Span
from kb.wordings.learned import LearnedWording, Standing, by_standing

ACCEPT_WORDING = "accept_wording"
REMOVE_WORDING = "remove_wording"
REVIEW_DRAFTS = "review_drafts"
DRAFTS_VIEW = "drafts"

_KEPT = "kept"
_MOST_TAUGHT = 8
_MOST_ROWS = 8
_LONGEST_ROW = 200
# A modal takes a hundred blocks, a group ten boxes, a box 75 characters.
_MOST_GROUPS = 40
_MOST_BOXES = 10
_LONGEST_LABEL = 75
_LONGEST_HEADING = 150
_MOST_TITLE = 24


@dataclass(frozen=True)
class Vocabulary:
    """What people taught, and the headings of problems without wordings, or never the answer.

    `headings` are those of the problems ("guide#anchor") that the person may know of.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    taught: Sequence[LearnedWording] = ()
    unworded: Sequence[str] = ()
    never: Sequence[str] = ()


def vocabulary_blocks(found: Vocabulary, said: SlackWords) -> Iterator[Block]:
    """Yield what App Home says of wordings; what people taught has buttons for the team's word."""
    for title, headings in (
        (said.without_wordings, found.unworded),
        (said.never_reached, found.never),
    ):
        if headings:
            counted = f"{title} ({len(headings)})"
            yield titled_list(counted, headings, _MOST_ROWS, said.more_lines)
    taught = [row for row in by_standing(found.taught) if row.problem in found.headings]
    counting = [row for row in taught if row.standing is Standing.COUNTS]
    others = [row for row in taught if row.standing in (Standing.WAITING, Standing.WEAKENED)]
    shown = [*counting[:_MOST_TAUGHT], *others[:_MOST_TAUGHT]]
    if not shown:
        return
    yield HeaderBlock(text=PlainTextObject(text=said.taught, emoji=False))
    for row in shown:
        counts = said.taught_counts.format(people=row.people, against=row.against)
        text = f"{row.text} → {found.headings[row.problem]}"
        yield RichTextBlock(
            elements=paragraph(
                [
                    Span(text=shortened(text, _LONGEST_ROW)),
                    Span(text=f" ({said.standing(row.standing.value)}; {counts})"),
                ]
            )
        )
        yield ActionsBlock(elements=_rulings(row, said))
    if left := len(counting) + len(others) - len(shown):
        yield _plain(said.more_lines.format(count=left))


def review_button(pending: Sequence[PendingDrafts], said: SlackWords) -> ActionsBlock:
    """Return the button that opens the drafts that wait."""
    count = sum(len(problem.also_asked) for problem in pending)
    label = shortened(said.review_drafts.format(count=count), _LONGEST_LABEL)
    return ActionsBlock(elements=[ButtonElement(text=label, action_id=REVIEW_DRAFTS)])


def drafts_view(pending: Sequence[PendingDrafts], said: SlackWords) -> View:
    """Return the modal with a box for each drafted wording, all of them ticked."""
    groups = list(_groups(pending))
    if not groups:
        return waiting_view(said.no_drafts, said)
    blocks: list[Block] = [_plain(said.drafts_how)]
    for heading, id, texts in groups[:_MOST_GROUPS]:
        options = [Option(value=_key(text), text=_label(text)) for text in texts]
        boxes = CheckboxesElement(action_id=_KEPT, options=options, initial_options=options)
        label = PlainTextObject(text=shortened(heading, _LONGEST_HEADING), emoji=False)
        blocks.append(InputBlock(block_id=id, label=label, element=boxes, optional=True))
    if len(groups) > _MOST_GROUPS:
        blocks.append(_plain(said.drafts_later))
    return View(
        type="modal",
        callback_id=DRAFTS_VIEW,
        title=shortened(said.drafts, _MOST_TITLE),
        submit=said.drafts_keep,
        close=said.cancel,
        blocks=blocks,
    )


def waiting_view(text: str, said: SlackWords) -> View:
    """Return a modal that only says something, such as that the drafts are being read."""
    return View(
        type="modal",
        title=shortened(said.drafts, _MOST_TITLE),
        close=said.close,
        blocks=list(plain(text).blocks),
    )


def decided(
    state: Mapping[str, Any], pending: Sequence[PendingDrafts]
) -> list[tuple[PendingDrafts, tuple[str, ...]]]:
    """Return the problems that a modal showed whole, each with the wordings that stay ticked.

    `state` has the values of a submitted view. What is no longer there is passed over.
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
    """Yield heading, block id and wordings, as many as a group of boxes takes."""
    for problem in pending:
        for begin in range(0, len(problem.also_asked), _MOST_BOXES):
            texts = problem.also_asked[begin : begin + _MOST_BOXES]
            name = "\n".join((problem.source, problem.anchor, *texts))
            yield problem.heading, _key(name), texts


def _rulings(row: LearnedWording, said: SlackWords) -> list[ButtonElement]:
    remove = ButtonElement(text=said.remove, action_id=REMOVE_WORDING, value=row.id)
    if row.standing is Standing.COUNTS:
        return [remove]
    return [ButtonElement(text=said.accept, action_id=ACCEPT_WORDING, value=row.id), remove]


def _plain(text: str) -> RichTextBlock:
    return RichTextBlock(elements=paragraph([Span(text=text)]))


def _label(text: str) -> PlainTextObject:
    return PlainTextObject(text=shortened(text, _LONGEST_LABEL), emoji=False)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]

"""The buttons under a message, and what each tells when it is pressed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextActionsBlock,
    FeedbackButtonObject,
    FeedbackButtonsElement,
)

from bot.question import Place
from bot.views.rich_text import shortened
from bot.words.words import SlackWords
from kb.model import Citation, Frozen
from kb.text.language import with_colon

CHOOSE = re.compile(r"choose:\d+")
SECTION = re.compile(r"section:\d+")
FEEDBACK = "feedback"
HUMAN = "human"
RESOLVE = "resolve"
DELETE = "delete"
SHARE = "share"

_MAX_LABEL_CHARS = 75
_MAX_VALUE_CHARS = 2000


class ButtonTarget(Frozen):
    """What a button knows: the question that its message answers, and perhaps a section.

    `language` is the language that the bot spoke.
    """

    ts: str = ""
    thread_ts: str | None = None
    language: str = "en"
    guide: str = ""
    edition: str = ""
    anchor: str = ""

    def for_citation(self, citation: Citation) -> ButtonTarget:
        """Return the same with the section that a citation names."""
        return self.model_copy(
            update={
                "guide": citation.guide_id,
                "edition": citation.language,
                "anchor": citation.anchor,
            }
        )

    def place(self, channel: str) -> Place:
        """Return where the question is."""
        return Place(channel=channel, ts=self.ts, thread_ts=self.thread_ts)


def parse_target(value: object) -> ButtonTarget | None:
    """Return what a button's value says; None if no button of ours has written it."""
    try:
        return ButtonTarget.model_validate_json(str(value))
    except ValidationError:
        return None


def choices(target: ButtonTarget, citations: Iterable[Citation]) -> list[ActionsBlock]:
    """Return a button for each section that a person can choose."""
    return _row(
        _button(f"choose:{number}", label_of(citation), target.for_citation(citation))
        for number, citation in enumerate(citations)
    )


def under_answer(
    target: ButtonTarget,
    sections: Sequence[Citation],
    strings: SlackWords,
    *,
    human: bool,
    rated: bool = True,
    private: bool = False,
) -> list[ActionsBlock | ContextActionsBlock]:
    """Return what stands under an answer: its sections in full, a human, and how good it is.

    One that is `private`, so that only one person sees it, can be posted, too.
    """
    buttons = _sections(target, sections, strings)
    if private:
        buttons.append(_button(SHARE, strings.post_to_channel, target.for_citation(sections[0])))
    if human:
        buttons.append(_button(HUMAN, strings.ask_human, target))
    return [*_row(buttons), *([_feedback(target, strings)] if rated else [])]


def section_buttons(sections: Iterable[tuple[str, ButtonTarget]]) -> list[ActionsBlock]:
    """Return a button for each section, by its heading, that shows the section in full."""
    return _row(
        _button(f"section:{number}", heading, target)
        for number, (heading, target) in enumerate(sections)
    )


def one_button(
    action: str, label: str, target: ButtonTarget, style: str | None = None
) -> ActionsBlock:
    """Return a single button."""
    element = ButtonElement(
        text=label[:_MAX_LABEL_CHARS], action_id=action, value=_value(target), style=style
    )
    return ActionsBlock(elements=[element])


def rating(value: object) -> tuple[bool, ButtonTarget] | None:
    """Return whether a feedback button was the good one, and what it knows."""
    mark, _, rest = str(value).partition(":")
    target = parse_target(rest)
    return (mark == "good", target) if target and mark in ("good", "bad") else None


def pressed(body: dict[str, Any]) -> dict[str, Any]:
    """Return the action of an interaction's payload."""
    actions: list[dict[str, Any]] = body.get("actions") or [{}]
    return actions[0]


def _sections(
    target: ButtonTarget, sections: Sequence[Citation], strings: SlackWords
) -> list[ButtonElement | None]:
    several = len(sections) > 1
    buttons = []
    for number, citation in enumerate(sections):
        label = strings.whole_section
        if several:
            label = with_colon(label) + label_of(citation)
        buttons.append(_button(f"section:{number}", label, target.for_citation(citation)))
    return buttons


def _feedback(target: ButtonTarget, strings: SlackWords) -> ContextActionsBlock:
    def button(mark: str, text: str) -> FeedbackButtonObject:
        return FeedbackButtonObject(
            text=text, accessibility_label=text, value=f"{mark}:{_value(target)}"
        )

    return ContextActionsBlock(
        elements=[
            FeedbackButtonsElement(
                action_id=FEEDBACK,
                positive_button=button("good", strings.helped),
                negative_button=button("bad", strings.did_not_help),
            )
        ]
    )


def _row(buttons: Iterable[ButtonElement | None]) -> list[ActionsBlock]:
    kept = [button for button in buttons if button]
    return [ActionsBlock(elements=kept)] if kept else []


def _button(action: str, label: str, target: ButtonTarget) -> ButtonElement | None:
    value = _value(target)
    if len(value) > _MAX_VALUE_CHARS:
        return None
    return ButtonElement(text=shortened(label, _MAX_LABEL_CHARS), action_id=action, value=value)


def label_of(citation: Citation) -> str:
    """Return what a button says that stands for a problem."""
    if citation.about:
        return shortened(citation.about, _MAX_LABEL_CHARS)
    headings = (heading for heading in reversed(citation.path) if heading.strip())
    return shortened(next(headings, citation.place), _MAX_LABEL_CHARS)


def _value(target: ButtonTarget) -> str:
    return target.model_dump_json(exclude_defaults=True)

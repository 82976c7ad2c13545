"""The buttons under a message, and the values they carry."""

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

from bot.limits import BUTTON_LABEL_CHARS, BUTTON_VALUE_CHARS
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


class ButtonTarget(Frozen):
    """What a button refers to: the question its message answers, and perhaps a section.

    `language` is the language the bot answered in.
    """

    ts: str = ""
    thread_ts: str | None = None
    language: str = "en"
    guide: str = ""
    edition: str = ""
    anchor: str = ""

    def for_citation(self, citation: Citation) -> ButtonTarget:
        """Return a copy that refers to the section of a citation."""
        return self.model_copy(
            update={
                "guide": citation.guide_id,
                "edition": citation.language,
                "anchor": citation.anchor,
            }
        )

    def place(self, channel: str) -> Place:
        """Return the question's place."""
        return Place(channel=channel, ts=self.ts, thread_ts=self.thread_ts)


def parse_target(value: object) -> ButtonTarget | None:
    """Parse a button's value; None if it is not one of ours."""
    try:
        return ButtonTarget.model_validate_json(str(value))
    except ValidationError:
        return None


def choices(target: ButtonTarget, citations: Iterable[Citation]) -> list[ActionsBlock]:
    """Return a button for each section to choose from."""
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
    """Return the buttons under an answer: its sections in full, a human, and feedback.

    A `private` answer, which only one person sees, can also be posted to the channel.
    """
    buttons = _sections(target, sections, strings)
    if private:
        buttons.append(_button(SHARE, strings.post_to_channel, target.for_citation(sections[0])))
    if human:
        buttons.append(_button(HUMAN, strings.ask_human, target))
    return [*_row(buttons), *([_feedback(target, strings)] if rated else [])]


def section_buttons(sections: Iterable[tuple[str, ButtonTarget]]) -> list[ActionsBlock]:
    """Return a button for each section, labelled with its heading, that shows it in full."""
    return _row(
        _button(f"section:{number}", heading, target)
        for number, (heading, target) in enumerate(sections)
    )


def one_button(
    action: str, label: str, target: ButtonTarget, style: str | None = None
) -> ActionsBlock:
    """Return a single button."""
    element = ButtonElement(
        text=label[:BUTTON_LABEL_CHARS], action_id=action, value=_value(target), style=style
    )
    return ActionsBlock(elements=[element])


def rating(value: object) -> tuple[bool, ButtonTarget] | None:
    """Parse a feedback button's value: whether it was the good one, and its target."""
    mark, _, rest = str(value).partition(":")
    target = parse_target(rest)
    return (mark == "good", target) if target and mark in ("good", "bad") else None


def pressed(body: dict[str, Any]) -> dict[str, Any]:
    """Return the action in an interaction payload."""
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
    if len(value) > BUTTON_VALUE_CHARS:
        return None
    return ButtonElement(text=shortened(label, BUTTON_LABEL_CHARS), action_id=action, value=value)


def label_of(citation: Citation) -> str:
    """Return the label of a button for a problem."""
    if citation.about:
        return shortened(citation.about, BUTTON_LABEL_CHARS)
    headings = (heading for heading in reversed(citation.path) if heading.strip())
    return shortened(next(headings, citation.breadcrumb), BUTTON_LABEL_CHARS)


def _value(target: ButtonTarget) -> str:
    return target.model_dump_json(exclude_defaults=True)

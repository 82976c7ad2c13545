"""Direct messages, replies in threads that the bot is in, and channels that it answers unasked."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.listeners.parts import Parts
from bot.listeners.questions import answering, taking
from bot.question import (
    Question,
    channel_message,
    direct_message,
    names,
    names_somebody,
    thread_reply,
    words_of,
)
from bot.settings import ids


def register(app: App, parts: Parts) -> None:
    """Listen to `message`."""
    unasked = ids(parts.settings.auto_answer_channels)
    answerer, humans = parts.answerer, parts.humans

    def wanted(event: dict[str, Any], me: str) -> Question | None:
        question = direct_message(event)
        if question is not None:
            return question
        question = thread_reply(event)
        if question is not None:
            return question if in_conversation(question, event, me) else None
        return channel_message(event) if event.get("channel") in unasked else None

    def in_conversation(question: Question, event: dict[str, Any], me: str) -> bool:
        """Whether a reply may be for the bot; if it is for somebody else, people talk there."""
        conversations = answerer.conversations
        if not conversations.listens(question.channel, str(question.thread_ts)):
            return False
        if question.text and not names_somebody(event):
            return True
        # A picture, or words for somebody who is named: people help each other here.
        if not names(event, me) and not conversations.has_asked(question):
            conversations.keep_quiet(question)
        return False

    def is_humans_reply(event: dict[str, Any]) -> bool:
        return humans.is_reply(event)

    def handle_reply(event: dict[str, Any], client: WebClient) -> None:
        channel, posted, user = event["channel"], event["thread_ts"], event["user"]
        humans.answered(client, channel, posted, user, words_of(event))
        parts.learner.handed_over(channel, posted, user, str(event.get("text") or ""))

    # The first listener whose matchers fit has the event to itself.
    app.event("message", matchers=[is_humans_reply])(handle_reply)
    app.event("message", middleware=[taking(answerer, wanted)])(answering(answerer))

"""Direct messages, replies in the bot's threads, and channels where it answers unasked."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.listeners.questions import answering, claiming
from bot.listeners.services import Services
from bot.question import (
    Question,
    channel_message,
    direct_message,
    mentions_anyone,
    mentions_user,
    text_of,
    thread_reply,
)
from bot.settings import parse_ids


def register(app: App, services: Services) -> None:
    """Register `message`."""
    unasked = parse_ids(services.settings.auto_answer_channels)
    answerer, humans = services.answerer, services.humans

    def wanted(event: dict[str, Any], me: str) -> Question | None:
        question = direct_message(event)
        if question is not None:
            return question
        question = thread_reply(event)
        if question is not None:
            return question if in_conversation(question, event, me) else None
        return channel_message(event) if event.get("channel") in unasked else None

    def in_conversation(question: Question, event: dict[str, Any], me: str) -> bool:
        """Whether a thread reply may be for the bot; if people talk to each other, it withdraws."""
        conversations = answerer.conversations
        if not conversations.listens(question.channel, str(question.thread_ts)):
            return False
        if question.text and not mentions_anyone(event):
            return True
        # A picture, or a message that mentions someone: people are helping each other.
        if not mentions_user(event, me) and not conversations.has_asked(question):
            conversations.mute(question)
        return False

    def is_humans_reply(event: dict[str, Any]) -> bool:
        return humans.is_reply(event)

    def handle_reply(event: dict[str, Any], client: WebClient) -> None:
        channel, posted, user = event["channel"], event["thread_ts"], event["user"]
        humans.on_reply(client, channel, posted, user, text_of(event))
        services.learner.record_human_answer(channel, posted, user, str(event.get("text") or ""))

    # Bolt runs only the first listener that matches.
    app.event("message", matchers=[is_humans_reply])(handle_reply)
    app.event("message", middleware=[claiming(answerer, wanted)])(answering(answerer))

"""What the bot listens to in Slack, one module a surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.answering.access import Access
from bot.answering.answerer import Answerer
from bot.answering.humans import Humans
from bot.answering.learning import Learner
from bot.answering.people import People
from bot.listeners import buttons, commands, home, ingest, mentions, messages, reactions
from bot.memory.store import Store
from bot.operations.ingest_runner import Rerun
from bot.settings import BotSettings, ids
from kb.knowledge_base import KnowledgeBase


@dataclass(frozen=True)
class Parts:
    """What the listeners work with."""

    settings: BotSettings
    knowledge_base: KnowledgeBase
    store: Store
    people: People
    access: Access
    humans: Humans
    answerer: Answerer
    learner: Learner
    rerun: Rerun
    admin: WebClient | None = None


def acknowledge(body: dict[str, Any], ack: Ack, next: Callable[[], None]) -> None:
    """Acknowledge what people press, submit and type at once, whatever its listener then does.

    Bolt would have it wait for a free thread. Events are acknowledged when they are on disk.
    """
    if body.get("type") not in ("event_callback", "url_verification"):
        ack()
    next()


def register(app: App, parts: Parts) -> None:
    """Register every listener."""
    unasked = ids(parts.settings.auto_answer_channels)
    messages.register(app, parts.answerer, parts.humans, parts.learner, unasked)
    mentions.register(app, parts.answerer)
    buttons.register(
        app, parts.knowledge_base, parts.store, parts.humans, parts.learner, parts.admin
    )
    reactions.register(app, parts.humans)
    desk = ingest.Desk(parts.rerun, parts.people, parts.access, parts.answerer.work)
    office = home.Office(
        parts.knowledge_base, parts.store, parts.people, parts.access, parts.learner
    )
    ingest.register(app, desk, office)
    commands.register(
        app, parts.answerer, parts.knowledge_base, parts.store, parts.people, parts.access, desk
    )
    home.register(app, office)

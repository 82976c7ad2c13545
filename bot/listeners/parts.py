"""What the listeners work with."""

from __future__ import annotations

from dataclasses import dataclass

from slack_sdk import WebClient

from bot.answering.access import Access
from bot.answering.answerer import Answerer
from bot.answering.humans import Humans
from bot.answering.learning import Learner
from bot.answering.people import People
from bot.memory.store import Store
from bot.operations.ingest_runner import Rerun
from bot.settings import BotSettings
from kb.knowledge_base import KnowledgeBase


@dataclass(frozen=True)
class Parts:
    """The bot, for its listeners. `admin` may delete other people's messages, if anybody may."""

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

"""The services that listeners depend on."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.access import Access
from bot.answering.answerer import Answerer
from bot.answering.deletion import Deletion
from bot.answering.humans import Humans
from bot.answering.learning import Learner
from bot.answering.people import People
from bot.answering.private import PrivateAnswers
from bot.answering.replies import Replies
from bot.memory.store import Store
from bot.operations.ingest_runner import IngestRunner
from bot.settings import BotSettings
from kb.knowledge_base import KnowledgeBase


@dataclass(frozen=True)
class Services:
    """All of the bot's services, built in bot.app."""

    settings: BotSettings
    knowledge_base: KnowledgeBase
    store: Store
    people: People
    access: Access
    humans: Humans
    replies: Replies
    answerer: Answerer
    private: PrivateAnswers
    deletion: Deletion
    learner: Learner
    ingest_runner: IngestRunner

"""A scripted model behind a server on loopback, and a knowledge base that is handed it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.choosing.model_chooser import open_chooser
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import Settings
from testing.openai_server import ChatServer
from testing.openai_server.models import good

Ask = Callable[..., Answer]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with ChatServer(good) as server:
        yield server


@pytest.fixture
def settings(server: ChatServer, tmp_path: Path) -> Settings:
    return Settings(
        guidebot_home=tmp_path,
        chat_model="openai:scripted",
        chat_base_url=server.url,
        chat_decides="always",
    )


@pytest.fixture
def ask(sample_home: Home, sample: KnowledgeBase, settings: Settings) -> Ask:
    """Asks the sample guides with the model, set otherwise if given."""

    def ask(question: str, before: str = "", **changed: Any) -> Answer:
        heard = changed.pop("progress", lambda _: None)
        changed.setdefault("chat_decides", "always")
        chooser = open_chooser(settings.model_copy(update=changed), sample.embed)
        chat = KnowledgeBase(sample_home, sample._embeddings, chooser=chooser)
        asked_before = redact(before) if before else None
        return chat.ask(redact(question), before=asked_before, progress=heard)

    return ask

"""App Home, and the suggested prompts of the messages tab."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering.access import Access
from bot.answering.people import People
from bot.memory.store import Store
from bot.question import audience_of
from bot.slack.posting import CONNECTION_ERRORS
from bot.views.home import figures, home_view, prompts
from bot.words.catalogue import words
from kb.errors import SnapshotError
from kb.knowledge_base import KnowledgeBase

logger = logging.getLogger(__name__)


def register(
    app: App, knowledge_base: KnowledgeBase, store: Store, people: People, access: Access
) -> None:
    """Listen to `app_home_opened`."""

    def handle_opened(event: dict[str, Any], client: WebClient) -> None:
        user, channel = str(event["user"]), str(event.get("channel") or "")
        language = people.person(client, user).language or "en"
        docs_team = access.is_docs_team(client, user)
        counted = figures(store, docs_team=docs_team)
        try:
            index = knowledge_base.index()
        except SnapshotError:
            index = None
        # What a guide is visible in are channels, and App Home is in none of them.
        audience = audience_of(channel, user)
        headings = index.headings(language, audience) if index else []
        try:
            if event.get("tab") == "messages":
                examples = index.examples(language, audience) if index else []
                suggested = prompts(examples, counted.asked)
                if suggested and channel:
                    client.assistant_threads_setSuggestedPrompts(
                        channel_id=channel,
                        title=words(language).try_asking,
                        prompts=[{"title": text, "message": text} for text in suggested],
                    )
                return
            guides = (
                [g for g in index.snapshot.guides if g.is_visible_to(audience)] if index else []
            )
            view = home_view(
                guides,
                index.snapshot.manifest.created if index else None,
                headings,
                counted,
                language,
                docs_team=docs_team,
            )
            client.views_publish(user_id=user, view=view)
        except (SlackApiError, *CONNECTION_ERRORS):
            logger.exception("App Home could not be shown")

    app.event("app_home_opened")(handle_opened)

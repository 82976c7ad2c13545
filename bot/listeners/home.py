"""App Home, and the suggested prompts in the Messages tab."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from slack_bolt import App, BoltContext
from slack_sdk import WebClient

from bot.actor import Actor, actor_of
from bot.listeners.services import Services
from bot.slack.errors import SLACK_ERRORS
from bot.views.home import Figures, figures, home_view, prompts
from bot.views.wordings import Vocabulary
from bot.words.catalogue import words
from kb.errors import SnapshotError
from kb.model import Audience
from kb.retrieval.search import SearchIndex

logger = logging.getLogger(__name__)


class HomeTab:
    """Publishes App Home."""

    def __init__(self, services: Services) -> None:
        self._knowledge_base = services.knowledge_base
        self._store = services.store
        self._people = services.people
        self._access = services.access
        self._learner = services.learner
        self._ingest_runner = services.ingest_runner

    def suggest_prompts(self, client: WebClient, actor: Actor) -> None:
        """Set the suggested prompts in the Messages tab."""
        language = self._people.person(client, actor.user).language or "en"
        index = self._index()
        examples = index.examples(language, actor.audience) if index else []
        suggested = prompts(examples, figures(self._store, docs_team=False).asked)
        if suggested and actor.channel:
            client.assistant_threads_setSuggestedPrompts(
                channel_id=actor.channel,
                title=words(language).try_asking,
                prompts=[{"title": text, "message": text} for text in suggested],
            )

    def show(self, client: WebClient, actor: Actor) -> None:
        """Publish App Home for a person."""
        language = self._people.person(client, actor.user).language or "en"
        docs_team = self._access.is_docs_team(client, actor.user)
        counted = figures(self._store, docs_team=docs_team)
        index = self._index()
        # Guides are visible per channel, and App Home is in no channel.
        audience = actor.audience
        headings = index.headings(language, audience) if index else []
        guides = [g for g in index.snapshot.guides if g.is_visible_to(audience)] if index else []
        if index:
            counted = counted.within(guides, index.snapshot.manifest.called_now)
        view = home_view(
            guides,
            index.snapshot.manifest.created if index else None,
            headings,
            counted,
            language,
            docs_team=docs_team,
            may_ingest=self._ingest_runner.is_configured,
            vocabulary=self._vocabulary(index, headings, counted, language, audience)
            if docs_team and index
            else None,
        )
        client.views_publish(user_id=actor.user, view=view)

    def rule(self, client: WebClient, actor: Actor, id: str, *, accepted: bool) -> None:
        """Record the docs team's ruling on a learned wording, and refresh App Home."""
        wording = next((each for each in self._learner.wordings() if each.id == id), None)
        if wording:
            self._learner.rule(wording, actor.user, accepted=accepted)
        self.show(client, actor)

    def _vocabulary(
        self,
        index: SearchIndex,
        headings: Sequence[tuple[str, str]],
        counted: Figures,
        language: str,
        audience: Audience | None,
    ) -> Vocabulary:
        reached = {name for name, _ in counted.asked}
        return Vocabulary(
            headings=dict(headings),
            taught=self._learner.wordings(),
            unworded=[heading for _, heading in index.unworded(language, audience)],
            never=[heading for name, heading in headings if name not in reached],
        )

    def _index(self) -> SearchIndex | None:
        try:
            return self._knowledge_base.index()
        except SnapshotError:
            return None


def register(app: App, services: Services) -> None:
    """Register `app_home_opened`."""
    home = HomeTab(services)

    def handle_opened(body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        actor = actor_of(body, context)
        if actor is None:
            return
        try:
            if body["event"].get("tab") == "messages":
                home.suggest_prompts(client, actor)
            else:
                home.show(client, actor)
        except SLACK_ERRORS:
            logger.exception("App Home could not be shown")

    app.event("app_home_opened")(handle_opened)

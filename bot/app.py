"""Wires the bot together."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.access import Access
from bot.answering import Answerer
from bot.humans import Humans
from bot.listeners import Parts, register
from bot.people import People
from bot.settings import BotSettings
from bot.store import Store
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase

_WORKERS = 8
_RATE_LIMIT_RETRIES = 5
_RECOVER_EVERY_SECONDS = 30.0
_FORGET_EVERY_SECONDS = 3600.0

logger = logging.getLogger(__name__)


def assemble(settings: BotSettings, knowledge_base: KnowledgeBase) -> Parts:
    """Return what the listeners work with; opens the database."""
    store = Store(settings.database)
    people = People()
    access = Access(settings, people)
    token = settings.slack_user_token.get_secret_value()
    admin = WebClient(token=token, base_url=settings.slack_api_url) if token else None
    return Parts(
        settings=settings,
        knowledge_base=knowledge_base,
        store=store,
        people=people,
        access=access,
        humans=Humans(store, settings.human_channel, settings.human_group),
        answerer=Answerer(
            knowledge_base,
            store,
            people,
            access,
            human=bool(settings.human_channel),
            may_delete=admin is not None,
        ),
        admin=admin,
    )


def build_app(parts: Parts) -> App:
    """Return the Bolt app with every listener. Does not connect."""
    executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="answer")
    app = App(
        token=parts.settings.slack_bot_token.get_secret_value(),
        # The token is checked when the bot connects, at the address from the settings.
        token_verification_enabled=False,
        listener_executor=executor,
    )
    app.client.base_url = parts.settings.slack_api_url
    # Not the handlers that repeat a call when the connection breaks or Slack fails: Slack may
    # have done what it was to do (bot.posting looks first).
    app.client.retry_handlers = [RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES)]
    register(app, parts)
    return app


def serve(settings: BotSettings, knowledge_base: KnowledgeBase) -> None:
    """Answer questions in Slack until the process is told to stop."""
    parts = assemble(settings, knowledge_base)
    app = build_app(parts)
    handler = SocketModeHandler(app, settings.slack_app_token.get_secret_value())
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # Before the model is loaded, so that a wrong token is told at once.
    identity = app.client.auth_test()
    try:
        knowledge_base.load()
    except NoSnapshotError as error:
        # The bot may start first: the guides are picked up when they are published.
        logger.warning("%s", error)
    handler.connect()  # type: ignore[no-untyped-call]
    logger.info("Connected to Slack as %s in %s.", identity["user"], identity["team"])
    _look_after(parts, app.client, stop)
    logger.info("Stopping.")
    with contextlib.suppress(Exception):
        handler.close()  # type: ignore[no-untyped-call]
    app.listener_runner.listener_executor.shutdown(wait=True)
    parts.store.close()


def _look_after(parts: Parts, client: WebClient, stop: threading.Event) -> None:
    """Until it is time to stop, answer what was left over, and forget what is old."""
    rounds_to_forget = round(_FORGET_EVERY_SECONDS / _RECOVER_EVERY_SECONDS)
    number = 0
    while True:
        if number % rounds_to_forget == 0:
            parts.store.forget_older_than(parts.settings.retention_days)
        parts.answerer.recover(client)
        number += 1
        if stop.wait(_RECOVER_EVERY_SECONDS):
            return

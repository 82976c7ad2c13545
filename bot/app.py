"""Wires the bot together."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.answering import Answerer
from bot.listeners import register
from bot.settings import BotSettings
from bot.store import Store
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase

_WORKERS = 8
_RATE_LIMIT_RETRIES = 5
_RECOVER_EVERY_SECONDS = 30.0

logger = logging.getLogger(__name__)


def build_app(settings: BotSettings, answerer: Answerer, store: Store) -> App:
    """Return the Bolt app with every listener. Does not connect."""
    executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="answer")
    app = App(
        token=settings.slack_bot_token.get_secret_value(),
        # The token is checked when the bot connects, at the address from the settings.
        token_verification_enabled=False,
        listener_executor=executor,
    )
    app.client.base_url = settings.slack_api_url
    # Not the handlers that repeat a call when the connection breaks or Slack fails: Slack may
    # have done what it was to do (bot.posting looks first).
    app.client.retry_handlers = [RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES)]
    register(app, answerer, store)
    return app


def serve(settings: BotSettings, knowledge_base: KnowledgeBase) -> None:
    """Answer questions in Slack until the process is told to stop."""
    store = Store(settings.home.database)
    answerer = Answerer(knowledge_base, store)
    app = build_app(settings, answerer, store)
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
    answerer.recover(app.client)
    while not stop.wait(_RECOVER_EVERY_SECONDS):
        answerer.recover(app.client)
    logger.info("Stopping.")
    with contextlib.suppress(Exception):
        handler.close()  # type: ignore[no-untyped-call]
    app.listener_runner.listener_executor.shutdown(wait=True)
    store.close()

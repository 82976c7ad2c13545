"""Wires the bot together."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.access import Access
from bot.answering import Answerer
from bot.humans import Humans
from bot.listeners import Parts, register
from bot.people import People
from bot.posting import persistently
from bot.sdk_log import mind_sdk_log
from bot.settings import BotSettings
from bot.store import Store
from bot.work import Work
from kb.errors import NoSnapshotError
from kb.knowledge_base import KnowledgeBase

_LISTENERS = 10
_RATE_LIMIT_RETRIES = 5
_RECOVER_EVERY_SECONDS = 30.0
_FORGET_EVERY_SECONDS = 3600.0
_STOP_SECONDS = 20.0

# The SDK reads what waits in the connection by recursion, a level for each of these; at its own
# 1,024 bytes, one message of 40,000 emoji or some hundred events at once break the connection.
_RECEIVE_BYTES = 65_536

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
    """Return the Bolt app with every listener.

    Asks Slack whose the token is, but does not connect. Raises SlackApiError if Slack refuses it.
    """
    client = WebClient(
        token=parts.settings.slack_bot_token.get_secret_value(),
        base_url=parts.settings.slack_api_url,
        # Not the handlers that repeat a call when the connection breaks or Slack fails: Slack may
        # have done what it was to do (bot.posting looks first).
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES)],
    )
    # Bolt would else ask at the first event, and acknowledge and forget it when that fails.
    app = persistently(lambda: _app(client))
    register(app, parts)
    return app


def _app(client: WebClient) -> App:
    mind_sdk_log()
    try:
        return App(client=client, listener_executor=Work(_LISTENERS, "listener"))
    except BoltError as error:
        if isinstance(error.__context__, SlackApiError):
            raise error.__context__ from error
        raise


def serve(settings: BotSettings, knowledge_base: KnowledgeBase) -> None:
    """Answer questions in Slack until the process is told to stop."""
    parts = assemble(settings, knowledge_base)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # Before the model is loaded, so that a wrong token is told at once.
    app = build_app(parts)
    handler = SocketModeHandler(
        app, settings.slack_app_token.get_secret_value(), receive_buffer_size=_RECEIVE_BYTES
    )
    try:
        knowledge_base.load()
    except NoSnapshotError as error:
        # The bot may start first: the guides are picked up when they are published.
        logger.warning("%s", error)
    persistently(handler.connect)
    logger.info("Connected to Slack.")
    _look_after(parts, app.client, stop)
    logger.info("Stopping.")
    with contextlib.suppress(Exception):
        handler.close()  # type: ignore[no-untyped-call]
    _finish(app, parts)


def _finish(app: App, parts: Parts) -> None:
    """Answer what is in hand; what takes too long is answered after the next start."""
    until = time.monotonic() + _STOP_SECONDS
    listeners = app.listener_runner.listener_executor
    assert isinstance(listeners, Work)
    left = listeners.finish(until) + parts.answerer.work.finish(until)
    if left:
        logger.warning("Stopped with %s things to do; questions wait for the next start.", left)
    parts.store.close()


def _look_after(parts: Parts, client: WebClient, stop: threading.Event) -> None:
    """Until it is time to stop, answer what was left over, and forget what is old."""
    rounds_to_forget = round(_FORGET_EVERY_SECONDS / _RECOVER_EVERY_SECONDS)
    number = 0
    while True:
        if number % rounds_to_forget == 0:
            parts.answerer.work.submit(parts.store.forget_older_than, parts.settings.retention_days)
        parts.answerer.work.submit(parts.answerer.recover, client)
        number += 1
        if stop.wait(_RECOVER_EVERY_SECONDS):
            return

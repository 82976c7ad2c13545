"""Wires the bot together."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from filelock import FileLock, Timeout
from slack_bolt import App
from slack_bolt.error import BoltError
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from sqlalchemy.exc import DatabaseError

from bot.answering.access import Access
from bot.answering.answerer import Answerer
from bot.answering.deletion import Deletion
from bot.answering.humans import Humans
from bot.answering.learning import Learner, LearningMode
from bot.answering.people import People
from bot.answering.private import PrivateAnswers
from bot.answering.replies import Replies
from bot.answering.workers import Workers
from bot.listeners import Services, register
from bot.memory.lessons import Lessons
from bot.memory.store import Store
from bot.operations.http import Check, Server, slack_pages, status_pages
from bot.operations.ingest_runner import GUIDEBOT, IngestRunner
from bot.operations.metrics import ErrorCounter, set_gauge_sources
from bot.operations.snapshot_pulls import PULL_EVERY_SECONDS, SnapshotPulls
from bot.settings import BotSettings
from bot.slack.clients import POST_SECONDS
from bot.slack.installs import client_factory, installation_store, oauth_settings
from bot.slack.retries import with_retries
from bot.slack.socket import Socket
from bot.slack.token_check import TokenCheck
from kb.errors import GuidebotError, NoSnapshotError
from kb.knowledge_base import KnowledgeBase
from kb.snapshot.format import current_name
from kb.snapshot.store import SnapshotStore

# Each waits for Slack; whoever presses a button while others wait has their trigger for 3 s.
_LISTENERS = 32
_RATE_LIMIT_RETRIES = 5
_LEARN_EVERY_SECONDS = 2.0
_RECOVER_EVERY_SECONDS = 10.0
_FORGET_EVERY_SECONDS = 3600.0
_ASK_SLACK_EVERY_SECONDS = 10.0
_STOP_SECONDS = 20.0
# How long a bot that is being replaced may take to stop.
_LAST_ONE_SECONDS = 30.0

_READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)

logger = logging.getLogger(__name__)


def assemble(
    settings: BotSettings, knowledge_base: KnowledgeBase, guidebot: Sequence[str] = GUIDEBOT
) -> Services:
    """Return what the listeners work with; opens the database.

    `guidebot` is the command that ingests.
    """
    store = Store(settings.database)
    people = People()
    access = Access(settings, people)
    token = settings.slack_user_token.get_secret_value()
    admin = WebClient(token=token, base_url=settings.slack_api_url) if token else None
    deletion = Deletion(admin)
    replies = Replies(knowledge_base, store, access, deletion, human=bool(settings.human_channel))
    return Services(
        settings=settings,
        knowledge_base=knowledge_base,
        store=store,
        people=people,
        access=access,
        humans=Humans(store, settings.human_channel, settings.human_group),
        replies=replies,
        answerer=Answerer(knowledge_base, store, people, replies),
        private=PrivateAnswers(replies, store, people),
        deletion=deletion,
        learner=Learner(knowledge_base, Lessons(store), LearningMode(settings.learn_wordings)),
        ingest_runner=IngestRunner(settings.home.root / "last-ingest.json", guidebot),
    )


def build_app(services: Services, *, http: bool = False) -> App:
    """Return the Bolt app with every listener.

    With `http` it checks the signatures of Slack's requests. Asks Slack whose the token is, but
    does not connect. Raises SlackApiError if Slack refuses it.
    """
    settings = services.settings
    for name in _READ_BY_BOLT:
        # Bolt would act on these by itself, even where they are empty.
        os.environ.pop(name, None)
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value() or None,
        base_url=settings.slack_api_url,
        timeout=POST_SECONDS,
        # Not the handlers that repeat a call when the connection breaks or Slack fails: Slack may
        # have done what it was to do (bot.slack.posting looks first).
        retry_handlers=[
            ErrorCounter(),
            RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES),
        ],
    )
    secret = settings.slack_signing_secret.get_secret_value() if http else None
    oauth = oauth_settings(settings, services.store.engine) if settings.installs else None

    def ask_whose_token_it_is() -> App:
        return _app(client, secret, oauth)

    # Bolt would else ask at the first event, and acknowledge and forget it when that fails.
    app = with_retries(ask_whose_token_it_is)
    register(app, services)
    return app


def _app(client: WebClient, secret: str | None, oauth: OAuthSettings | None) -> App:
    try:
        return App(
            client=client,
            signing_secret=secret,
            oauth_settings=oauth,
            listener_executor=Workers(_LISTENERS, "listener"),
        )
    except BoltError as error:
        if isinstance(error.__context__, SlackApiError):
            raise error.__context__ from error
        raise


def serve(settings: BotSettings, knowledge_base: KnowledgeBase, http: str = "") -> None:
    """Answer questions in Slack until the process is told to stop.

    Slack's requests come over a socket, or by HTTP to the address `http`. Raises SlackApiError
    if Slack refuses the token.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as running:
        running.enter_context(_single_instance(settings))
        services = assemble(settings, knowledge_base)
        running.callback(services.store.close)
        if not settings.database_url:
            # Whoever was at them is gone: this folder is one process's own.
            services.store.release()
        # Before the model is loaded, so that a wrong token is told at once.
        app = build_app(services, http=bool(http))
        running.callback(_drain, app, services)
        checks = _checks(services)
        # Of several workspaces, one that takes the bot away says nothing of the others.
        token = None if settings.installs else TokenCheck(app.client)
        if token:
            checks["slack"] = token
        set_gauge_sources(services.store.count_unanswered, lambda: _snapshot_age(knowledge_base))
        if settings.status_address:
            running.callback(Server(status_pages(checks), settings.status_address).close)
        pulls = _pulls(settings)
        if pulls and current_name(settings.home.snapshots) is None:
            pulls.refresh()  # else what is here will do until the store was asked
        try:
            knowledge_base.load()
        except NoSnapshotError as error:
            # The bot may start first: the guides are picked up when they are published.
            logger.warning("%s", error)
        socket = None if http else Socket(app, settings.slack_app_token.get_secret_value())
        if http:
            running.callback(Server(slack_pages(app, checks), http).close)
        if socket:
            socket.connect()
            running.callback(socket.close)
            checks["connection"] = socket.check
        _run_periodic_tasks(services, _client_factory(app, services), token, pulls, socket, stop)
        logger.info("Stopping.")


@contextlib.contextmanager
def _single_instance(settings: BotSettings) -> Iterator[None]:
    """Keep a second bot from the same folder; with a database for several, let it be."""
    if settings.database_url:
        yield
        return
    settings.home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home.root / "bot.lock", timeout=_LAST_ONE_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise GuidebotError(
            f"Another bot runs on {settings.home.root}. Stop it first, or give this one a "
            "GUIDEBOT_HOME of its own; several bots can share a DATABASE_URL."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _pulls(settings: BotSettings) -> SnapshotPulls | None:
    """Return what follows the store of shared snapshots, if there is one."""
    if not settings.snapshots_url:
        return None
    store = SnapshotStore(settings.snapshots_url)
    return SnapshotPulls(store, settings.home, settings.snapshots_kept)


def _client_factory(app: App, services: Services) -> Callable[[str | None], WebClient | None]:
    """Return what gives the client for a workspace."""
    if not services.settings.installs:
        return lambda team: app.client
    return client_factory(installation_store(services.settings, services.store.engine), app.client)


def _checks(services: Services) -> dict[str, Check]:
    def database() -> str | None:
        try:
            services.store.check()
        except DatabaseError:
            logger.exception("The database does not answer")
            return "does not answer"
        return None

    def guides() -> str | None:
        try:
            services.knowledge_base.index()
        except GuidebotError as error:
            return str(error)
        return None

    return {"database": database, "guides": guides}


def _snapshot_age(knowledge_base: KnowledgeBase) -> float:
    try:
        created = knowledge_base.index().snapshot.manifest.created
    except GuidebotError:
        return -1.0
    return time.time() - datetime.fromisoformat(created).timestamp()


def _drain(app: App, services: Services) -> None:
    """Answer what is in hand; what takes too long is answered after the next start."""
    deadline = time.monotonic() + _STOP_SECONDS
    services.ingest_runner.stop()
    listeners = app.listener_runner.listener_executor
    assert isinstance(listeners, Workers)
    left = listeners.drain(deadline) + services.answerer.workers.drain(deadline)
    if left:
        logger.warning("Stopped with %s things to do; questions wait for the next start.", left)


def _run_periodic_tasks(
    services: Services,
    client: Callable[[str | None], WebClient | None],
    token: TokenCheck | None,
    pulls: SnapshotPulls | None,
    socket: Socket | None,
    stop: threading.Event,
) -> None:
    """Until it is time to stop: learn, pull, answer what was left over, forget what is old."""
    workers, days = services.answerer.workers, services.settings.retention_days
    rounds: list[tuple[float, Callable[[], object]]] = [
        (_FORGET_EVERY_SECONDS, lambda: services.store.forget_older_than(days)),
        (_RECOVER_EVERY_SECONDS, lambda: services.answerer.recover(client)),
        (_LEARN_EVERY_SECONDS, services.learner.refresh),
    ]
    if token:
        rounds.append((_ASK_SLACK_EVERY_SECONDS, token.refresh))
    if pulls:
        rounds.append((PULL_EVERY_SECONDS, pulls.refresh))
    due = [0.0] * len(rounds)
    while True:
        now = time.monotonic()
        for number, (seconds, task) in enumerate(rounds):
            if now >= due[number]:
                due[number] = now + seconds
                workers.submit(task)
        if socket:
            socket.drop_if_silent()
        if stop.wait(_LEARN_EVERY_SECONDS):
            return

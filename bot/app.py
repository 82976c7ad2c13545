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
from bot.memory.forget import forget_older_than
from bot.memory.lessons import Lessons
from bot.memory.store import Store
from bot.operations.http import HealthCheck, Server, slack_pages, status_pages
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
from kb.snapshot.live import current_name
from kb.snapshot.store import SnapshotStore

# Handlers of interactions call Slack, and a trigger id is valid for 3 s
# (https://docs.slack.dev/interactivity/handling-user-interaction): they must not wait for a thread.
# Chosen by hand.
_LISTENERS = 32
# Each waits as long as Slack says (Retry-After). Chosen by hand.
_RATE_LIMIT_RETRIES = 5
# Fast enough that a lesson is seen at once; each round is one small query.
_LEARN_EVERY_SECONDS = 2.0
# Also renews leases (bot.memory.store).
_RECOVER_EVERY_SECONDS = 10.0
# RETENTION_DAYS counts days, so an hour more hardly matters.
_FORGET_EVERY_SECONDS = 3600.0
# As often as readiness probes typically ask.
_ASK_SLACK_EVERY_SECONDS = 10.0
# Within the 30 s that Kubernetes grants by default.
_STOP_SECONDS = 20.0
# Longer than _STOP_SECONDS, so that a restart waits for the old process.
_LOCK_SECONDS = 30.0

_READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)

logger = logging.getLogger(__name__)


def build_services(
    settings: BotSettings, knowledge_base: KnowledgeBase, guidebot: Sequence[str] = GUIDEBOT
) -> Services:
    """Build the bot's services, and open the database.

    `guidebot` is the command that runs ingests.
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
    """Return the Bolt app with all listeners.

    With `http` it verifies the signatures of Slack's requests. Calls auth.test, but does not
    connect. Raises SlackApiError if Slack rejects the token.
    """
    settings = services.settings
    for name in _READ_BY_BOLT:
        # Bolt reads these itself, and acts even on empty values.
        os.environ.pop(name, None)
    client = WebClient(
        token=settings.slack_bot_token.get_secret_value() or None,
        base_url=settings.slack_api_url,
        timeout=POST_SECONDS,
        # Without the SDK's retries on connection and server errors: the call may have succeeded,
        # so bot.slack.posting looks first.
        retry_handlers=[
            ErrorCounter(),
            RateLimitErrorRetryHandler(max_retry_count=_RATE_LIMIT_RETRIES),
        ],
    )
    secret = settings.slack_signing_secret.get_secret_value() if http else None
    oauth = oauth_settings(settings, services.store.engine) if settings.installs else None

    def authenticated_app() -> App:
        return _app(client, secret, oauth)

    # Otherwise Bolt authenticates at the first event, and drops it if that fails.
    app = with_retries(authenticated_app)
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
    """Answer questions in Slack until the process receives SIGINT or SIGTERM.

    Uses Socket Mode, or listens for Slack's HTTP requests on the address `http`. Raises
    SlackApiError if Slack rejects the token.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as running:
        running.enter_context(_single_instance(settings))
        services = build_services(settings, knowledge_base)
        running.callback(services.store.close)
        if not settings.database_url:
            # The folder belongs to one process, so any lease is a dead one's.
            services.store.release()
        # Before the model is loaded, so that a wrong token is reported at once.
        app = build_app(services, http=bool(http))
        running.callback(_drain, app, services)
        checks = _checks(services)
        # With several workspaces, one revoked token does not make the bot unready.
        token = None if settings.installs else TokenCheck(app.client)
        if token:
            checks["slack"] = token
        set_gauge_sources(services.store.count_unanswered, lambda: _snapshot_age(knowledge_base))
        if settings.status_address:
            running.callback(Server(status_pages(checks), settings.status_address).close)
        pulls = _pulls(settings)
        if pulls and current_name(settings.home.snapshots) is None:
            pulls.refresh()  # otherwise the local snapshot serves until the first pull
        try:
            knowledge_base.load()
        except NoSnapshotError as error:
            # The bot may be started first; it picks up guides as soon as they are published.
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
    """Prevent a second bot in the same folder, unless they share a database."""
    if settings.database_url:
        yield
        return
    settings.home.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home.root / "bot.lock", timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise GuidebotError(
            f"Another bot is running on {settings.home.root}. Stop it first, or give this one a "
            "GUIDEBOT_HOME of its own; several bots can share a DATABASE_URL."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _pulls(settings: BotSettings) -> SnapshotPulls | None:
    """Return the follower of the shared snapshot store, if there is one."""
    if not settings.snapshots_url:
        return None
    store = SnapshotStore(settings.snapshots_url)
    return SnapshotPulls(store, settings.home, settings.snapshots_kept)


def _client_factory(app: App, services: Services) -> Callable[[str | None], WebClient | None]:
    """Return a function from a workspace id to its client."""
    if not services.settings.installs:
        return lambda team: app.client
    return client_factory(installation_store(services.settings, services.store.engine), app.client)


def _checks(services: Services) -> dict[str, HealthCheck]:
    def database() -> str | None:
        try:
            services.store.check()
        except DatabaseError:
            logger.exception("The database does not respond")
            return "does not respond"
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
    """Finish the answers in flight; the rest are answered after the next start."""
    deadline = time.monotonic() + _STOP_SECONDS
    services.ingest_runner.stop()
    listeners = app.listener_runner.listener_executor
    assert isinstance(listeners, Workers)
    left = listeners.drain(deadline) + services.answerer.workers.drain(deadline)
    if left:
        logger.warning("Stopped with %s tasks left; questions wait for the next start.", left)


def _run_periodic_tasks(
    services: Services,
    client: Callable[[str | None], WebClient | None],
    token: TokenCheck | None,
    pulls: SnapshotPulls | None,
    socket: Socket | None,
    stop: threading.Event,
) -> None:
    """Until stopped: learn, pull snapshots, recover questions, delete old data."""
    workers, days = services.answerer.workers, services.settings.retention_days
    tasks: list[tuple[float, Callable[[], object]]] = [
        (_FORGET_EVERY_SECONDS, lambda: forget_older_than(services.store, days)),
        (_RECOVER_EVERY_SECONDS, lambda: services.answerer.recover(client)),
        (_LEARN_EVERY_SECONDS, services.learner.refresh),
    ]
    if token:
        tasks.append((_ASK_SLACK_EVERY_SECONDS, token.refresh))
    if pulls:
        tasks.append((PULL_EVERY_SECONDS, pulls.refresh))
    due = [0.0] * len(tasks)
    while True:
        now = time.monotonic()
        for number, (seconds, task) in enumerate(tasks):
            if now >= due[number]:
                due[number] = now + seconds
                workers.submit(task)
        if socket:
            socket.drop_if_silent()
        if stop.wait(_LEARN_EVERY_SECONDS):
            return

"""A real bot process in front of a loopback Slack."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from bot.answering.access import Access
from bot.answering.answerer import Answerer
from bot.answering.deletion import Deletion
from bot.answering.people import People
from bot.answering.replies import Replies
from bot.memory.store import Store
from bot.settings import BotSettings
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from testing.slack_server import SlackServer
from testing.slack_server.http_mode import SIGNING_SECRET, get
from tests.forked import Forked, fork_guidebot

GUIDEBOT = str(Path(sys.executable).parent / "guidebot")
CONNECTED_SECONDS = 90


@dataclass
class Bot:
    """A `guidebot serve` process and its log."""

    process: Forked | subprocess.Popen[bytes]
    log_path: Path
    home: Home

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


class StartBot(Protocol):
    """Starts a bot on a home folder; `as_typed`, as a person starts it."""

    def __call__(self, home: Home, *, as_typed: bool = False) -> Bot: ...


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A Slack of the test's own."""
    with workspace() as server:
        yield server


@pytest.fixture
def start_bot(slack: SlackServer) -> Iterator[StartBot]:
    """Starts a bot on a home folder, and waits until it is connected."""
    bots: list[Bot] = []

    def start(home: Home, *, as_typed: bool = False) -> Bot:
        bots.append(_start(slack, home, as_typed=as_typed))
        return bots[-1]

    yield start
    for bot in bots:
        with contextlib.suppress(Exception):
            bot.kill()


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home
) -> Iterator[tuple[SlackServer, Bot]]:
    """A bot that several tests ask, each as a person of its own, and its Slack."""
    with start_one(tmp_path_factory.mktemp("running"), sample_home, {}) as found:
        yield found


@contextlib.contextmanager
def start_one(
    folder: Path, source: Home, settings: dict[str, str]
) -> Iterator[tuple[SlackServer, Bot]]:
    """A bot with settings of its own on a copy of a home folder, and its Slack."""
    home = Home(folder)
    copy_home(source, home)
    with workspace() as server:
        bot = _start(server, home, settings)
        try:
            yield server, bot
            assert bot.stop() == 0
        finally:
            bot.kill()


def replies_from(base: KnowledgeBase, store: Store, people: People, **rules: str) -> Replies:
    """What makes replies under some settings, without a process around it."""
    settings = BotSettings.model_validate(rules)
    human = bool(settings.human_channel)
    return Replies(base, store, Access(settings, people), Deletion(), human=human)


def answerer_from(base: KnowledgeBase, store: Store, **rules: str) -> Answerer:
    """What answers questions under some settings, without a process around it."""
    people = People()
    return Answerer(base, store, people, replies_from(base, store, people, **rules))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def start_http(
    home: Home, slack: SlackServer, settings: dict[str, str], *, stops: bool = True
) -> Iterator[tuple[Bot, int]]:
    """A bot that takes Slack's requests by HTTP, and the port that it does so on."""
    port = free_port()
    secret = {"SLACK_SIGNING_SECRET": SIGNING_SECRET, "SLACK_APP_TOKEN": ""}
    bot = _spawn(slack, home, {**secret, **settings}, f"http-{port}", f"--http=127.0.0.1:{port}")
    try:
        _wait_ready(bot, port)
        yield bot, port
        assert not stops or bot.stop() == 0
    finally:
        bot.kill()


def _wait_ready(bot: Bot, port: int) -> None:
    deadline = time.monotonic() + CONNECTED_SECONDS
    while bot.process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if get(port, "/readyz").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"the bot is not ready:\n{bot.log}")


def copy_home(source: Home, target: Home) -> None:
    """Copy what is published, so that it can be written to."""
    shutil.copytree(source.snapshots, target.snapshots)
    shutil.copy(source.embedding_cache, target.embedding_cache)
    if not target.models.exists():
        target.models.symlink_to(source.models.resolve())


@contextlib.contextmanager
def workspace() -> Iterator[SlackServer]:
    """A Slack with some people and a channel, whose rules are kept to the end."""
    with SlackServer() as server:
        for user in ("U1", "U3", "U5"):
            server.add_user(user, "hanako", locale="ja-JP")
        for user in ("U2", "U4", "U6"):
            server.add_user(user, "maria", locale="en-US")
        server.add_channel("C1", "help")
        yield server
        assert server.violations == []


def _start(
    slack: SlackServer,
    home: Home,
    settings: dict[str, str] | None = None,
    *,
    as_typed: bool = False,
) -> Bot:
    opened = slack.connections_opened + 1
    name = str(slack.connections_opened)
    bot = _spawn(slack, home, settings or {}, name, as_typed=as_typed)
    slack.wait_connected(CONNECTED_SECONDS, opened=opened)
    return bot


def _spawn(
    slack: SlackServer,
    home: Home,
    settings: dict[str, str],
    name: str,
    *options: str,
    as_typed: bool = False,
) -> Bot:
    log_path = home.root / f"bot-{name}.log"
    environment = {
        **os.environ,
        **slack.environment,
        **settings,
        "GUIDEBOT_HOME": str(home.root),
    }
    if not as_typed:
        process = fork_guidebot(log_path, "serve", *options, environment=environment)
        return Bot(process, log_path, home)
    with log_path.open("wb") as log:
        command = [GUIDEBOT, "serve", *options]
        typed = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    return Bot(typed, log_path, home)

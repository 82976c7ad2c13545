"""A real bot process in front of a loopback Slack."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.paths import Home
from tests.slack_server import SlackServer

GUIDEBOT = str(Path(sys.executable).parent / "guidebot")
CONNECTED_SECONDS = 90


@dataclass
class Bot:
    """A `guidebot serve` process and its log."""

    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8")

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


StartBot = Callable[[Home], Bot]


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.add_user("U1", "hanako", locale="ja-JP")
        server.add_user("U2", "maria", locale="en-US")
        server.add_channel("C1", "help")
        yield server
        assert server.violations == []


@pytest.fixture
def start_bot(slack: SlackServer, tmp_path: Path) -> Iterator[StartBot]:
    """Starts a bot on a home folder, and waits until it is connected."""
    bots: list[Bot] = []

    def start(home: Home) -> Bot:
        log_path = tmp_path / f"bot-{len(bots)}.log"
        opened = slack.connections_opened + 1
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [GUIDEBOT, "serve"],
                env={**os.environ, **slack.environment, "GUIDEBOT_HOME": str(home.root)},
                stdout=log,
                stderr=log,
            )
        bots.append(Bot(process, log_path))
        slack.wait_connected(CONNECTED_SECONDS, opened=opened)
        return bots[-1]

    yield start
    for bot in bots:
        with contextlib.suppress(Exception):
            bot.kill()

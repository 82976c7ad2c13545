"""What people paste that is secret is kept nowhere, and told to nobody, wherever they paste it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.paths import Home
from testing.openai_server import ChatServer
from testing.openai_server.models import good
from testing.slack_server import SlackServer, plain
from testing.slack_server.http_mode import get
from tests.bot.conftest import Bot, free_port, start_one
from tests.kb.question.secret_corpus import Pasted, secrets

SECRETS = 56
ASKED = "I lost my secret key"


class Everywhere:
    """A bot that logs all that it may, with a model, traces, metrics and humans."""

    def __init__(self, slack: SlackServer, bot: Bot, model: ChatServer, port: int) -> None:
        self.slack, self.bot, self.model, self.port = slack, bot, model, port
        self.traced = bytearray()

    def kept(self) -> bytes:
        """Everything that the bot has written, sent or shown."""
        files = [path for path in self.bot.home.root.rglob("*") if path.is_file()]
        parts = [path.read_bytes() for path in files if "models" not in path.parts]
        calls = [call.params for call in self.slack.calls() if call.method != "auth.test"]
        told = [str(calls), str(self.slack.ephemerals()), str(self.slack.views()), self.bot.log]
        asked = [str(request) for request in self.model.requests]
        metrics = get(self.port, "/metrics").body
        return b"\n".join([*parts, *(t.encode() for t in (*told, *asked, metrics)), self.traced])


def tracer(everywhere: list[Everywhere]) -> type[BaseHTTPRequestHandler]:
    class Langsmith(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            everywhere[0].traced += body
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    return Langsmith


@pytest.fixture
def everywhere(
    tmp_path: Path, sample_home: Home, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Everywhere]:
    found: list[Everywhere] = []
    port = free_port()
    langsmith = ThreadingHTTPServer(("127.0.0.1", 0), tracer(found))
    threading.Thread(target=langsmith.serve_forever, args=(0.01,), daemon=True).start()
    with ChatServer(good) as model:
        settings = {
            "LOG_LEVEL": "DEBUG",
            "HUMAN_CHANNEL": "C9",
            "AUTO_ANSWER_CHANNELS": "C2",
            "QUESTIONS_PER_MINUTE": "999",
            "STATUS_ADDRESS": f"127.0.0.1:{port}",
            "CHAT_MODEL": "openai:scripted",
            "CHAT_BASE_URL": model.url,
            "CHAT_DECIDES": "always",
            "CHAT_TRACING": "langsmith",
            "LANGSMITH_API_KEY": "key",
            "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{langsmith.server_port}",
            # Or else what it sends is packed.
            "LANGSMITH_DISABLE_RUN_COMPRESSION": "true",
        }
        with start_one(tmp_path, sample_home, settings) as (slack, bot):
            slack.add_channel("C2", "ask-guide")
            slack.add_channel("C9", "helpdesk")
            found.append(Everywhere(slack, bot, model, port))
            yield found[0]
    langsmith.shutdown()
    langsmith.server_close()


def chosen() -> list[Pasted]:
    """Return secrets of as many kinds as there are messages."""
    kinds = {pasted.kind: pasted for pasted in secrets(seed=19, each=1)}
    step = len(kinds) / SECRETS
    every = list(kinds.values())
    return [every[int(number * step)] for number in range(SECRETS)]


def paste(everywhere: Everywhere, pasted: list[Pasted]) -> None:
    """Paste secrets wherever the bot reads."""
    slack = everywhere.slack
    texts = iter([f"{ASKED}: {each.text}" for each in pasted])
    sent = slack.direct_message("U2", next(texts))
    answer = slack.wait_until(
        lambda: next(
            (m for m in slack.bot_messages(sent.channel) if "[Not helpful]" in plain(m)), None
        ),
        60,
        "an answer",
    )
    slack.press(sent.channel, answer, "Not helpful", "U2")
    slack.submit(slack.wait_for_view("U2"), "U2", {"comment": next(texts)})
    slack.press(sent.channel, answer, "Ask a human", "U2")
    (passed_on,) = slack.wait_for_messages("C9", 1)
    slack.message("C9", "U4", next(texts), thread_ts=passed_on["ts"])
    mention = slack.mention("C1", "U4", next(texts))
    slack.wait_for_messages("C1", 1, thread_ts=mention.ts, timeout=60)
    slack.edit("C1", mention.ts, next(texts), "U4")
    message = next(m for m in slack.messages("C1") if m["ts"] == mention.ts)
    slack.shortcut("C1", message, "U6", "answer_from_guide")
    ways = itertools.cycle(("thread", "auto", "command", "direct", "mention"))
    for text, way in zip(texts, ways, strict=False):
        if way == "thread":
            slack.message("C1", "U4", text, thread_ts=mention.ts)
        elif way == "auto":
            slack.message("C2", "U6", text)
        elif way == "command":
            slack.command("C1", "U2", "/guide", text)
        elif way == "direct":
            slack.direct_message("U6", text)
        else:
            slack.mention("C1", "U6", text)


def test_no_secret_is_kept_or_told_whatever_it_is_and_wherever_it_is_pasted(
    everywhere: Everywhere,
) -> None:
    pasted = chosen()
    assert len({each.kind for each in pasted}) >= 50
    paste(everywhere, pasted)
    last = everywhere.slack.direct_message("U4", ASKED)
    everywhere.slack.wait_for_messages(last.channel, 1, timeout=60)
    everywhere.slack.wait_until(
        lambda: "guidebot_unanswered_questions 0.0" in get(everywhere.port, "/metrics").body,
        60,
        "the end",
    )
    kept = everywhere.kept()
    assert b"secret key" in kept and everywhere.model.requests and everywhere.traced
    left = [each.kind for each in pasted if each.secret.encode() in kept]
    assert left == []

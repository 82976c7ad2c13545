"""Who may ask, and what is shown where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient

from bot.actor import Actor, home_of
from bot.answering.access import Access
from bot.answering.people import People
from bot.settings import BotSettings
from bot.words.catalogue import words
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from testing.slack_server import SlackServer, plain
from tests.bot.house import open_house
from tests.ingesting import ingest

OPEN_GUIDE = """# Doors

## The door is stuck

1. Push the door with your shoulder.

## The hinge squeaks

Put a drop of oil on the hinge.
"""
HIDDEN_GUIDE = """---
visible_to: [C7]
---
# Vault handbook

## The vault is open at night

1. Wake the treasurer.
2. Turn the wheel of the vault to zero.
"""
HIDDEN = ("Vault handbook", "vault-handbook", "at night", "at-night", "treasurer", "vault.en.md")
QUESTION = "What do I do when the vault is open at night?"


def actor(team: str, channel: str, user: str) -> Actor:
    return Actor(team=team, channel=channel, user=user)


def test_a_guide_is_known_of_only_where_it_may_be(
    home: Home, tmp_path: Path, embeddings: SentenceTransformerEmbeddings
) -> None:
    for name, text in (("doors", OPEN_GUIDE), ("vault", HIDDEN_GUIDE)):
        (tmp_path / f"{name}.en.md").write_text(text, "utf-8")
    ingest([tmp_path / "doors.en.md", tmp_path / "vault.en.md"], home, embeddings)
    settings = {"human_channel": "C9", "auto_answer_channels": "C1,C7", "docs_team": "S1"}
    with open_house(home, embeddings, tmp_path / "bot", **settings) as house:
        slack = house.slack
        slack.add_channel("C7", "treasury")
        slack.add_channel("C9", "helpdesk")
        for number in range(50, 60):
            slack.add_user(f"U{number}", "person", locale="en-US")
        slack.add_group("S1", ["U59"])

        inside = slack.mention("C7", "U50", QUESTION)
        (answer,) = slack.wait_for_messages("C7", 1, thread_ts=inside.ts)
        assert "treasurer" in plain(answer)
        slack.press("C7", answer, "Ask a human", "U50")
        (passed_on,) = slack.wait_for_messages("C9", 1)
        assert "handbook" not in json.dumps(passed_on).replace(QUESTION, "")
        assert "is open at night" not in json.dumps(passed_on).replace(QUESTION, "")

        known = len(slack.calls())
        outside = slack.mention("C1", "U51", "What do I do when the vault is open?")
        in_thread = slack.wait_for_messages("C1", 1, thread_ts=outside.ts)
        direct = slack.direct_message("U51", "What do I do when the vault is open?")
        in_private = slack.wait_for_messages(direct.channel, 1)
        assert in_thread and in_private
        slack.command("C1", "U52", "/guide", "what if the vault is open?")
        assert slack.wait_for_ephemerals("U52")
        for user in ("U53", "U59"):
            slack.open_home(user)
            assert "Doors" in plain(slack.wait_for_view(user))
        slack.open_home("U53", tab="messages")
        slack.wait_until(
            lambda: slack.calls("assistant.threads.setSuggestedPrompts"), 30, "suggested prompts"
        )
        # A button of the channel that may know, as if it was pressed in another.
        slack.press("C1", {**answer, "ts": in_thread[0]["ts"]}, "Show the whole section", "U51")
        assert "no longer in the guides" in plain(slack.wait_for_view("U51"))
        house.settle()
        told = json.dumps([call.params for call in slack.calls()[known:]])
        assert [word for word in HIDDEN if word in told] == []


@pytest.mark.parametrize(
    ("settings", "allowed", "refused"),
    [
        ({"allowed_workspaces": "T0GUIDE"}, ("T0GUIDE", "C1", "U60"), ("T0ELSE", "C1", "U60")),
        ({"allowed_channels": "C1"}, ("T0GUIDE", "C1", "U60"), ("T0GUIDE", "C2", "U60")),
        ({"allowed_channels": "C1"}, ("T0GUIDE", "D1", "U60"), ("T0GUIDE", "C2", "U60")),
        ({"allowed_groups": "S1"}, ("T0GUIDE", "C1", "U60"), ("T0GUIDE", "C1", "U61")),
        ({"allow_guests": "true"}, ("T0GUIDE", "C1", "U62"), ("T0GUIDE", "C1", "U63")),
        ({"allow_external": "true"}, ("T0GUIDE", "C1", "U63"), ("T0GUIDE", "C1", "U62")),
    ],
)
def test_who_may_ask(
    slack: SlackServer,
    settings: dict[str, str],
    allowed: tuple[str, str, str],
    refused: tuple[str, str, str],
) -> None:
    for user in ("U60", "U61"):
        slack.add_user(user, "person")
    slack.add_user("U62", "guest", is_restricted=True)
    slack.add_user("U63", "partner", team="T0OTHER")
    slack.add_group("S1", ["U60"])
    client = WebClient("xoxb-test", base_url=slack.api_url)
    access = Access(BotSettings.model_validate(settings), People())
    assert access.admit(client, actor(*allowed)) is None
    assert access.admit(client, actor(*refused)) is not None


@pytest.mark.parametrize(
    ("settings", "home", "told"),
    [
        # Slack does not answer, and the event says where the person is from.
        ({}, "T0OTHER", "not allowed to answer here"),
        ({}, "T0GUIDE", "couldn't check"),
        ({}, None, "couldn't check"),
        ({"allow_guests": "true"}, "T0GUIDE", None),
        ({"allow_guests": "true"}, None, "couldn't check"),
        ({"allow_external": "true"}, "T0OTHER", None),
        ({"allow_guests": "true", "allow_external": "true"}, None, None),
    ],
)
def test_who_cannot_be_asked_for_is_kept_out_of_what_is_closed(
    slack: SlackServer, settings: dict[str, str], home: str | None, told: str | None
) -> None:
    slack.add_user("U60", "person")
    slack.fail_next("users.info", times=9)
    client = WebClient("xoxb-test", base_url=slack.api_url)
    access = Access(BotSettings.model_validate(settings), People())
    refused = access.admit(client, Actor(team="T0GUIDE", channel="C1", user="U60", home=home))
    if told is None:
        assert refused is None
    else:
        assert refused is not None and told in refused.text(words("en"))


@pytest.mark.parametrize("settings", [{}, {"allow_guests": "true"}, {"allow_external": "true"}])
def test_whom_slack_does_not_know_is_kept_out(slack: SlackServer, settings: dict[str, str]) -> None:
    slack.add_user("U70", "stranger", is_stranger=True)
    client = WebClient("xoxb-test", base_url=slack.api_url)
    access = Access(BotSettings.model_validate(settings), People())
    stranger = Actor(team="T0GUIDE", channel="C1", user="U70", home="T0OTHER")
    assert access.admit(client, stranger) is not None


def test_colleagues_of_another_workspace_of_the_grid_are_colleagues(slack: SlackServer) -> None:
    slack.add_user("U71", "colleague", team="T0SISTER", grid=("T0SISTER", "T0GUIDE"))
    client = WebClient("xoxb-test", base_url=slack.api_url)
    access = Access(BotSettings(), People())
    colleague = Actor(team="T0GUIDE", channel="C1", user="U71", home="T0SISTER")
    assert access.admit(client, colleague) is None


@pytest.mark.parametrize(
    ("body", "home"),
    [
        ({"team_id": "T1", "event": {"user": "U1", "user_team": "T2", "team": "T1"}}, "T2"),
        ({"team_id": "T1", "event": {"user": "U1", "team": "T3"}}, "T3"),
        ({"team_id": "T1", "enterprise_id": "E1", "event": {"user_team": "E1"}}, "T1"),
        ({"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}}, "T2"),
        ({"team_id": "T1", "user_id": "U1"}, "T1"),
        ({"team_id": "T1", "event": {"user": "U1"}}, None),
    ],
)
def test_where_slack_says_somebody_is_from(body: dict[str, Any], home: str | None) -> None:
    assert home_of(body, BoltRequest(body=body, mode="socket_mode").context) == home

"""Pictures of what the bot shows in Slack: `python -m tests.bot.pictures FOLDER`.

A real bot process on the sample guides plays each scene in front of the loopback Slack; a
browser takes the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from kb.settings import DEFAULT_MODEL, Settings
from testing.slack_server import SlackServer
from testing.slack_server.browser import NoBrowserError, find_browser, take_picture
from testing.slack_server.preview import conversation, view
from tests.bot.conftest import start_one
from tests.conftest import SAMPLE_GUIDES
from tests.ingesting import ingest

LOST_KEY_JA = "シークレットキーをなくした"
LOST_KEY = "I lost my secret key"
UNCLEAR = "password"
NOT_COVERED = "How do I reset my Salesforce password?"
NOT_COVERED_JA = "経費精算の締め日はいつですか？"
# Not a real key, and not in one piece, so that nobody takes it for one.
KEY_ID = "AKIA" + "QZ7TX2W4M9B6C3D1"

HELP, HUMANS = "C1", "C9"
_PEOPLE = {"ja": "Hanako", "en": "Maria"}
_SETTINGS = {"HUMAN_CHANNEL": HUMANS, "HUMAN_GROUP": "S9", "DOCS_TEAM": "S1"}
_SECONDS = 30

Scene = Callable[["Stage"], str]
SCENES: dict[str, Scene] = {}


def scene(play: Scene) -> Scene:
    """Register a scene: it plays, and returns the page to take a picture of."""
    SCENES[play.__name__.replace("_", "-")] = play
    return play


class Stage:
    """The Slack that a bot is connected to, and the people who come on one after another."""

    def __init__(self, slack: SlackServer) -> None:
        self.slack = slack
        self.names = {slack.identity.bot_user_id: "Guidebot", HELP: "help", HUMANS: "helpdesk"}
        self.names |= {"S9": "support", "S1": "docs-team"}
        self._count = 0

    def person(self, language: str, name: str | None = None) -> str:
        """Return somebody new who speaks a language."""
        self._count += 1
        user = f"UP{self._count}"
        self.names[user] = name or _PEOPLE[language]
        locale = {"ja": "ja-JP", "en": "en-US"}[language]
        self.slack.add_user(user, self.names[user].lower(), locale=locale)
        return user

    def ask(self, user: str, text: str) -> dict[str, Any]:
        """Ask in a direct message, and return the answer."""
        channel = self.slack.dm_channel(user)
        before = len(self.slack.bot_messages(channel))
        self.slack.direct_message(user, text)
        return self.slack.wait_for_messages(channel, before + 1, timeout=_SECONDS)[-1]

    def press(self, user: str, message: dict[str, Any], label: str) -> None:
        """Press a button in a direct message."""
        self.slack.press(self.slack.dm_channel(user), message, label, user)

    def take_on(self, user: str, question: str, label: str, colleague: str) -> None:
        """Ask for a human, and let a colleague react to the question."""
        channel = self.slack.dm_channel(user)
        self.press(user, self.ask(user, question), label)
        self.slack.wait_for_messages(channel, 2, timeout=_SECONDS)
        self.slack.react(HUMANS, self.slack.bot_messages(HUMANS)[-1]["ts"], colleague)
        self.slack.wait_for_messages(channel, 3, timeout=_SECONDS)

    def direct_messages(self, user: str, language: str = "en") -> str:
        """Return the page of a person's direct messages."""
        messages = self.slack.messages(self.slack.dm_channel(user))
        return conversation("Guidebot", messages, self.names, language=language)

    def thread(self, channel: str, ts: str, *more: dict[str, Any], language: str = "en") -> str:
        """Return the page of a thread, with what only one person sees after it."""
        messages = [m for m in self.slack.messages(channel) if ts in (m["ts"], m.get("thread_ts"))]
        private = [{**message, "is_ephemeral": True} for message in more]
        shown = sorted([*messages, *private], key=lambda message: float(message["ts"]))
        title = f"Thread in #{self.names[channel]}"
        return conversation(title, shown, self.names, thread=True, language=language)


@scene
def answer_ja(stage: Stage) -> str:
    user = stage.person("ja")
    stage.ask(user, LOST_KEY_JA)
    return stage.direct_messages(user, "ja")


@scene
def answer_in_thread(stage: Stage) -> str:
    user = stage.person("en")
    sent = stage.slack.mention(HELP, user, LOST_KEY)
    stage.slack.wait_for_messages(HELP, 1, thread_ts=sent.ts, timeout=_SECONDS)
    stage.slack.message(HELP, user, "My policy change does not show up either", thread_ts=sent.ts)
    stage.slack.wait_for_messages(HELP, 2, thread_ts=sent.ts, timeout=_SECONDS)
    return stage.thread(HELP, sent.ts)


@scene
def two_parts(stage: Stage) -> str:
    user = stage.person("ja")
    stage.ask(user, "シークレットキーをなくした。あと、ポリシーの変更が反映されない")
    return stage.direct_messages(user, "ja")


@scene
def clarify(stage: Stage) -> str:
    user = stage.person("en")
    stage.ask(user, UNCLEAR)
    return stage.direct_messages(user)


@scene
def clarify_ja(stage: Stage) -> str:
    user = stage.person("ja")
    stage.ask(user, "パスワード")
    return stage.direct_messages(user, "ja")


@scene
def not_covered(stage: Stage) -> str:
    user = stage.person("en")
    message = stage.ask(user, NOT_COVERED)
    stage.press(user, message, "Ask a human")
    stage.slack.wait_for_messages(stage.slack.dm_channel(user), 2)
    return stage.direct_messages(user)


@scene
def not_covered_ja(stage: Stage) -> str:
    user = stage.person("ja")
    stage.ask(user, NOT_COVERED_JA)
    return stage.direct_messages(user, "ja")


@scene
def human_channel(stage: Stage) -> str:
    user, colleague = stage.person("en"), stage.person("en", "Kenji")
    stage.take_on(user, NOT_COVERED, "Ask a human", colleague)
    stage.slack.wait_until(
        lambda: "✅" in str(stage.slack.bot_messages(HUMANS)[-1]["blocks"]), _SECONDS, "mark"
    )
    message = stage.slack.bot_messages(HUMANS)[-1]
    shown = [{**message, "reactions": [{"name": "👀", "count": 1}]}]
    return conversation("#helpdesk", shown, stage.names, language="en")


@scene
def human_channel_ja(stage: Stage) -> str:
    user = stage.person("ja")
    before = len(stage.slack.bot_messages(HUMANS))
    answer = stage.ask(user, LOST_KEY_JA)
    # What came of a question is kept just after the answer was posted; no person is that fast.
    time.sleep(1)
    stage.press(user, answer, "担当者に聞く")
    shown = stage.slack.wait_for_messages(HUMANS, before + 1, timeout=_SECONDS)[-1:]
    return conversation("#helpdesk", shown, stage.names)


@scene
def human_note(stage: Stage) -> str:
    user, colleague = stage.person("ja"), stage.person("ja", "Kenji")
    stage.take_on(user, NOT_COVERED_JA, "担当者に聞く", colleague)
    return stage.direct_messages(user, "ja")


@scene
def secret_warning(stage: Stage) -> str:
    user = stage.person("en")
    sent = stage.slack.mention(HELP, user, f"Why does {KEY_ID} not work in my script?")
    stage.slack.wait_for_messages(HELP, 1, thread_ts=sent.ts, timeout=_SECONDS)
    (warning,) = stage.slack.wait_for_ephemerals(user, timeout=_SECONDS)
    return stage.thread(HELP, sent.ts, warning)


@scene
def secret_warning_ja(stage: Stage) -> str:
    user = stage.person("ja")
    sent = stage.slack.mention(HELP, user, f"{KEY_ID} がスクリプトで使えません")
    stage.slack.wait_for_messages(HELP, 1, thread_ts=sent.ts, timeout=_SECONDS)
    (warning,) = stage.slack.wait_for_ephemerals(user, timeout=_SECONDS)
    return stage.thread(HELP, sent.ts, warning, language="ja")


@scene
def section_modal(stage: Stage) -> str:
    user = stage.person("ja")
    stage.press(user, stage.ask(user, LOST_KEY_JA), "項目の全文を見る")
    return view("", stage.slack.wait_for_view(user, timeout=_SECONDS), stage.names)


@scene
def what_was_wrong(stage: Stage) -> str:
    user = stage.person("ja")
    stage.press(user, stage.ask(user, LOST_KEY_JA), "役に立たなかった")
    return view("", stage.slack.wait_for_view(user, timeout=_SECONDS), stage.names)


@scene
def small_talk(stage: Stage) -> str:
    user = stage.person("ja")
    for text in ("こんにちは", "ありがとう"):
        stage.ask(user, text)
    return stage.direct_messages(user, "ja")


@scene
def small_talk_en(stage: Stage) -> str:
    user = stage.person("en")
    for text in ("hello", "thanks!"):
        stage.ask(user, text)
    return stage.direct_messages(user)


@scene
def command(stage: Stage) -> str:
    user = stage.person("en")
    stage.slack.command(HELP, user, "/guide", "my policy change does not show up")
    (answer,) = stage.slack.wait_for_ephemerals(user, timeout=_SECONDS)
    shown = [{**answer, "is_ephemeral": True}]
    return conversation("#help", shown, stage.names, language="en")


@scene
def home_employee(stage: Stage) -> str:
    user = stage.person("ja")
    stage.slack.open_home(user)
    return view("Guidebot", stage.slack.wait_for_view(user, timeout=_SECONDS), stage.names)


@scene
def home_employee_en(stage: Stage) -> str:
    user = stage.person("en")
    stage.slack.open_home(user)
    shown = stage.slack.wait_for_view(user, timeout=_SECONDS)
    return view("Guidebot", shown, stage.names, language="en")


@scene
def home_docs_team(stage: Stage) -> str:
    user, asker = stage.person("en", "Noriko"), stage.person("en")
    stage.slack.add_group("S1", [user])
    stage.press(asker, stage.ask(asker, "my policy change does not show up"), "Not helpful")
    stage.slack.wait_for_view(asker, timeout=_SECONDS)
    stage.slack.open_home(user)
    shown = stage.slack.wait_for_view(user, timeout=_SECONDS)
    return view("Guidebot", shown, stage.names, language="en")


def take_pictures(folder: Path, wanted: list[str], home: Path | None) -> None:
    """Play scenes, and write a page and a picture of each.

    `home` is a home folder where the sample guides are published; without, they are published.
    """
    browser = find_browser()
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        source = Home(home.resolve()) if home else _published(Path(work) / "source")
        acting = Path(work) / "acting"
        acting.mkdir()
        # With guides named there, the docs team can update them in App Home.
        named = f"[[guide]]\nsource = {json.dumps(str(SAMPLE_GUIDES))}\n"
        (Path(work) / "guidebot.toml").write_text(named, "utf-8")
        with contextlib.chdir(work), start_one(acting, source, _SETTINGS) as (slack, _):
            slack.add_channel(HUMANS, "helpdesk")
            stage = Stage(slack)
            for name in wanted:
                page = folder / f"{name}.html"
                page.write_text(SCENES[name](stage), "utf-8")
                take_picture(browser, page, page.with_suffix(".png"))


def _published(root: Path) -> Home:
    """Return a home folder with the sample guide published."""
    kept = os.environ.get("GUIDEBOT_TEST_MODELS")
    models = Path(kept) if kept else Settings().home.models
    models.mkdir(parents=True, exist_ok=True)
    root.mkdir()
    (root / "models").symlink_to(models.resolve())
    home = Home(root)
    embeddings = SentenceTransformerEmbeddings(
        DEFAULT_MODEL, home.models, threads=os.cpu_count() or 1
    )
    ingest([SAMPLE_GUIDES], home, embeddings)
    return home


def main() -> None:
    """Take the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description="Take pictures of what the bot shows in Slack.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("scene", nargs="*", help=f"default: all of {', '.join(SCENES)}")
    parser.add_argument("--home", type=Path, help="where the sample guides are published")
    arguments = parser.parse_intermixed_args()
    unknown = set(arguments.scene) - set(SCENES)
    if unknown:
        parser.error(f"no scene {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    try:
        take_pictures(arguments.folder, arguments.scene or list(SCENES), arguments.home)
    except NoBrowserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""A running bot follows the store of shared snapshots."""

from __future__ import annotations

import time
from pathlib import Path

from ingest.pipeline import Plan
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from kb.snapshot.live import current_name
from testing.slack_server import plain
from tests.bot.conftest import start_one
from tests.conftest import SAMPLE_GUIDES
from tests.ingesting import ingest

_PULLED_SECONDS = 20.0


def test_what_another_machine_publishes_is_answered_from(
    home: Home, sample_home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    url = f"file://{tmp_path}/store"
    guide = tmp_path / "iam-troubleshooting.en.md"
    text = (SAMPLE_GUIDES / guide.name).read_text("utf-8")
    guide.write_text(text.replace("List your keys", "Print your keys"), "utf-8")
    folder = tmp_path / "bot"
    folder.mkdir()
    (folder / "models").symlink_to(home.models)
    with start_one(folder, sample_home, {"SNAPSHOTS_URL": url}) as (slack, bot):
        published = ingest([guide], home, embeddings, plan=Plan(store=url)).snapshot
        deadline = time.monotonic() + _PULLED_SECONDS
        while current_name(bot.home.snapshots) != published:
            assert time.monotonic() < deadline, bot.log
            time.sleep(0.1)
        sent = slack.direct_message("U2", "I lost my secret key")
        (message,) = slack.wait_for_messages(sent.channel, 1)
        assert "1. Print your keys" in plain(message)
        assert f"Pulled snapshot {published}" in bot.log

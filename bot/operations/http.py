"""The bot's HTTP endpoints: health, metrics, and Slack's requests in HTTP mode."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from prometheus_client import make_wsgi_app
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from waitress.server import create_server

from kb.errors import SettingsError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Chosen by hand: Slack waits 3 s for an acknowledgement, which takes milliseconds
# (https://docs.slack.dev/interactivity/handling-user-interaction).
_THREADS = 16
# For requests in flight when the server is closed; chosen by hand, less than bot.app waits.
_CLOSE_SECONDS = 10
_PLAIN = [("Content-Type", "text/plain; charset=utf-8")]
_JSON = [("Content-Type", "application/json")]

HealthCheck = Callable[[], str | None]
"""Returns what is wrong, or None."""

logger = logging.getLogger(__name__)


def status_pages(checks: Mapping[str, HealthCheck]) -> WSGIApplication:
    """Return /healthz (the process responds), /readyz (all checks pass) and /metrics."""
    metrics = make_wsgi_app()

    def pages(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            found: Iterable[bytes] = metrics(environ, start)
            return found
        return _health(environ, start, checks)

    return pages


def slack_pages(app: App, checks: Mapping[str, HealthCheck]) -> WSGIApplication:
    """Return /slack/events, the installation pages if there are any, /healthz and /readyz.

    Bolt rejects requests whose signature is wrong or older than five minutes.
    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    slack = SlackRequestHandler(app)

    def pages(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/slack/"):
            return slack(environ, start)
        return _health(environ, start, checks)

    return pages


class Server:
    """A WSGI server on its own threads."""

    def __init__(self, pages: WSGIApplication, address: str) -> None:
        """Listen on an address ("host:port", or ":port" for every interface).

        Raises SettingsError if that fails.
        """
        host, port = parse_address(address)
        try:
            self._server = create_server(pages, host=host, port=port, threads=_THREADS)
        except OSError as error:
            raise SettingsError(
                f"The bot cannot listen on {address}: {error.strerror or error}. "
                "Choose another address, or stop the process that uses this one."
            ) from error
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)
        self._thread.start()
        logger.info("Listening on http://%s:%d", host, port)

    def close(self) -> None:
        """Stop accepting requests, and finish those in flight."""
        self._server.close()
        self._thread.join(_CLOSE_SECONDS)


def parse_address(address: str) -> tuple[str, int]:
    """Return the host and port of "host:port" or ":port". Raises SettingsError."""
    host, _, port = address.rpartition(":")
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise SettingsError(f"{address!r} is not an address. Write host:port, or :port.")
    return host.strip("[]") or "0.0.0.0", int(port)


def _health(
    environ: WSGIEnvironment, start: StartResponse, checks: Mapping[str, HealthCheck]
) -> Iterable[bytes]:
    match environ["PATH_INFO"]:
        case "/healthz":
            start("200 OK", _PLAIN)
            return [b"ok\n"]
        case "/readyz":
            wrong = {name: problem for name, check in checks.items() if (problem := check())}
            start("503 Service Unavailable" if wrong else "200 OK", _JSON)
            return [json.dumps({"ready": not wrong, **wrong}).encode() + b"\n"]
        case _:
            start("404 Not Found", _PLAIN)
            return [b"Not found.\n"]

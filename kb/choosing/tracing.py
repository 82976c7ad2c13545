"""Traces of the model's calls through LangChain's callbacks, if CHAT_TRACING is set."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module

from langsmith import Client
from langsmith.run_helpers import tracing_context

from kb.errors import SettingsError
from kb.settings import Settings

_PROJECT = "guidebot"
# How long exiting may wait for traces; chosen by hand.
_FLUSH_SECONDS = 5.0

# One client for each destination, because a client sends in the background for as long as it lives.
_clients: dict[str, Client] = {}


def tracing(settings: Settings) -> AbstractContextManager[None]:
    """Return a context in which calls are traced as CHAT_TRACING says.

    If it is empty, nothing is traced, even if LangSmith's own variables are set. Raises
    SettingsError if OpenTelemetry is not installed.
    """
    destination = settings.chat_tracing
    if not destination:
        return tracing_context(enabled=False)
    if destination not in _clients:
        _clients[destination] = Client() if destination == "langsmith" else _collector()
    return tracing_context(enabled=True, project_name=_PROJECT, client=_clients[destination])


def send_traces() -> None:
    """Send pending traces, giving up on a server that does not take them within seconds."""
    for client in _clients.values():
        client.flush(timeout=_FLUSH_SECONDS)
    if "opentelemetry" in _clients:
        provider = import_module("opentelemetry.trace").get_tracer_provider()
        provider.force_flush(int(1000 * _FLUSH_SECONDS))


def _collector() -> Client:
    """Return a client that sends to the operator's OpenTelemetry collector."""
    try:
        import_module("opentelemetry.sdk.trace")
    except ImportError as error:
        raise SettingsError(
            "CHAT_TRACING: opentelemetry is not installed.\nRun: pip install 'langsmith[otel]'"
        ) from error
    # `info` keeps it from asking LangSmith's server for its capabilities.
    return Client(tracing_mode="otel", info={})

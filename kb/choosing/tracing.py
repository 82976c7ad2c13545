"""Traces of what the model is asked, through LangChain's callbacks; none unless they are set."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module

from langsmith import Client
from langsmith.run_helpers import tracing_context

from kb.errors import SettingsError
from kb.settings import Settings

_PROJECT = "guidebot"
_MOST_SECONDS = 5.0

# One for each way, as a client sends in the background for as long as it lives.
_clients: dict[str, Client] = {}


def tracing(settings: Settings) -> AbstractContextManager[None]:
    """Return what traces go through: nowhere, even if LangSmith's own variables are set."""
    way = settings.chat_tracing
    if not way:
        return tracing_context(enabled=False)
    if way not in _clients:
        _clients[way] = Client() if way == "langsmith" else _collector()
    return tracing_context(enabled=True, project_name=_PROJECT, client=_clients[way])


def send_traces() -> None:
    """Send the traces that wait to be sent; a server that does not take them is given up."""
    for client in _clients.values():
        client.flush(timeout=_MOST_SECONDS)
    if "opentelemetry" in _clients:
        provider = import_module("opentelemetry.trace").get_tracer_provider()
        provider.force_flush(int(1000 * _MOST_SECONDS))


def _collector() -> Client:
    """Return a client that sends to the operator's collector of OpenTelemetry's."""
    try:
        import_module("opentelemetry.sdk.trace")
    except ImportError as error:
        raise SettingsError(
            "CHAT_TRACING: opentelemetry is not installed.\nRun: pip install 'langsmith[otel]'"
        ) from error
    # With `info` given, it does not ask LangSmith's own server what that can do.
    return Client(tracing_mode="otel", info={})

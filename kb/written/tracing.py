"""Traces of what the model is asked, through LangChain's callbacks; none unless they are set."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module

from langsmith import Client
from langsmith.run_helpers import tracing_context

from kb.errors import SettingsError
from kb.settings import Settings

_PROJECT = "guidebot"


def tracing(settings: Settings) -> AbstractContextManager[None]:
    """Return what traces go through: nowhere, even if LangSmith's own variables are set."""
    if not settings.chat_tracing:
        return tracing_context(enabled=False)
    if settings.chat_tracing == "langsmith":
        return tracing_context(enabled=True, project_name=_PROJECT)
    try:
        import_module("opentelemetry.sdk.trace")
    except ImportError as error:
        raise SettingsError(
            "CHAT_TRACING: opentelemetry is not installed.\nRun: pip install 'langsmith[otel]'"
        ) from error
    client = Client(tracing_mode="otel")
    return tracing_context(enabled=True, project_name=_PROJECT, client=client)

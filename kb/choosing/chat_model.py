"""Opens the language model of the settings through LangChain."""

from __future__ import annotations

import os
import time
from importlib.util import find_spec
from typing import Any

from dotenv import dotenv_values
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from kb.choosing.requests import TooSlow, finish
from kb.choosing.tracing import tracing
from kb.errors import ModelError, SettingsError
from kb.settings import Settings

# LangChain's name of a provider: the extra in pyproject.toml, and the module it installs.
_EXTRAS = {
    "openai": ("openai", "langchain_openai"),
    "azure_openai": ("openai", "langchain_openai"),
    "anthropic": ("anthropic", "langchain_anthropic"),
    "bedrock": ("aws", "langchain_aws"),
    "bedrock_converse": ("aws", "langchain_aws"),
    "google_genai": ("google", "langchain_google_genai"),
    "ollama": ("ollama", "langchain_ollama"),
}
_ADDRESS = {"azure_openai": "azure_endpoint", "bedrock_converse": "endpoint_url"}
_OPENAI = ("openai", "azure_openai")
# The value of max_retries that means none: Google's client counts the first attempt.
_NO_RETRIES = {"openai": 0, "azure_openai": 0, "anthropic": 0, "google_genai": 1}
OUTPUT_SHARE = 4
"""The reply may take a quarter of the question's tokens.

Chosen by hand: a reply is a few ids, or the translation of what was sent.
"""


def open_chat_model(settings: Settings) -> BaseChatModel:
    """Return the model that CHAT_MODEL names, without calling it yet.

    Raises SettingsError if its provider is not installed or it is not set up correctly.
    """
    provider, name = settings.chat_model.split(":", 1)
    _take_keys_from_env_file(settings)
    # Otherwise LangChain falls back on what an old package still has for the provider.
    if provider in _EXTRAS and find_spec(_EXTRAS[provider][1]) is None:
        raise _not_installed(provider)
    try:
        model = init_chat_model(name, model_provider=provider, **_options(settings, provider))
    except ImportError as error:
        raise _not_installed(provider) from error
    except Exception as error:
        # Providers' errors have no common base, and their messages may quote settings, even keys.
        raise SettingsError(
            f"CHAT_MODEL: {settings.chat_model} cannot be used ({type(error).__name__}).\n"
            "Check the provider's name, its key and CHAT_BASE_URL (docs/model.md)."
        ) from error
    assert isinstance(model, BaseChatModel)
    return model


def try_chat_model(settings: Settings) -> str:
    """Ask the model for one word, and return how long it took, as a sentence for people.

    Raises ModelError if it fails or is too slow, SettingsError as `open_chat_model` does.
    """
    model = open_chat_model(settings)
    started = time.monotonic()
    try:
        with tracing(settings):
            finish(model.ainvoke("Say: ok"), started + settings.chat_timeout)
    except TooSlow:
        raise ModelError(
            f"{settings.chat_model} did not answer within {settings.chat_timeout:g} s\n"
            "Choose a faster model, or raise CHAT_TIMEOUT."
        ) from None
    except Exception as error:
        raise ModelError(
            f"{settings.chat_model} cannot be asked ({type(error).__name__})\n"
            "Check the model's name, the provider's key, CHAT_BASE_URL and the network. "
            "For a model that takes no temperature, set CHAT_TEMPERATURE=default."
        ) from error
    return f"{settings.chat_model} answered in {time.monotonic() - started:.1f} s"


def _not_installed(provider: str) -> SettingsError:
    extra, _ = _EXTRAS.get(provider, ("", ""))
    how = f"Run: pip install -e '.[{extra}]'" if extra else "Install its LangChain package."
    return SettingsError(f"CHAT_MODEL: the provider {provider!r} is not installed.\n{how}")


def _options(settings: Settings, provider: str) -> dict[str, Any]:
    output_tokens = settings.chat_answer_tokens // OUTPUT_SHARE
    options: dict[str, Any] = {
        "num_predict" if provider == "ollama" else "max_tokens": output_tokens,
    }
    if settings.chat_temperature != "default":
        options["temperature"] = settings.chat_temperature
    if provider in _NO_RETRIES:
        # kb.choosing.calls retries, because it knows the time that is left and counts the tokens.
        options |= {"timeout": settings.chat_timeout, "max_retries": _NO_RETRIES[provider]}
    if provider.startswith("bedrock"):
        os.environ.setdefault("AWS_MAX_ATTEMPTS", "1")
    if settings.chat_base_url:
        options[_ADDRESS.get(provider, "base_url")] = settings.chat_base_url
    if provider in _OPENAI:
        options["stream_usage"] = True
    if provider == "openai" and settings.chat_base_url and not os.environ.get("OPENAI_API_KEY"):
        options["api_key"] = "none"  # local servers need no key, but the client insists on one
    return options


def _take_keys_from_env_file(settings: Settings) -> None:
    """Put the providers' keys from .env into the environment, where their libraries look."""
    ours = {name.upper() for name in type(settings).model_fields}
    for name, value in dotenv_values(".env").items():
        if value and name not in ours and not name.startswith("SLACK_"):
            os.environ.setdefault(name, value)

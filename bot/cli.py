"""The operator's commands."""

from __future__ import annotations

from typing import Annotated
from urllib.error import URLError

import typer

from bot.settings import BotSettings
from kb.errors import SettingsError
from kb.settings import load_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve(
    http: Annotated[
        str,
        typer.Option(
            metavar="[HOST]:PORT",
            help="Take Slack's requests by HTTP here, and open no socket to Slack.",
        ),
    ] = "",
) -> None:
    """Answer questions in Slack."""
    settings = load_settings(BotSettings)
    settings.require_tokens(http=bool(http))
    from slack_sdk.errors import SlackApiError

    from bot.app import serve as run
    from bot.log import configure
    from kb.knowledge_base import open_knowledge_base

    configure(settings)
    try:
        run(settings, open_knowledge_base(settings), http)
    except SlackApiError as error:
        raise SettingsError(
            f"Slack refused to connect: {error.response.get('error')}. "
            "Check the tokens in .env, and that the app is installed (guidebot doctor)."
        ) from error
    except URLError as error:
        raise SettingsError(
            f"Slack cannot be reached at {settings.slack_api_url}: {error.reason}"
        ) from error

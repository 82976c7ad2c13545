"""The operator's commands."""

from __future__ import annotations

import logging

import typer

from bot.settings import BotSettings
from kb.errors import SettingsError
from kb.settings import load_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

logger = logging.getLogger(__name__)


@app.command()
def serve() -> None:
    """Answer questions in Slack."""
    settings = load_settings(BotSettings)
    settings.require_tokens()
    logging.basicConfig(
        level=settings.log_level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    # In detail, these log what people wrote.
    for detailed in ("slack_bolt", "slack_sdk"):
        logging.getLogger(detailed).setLevel(max(logging.INFO, logging.getLogger().level))
    for chatty in ("faiss.loader", "sentence_transformers", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    from slack_sdk.errors import SlackApiError

    from bot.app import serve as run
    from kb.knowledge_base import open_knowledge_base

    try:
        run(settings, open_knowledge_base(settings))
    except SlackApiError as error:
        raise SettingsError(
            f"Slack refused to connect: {error.response.get('error')}. "
            "Check SLACK_BOT_TOKEN and SLACK_APP_TOKEN in .env, and that the app is installed."
        ) from error

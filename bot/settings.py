"""Settings of the Slack bot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from kb.errors import SettingsError
from kb.settings import Settings

_WHERE = {
    "SLACK_BOT_TOKEN": (
        "xoxb-",
        "the bot token: on https://api.slack.com/apps choose your app, "
        "then OAuth & Permissions, Bot User OAuth Token",
    ),
    "SLACK_APP_TOKEN": (
        "xapp-",
        "the app-level token: on https://api.slack.com/apps choose your app, then Basic "
        "Information, App-Level Tokens, and generate one with the scope connections:write",
    ),
}


class BotSettings(Settings):
    """The settings every room has, and what the bot needs besides."""

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_api_url: Annotated[str, Field(pattern=r"^https?://\S+/$")] = "https://slack.com/api/"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def require_tokens(self) -> None:
        """Raise SettingsError that names every token that is missing, and where to get it."""
        tokens = {
            "SLACK_BOT_TOKEN": self.slack_bot_token.get_secret_value(),
            "SLACK_APP_TOKEN": self.slack_app_token.get_secret_value(),
        }
        lines = []
        for name, value in tokens.items():
            prefix, where = _WHERE[name]
            if not value:
                lines.append(f"  {name} is not set. It is {where}.")
            elif not value.startswith(prefix):
                lines.append(f"  {name} does not begin with {prefix}. It is {where}.")
        if lines:
            raise SettingsError(
                "The bot cannot connect to Slack:\n"
                + "\n".join(lines)
                + "\nPut them into .env (see .env.example); the README has the set-up step by step."
            )

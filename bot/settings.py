"""Settings of the Slack bot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, SecretStr

from kb.errors import SettingsError
from kb.settings import Settings

_TOKENS = {
    "SLACK_USER_TOKEN": (
        "xoxp-",
        "an administrator's token: on https://api.slack.com/apps choose your app, "
        "then OAuth & Permissions, User OAuth Token",
    ),
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
    "SLACK_SIGNING_SECRET": (
        "",
        "the secret Slack signs its requests with: on https://api.slack.com/apps choose your "
        "app, then Basic Information, App Credentials",
    ),
}


_Channel = Annotated[str, Field(pattern=r"^([CG][A-Z0-9]+)?$")]
_Ids = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]+(\s*,\s*[A-Z][A-Z0-9]+)*)?$")]


def parse_ids(setting: str) -> frozenset[str]:
    """Return the ids in a comma-separated setting."""
    return frozenset(part.strip() for part in setting.split(",") if part.strip())


class TokenProblem(NamedTuple):
    """What is visibly wrong with a token, and where to get the right one."""

    wrong: str
    wanted: str


def token_problem(name: str, value: str) -> TokenProblem | None:
    """Return what is visibly wrong with a token setting, such as SLACK_BOT_TOKEN, if anything."""
    prefix, wanted = _TOKENS[name]
    if not value:
        return TokenProblem("is not set", wanted)
    if not value.startswith(prefix):
        return TokenProblem(f"does not begin with {prefix}", wanted)
    return None


class BotSettings(Settings):
    """The shared settings, and those only the bot needs."""

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_tokens_key: SecretStr = SecretStr("")
    slack_api_url: Annotated[str, Field(pattern=r"^https?://\S+/$")] = "https://slack.com/api/"
    human_channel: _Channel = ""
    human_group: Annotated[str, Field(pattern=r"^(S[A-Z0-9]+)?$")] = ""
    auto_answer_channels: _Ids = ""
    docs_team: _Ids = ""
    allowed_workspaces: _Ids = ""
    allowed_channels: _Ids = ""
    allowed_groups: _Ids = ""
    allow_guests: bool = False
    allow_external: bool = False
    # This and the other numbers are chosen by hand.
    questions_per_minute: Annotated[int, Field(ge=1)] = 10
    workspace_questions_per_minute: Annotated[int, Field(ge=1)] = 300
    database_url: str = ""
    learn_wordings: Literal["people", "docs_team", "off"] = "people"
    retention_days: Annotated[int, Field(ge=1)] = 90
    slack_user_token: SecretStr = SecretStr("")
    status_address: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def database(self) -> Path | str:
        """The bot's database: a SQLite file, or a SQLAlchemy URL."""
        return self.database_url or self.home.database

    @property
    def tokens_keys(self) -> list[str]:
        """The keys for the workspaces' tokens; the first one encrypts."""
        return [key.strip() for key in self.slack_tokens_key.get_secret_value().split(",")]

    @property
    def installs(self) -> bool:
        """Whether workspaces install the bot by OAuth, and each has its own token."""
        return bool(self.slack_client_id)

    def require_tokens(self, *, http: bool = False) -> None:
        """Raise SettingsError listing every missing token and where to get it.

        With `http`, Slack sends its requests over HTTP instead of Socket Mode.
        """
        needed = ["SLACK_SIGNING_SECRET" if http else "SLACK_APP_TOKEN"]
        if not self.installs:
            needed.insert(0, "SLACK_BOT_TOKEN")
        lines = []
        for name in needed:
            value = getattr(self, name.lower()).get_secret_value()
            if problem := token_problem(name, value):
                lines.append(f"  {name} {problem.wrong}. It is {problem.wanted}.")
        if self.installs:
            lines += self._wrong_for_installs(http)
        if lines:
            raise SettingsError(
                "The bot cannot connect to Slack:\n"
                + "\n".join(lines)
                + "\nPut them into .env (see .env.example); the README has the set-up step by step."
            )

    def _wrong_for_installs(self, http: bool) -> list[str]:
        lines = []
        if not http:
            lines.append("  SLACK_CLIENT_ID is set, but installation by OAuth needs --http.")
        if self.slack_bot_token.get_secret_value():
            lines.append("  SLACK_CLIENT_ID and SLACK_BOT_TOKEN are both set. Choose one.")
        if not self.slack_client_secret.get_secret_value():
            lines.append("  SLACK_CLIENT_SECRET is not set. Slack shows it next to the client ID.")
        if not self.slack_tokens_key.get_secret_value():
            lines.append(
                "  SLACK_TOKENS_KEY is not set. It encrypts the workspaces' tokens; .env.example "
                "shows how to generate one."
            )
        return lines

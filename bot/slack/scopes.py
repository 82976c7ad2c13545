"""The bot's OAuth scopes; slack/manifest.json requests the same ones."""

BOT_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "groups:history",
    "im:history",
    "mpim:history",
    "reactions:read",
    "usergroups:read",
    "users:read",
)

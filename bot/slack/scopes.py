"""What the bot may do in a workspace; slack/manifest.json asks for the same."""

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

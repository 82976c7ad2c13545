"""Slack's errors, and which of them are worth a retry.

https://docs.slack.dev/reference/methods/chat.postMessage lists the codes.
"""

from __future__ import annotations

import http.client

from slack_sdk.errors import SlackApiError

CONNECTION_ERRORS = (OSError, http.client.HTTPException)
"""Raised when the connection to Slack fails."""

SLACK_ERRORS = (SlackApiError, *CONNECTION_ERRORS)
"""Raised when Slack refuses a call, fails, or cannot be reached."""

BAD_BLOCKS = frozenset({"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"})
"""Codes for blocks that Slack does not accept."""

NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found"})
"""Codes for a channel that the bot is not a member of."""

_TRANSIENT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_PERMANENT = NOT_A_MEMBER | {
    "is_archived",
    "messages_tab_disabled",
    "missing_scope",
    "thread_not_found",
    "cannot_reply_to_message",
    "team_access_not_granted",
}
_REFUSED_TOKEN = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
        "app_uninstalled",
    }
)


def error_code(error: BaseException) -> str:
    """Return Slack's code for an error; empty if it did not come from Slack."""
    return str(error.response.get("error") or "") if isinstance(error, SlackApiError) else ""


def is_transient(error: BaseException) -> bool:
    """Whether a retry may succeed. Slack may have carried out the failed call nevertheless."""
    if isinstance(error, SlackApiError):
        return error.response.status_code >= 500 or error_code(error) in _TRANSIENT
    return isinstance(error, CONNECTION_ERRORS)


def is_permanent(error: BaseException) -> bool:
    """Whether the bot can never post there, so that a retry is pointless."""
    return error_code(error) in _PERMANENT


def refuses_token(error: BaseException) -> bool:
    """Whether Slack rejects the bot's token."""
    return error_code(error) in _REFUSED_TOKEN

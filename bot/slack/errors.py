"""What goes wrong with Slack, and what can be done about it."""

from __future__ import annotations

import http.client

from slack_sdk.errors import SlackApiError

CONNECTION_ERRORS = (OSError, http.client.HTTPException)
"""What a call raises when the connection breaks."""

SLACK_ERRORS = (SlackApiError, *CONNECTION_ERRORS)
"""What a call raises when Slack refuses it, fails, or cannot be reached."""

BAD_BLOCKS = frozenset({"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"})
"""What Slack says to blocks that it does not take."""

NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found"})
"""What Slack says where the bot is no member."""

_PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_FINAL = NOT_A_MEMBER | {
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
    """Return what Slack calls an error; empty if Slack did not tell it."""
    return str(error.response.get("error") or "") if isinstance(error, SlackApiError) else ""


def is_transient(error: BaseException) -> bool:
    """Whether the same call may succeed later; Slack may have done what it was to do."""
    if isinstance(error, SlackApiError):
        return error.response.status_code >= 500 or error_code(error) in _PASSING
    return isinstance(error, CONNECTION_ERRORS)


def is_permanent(error: BaseException) -> bool:
    """Whether nothing that the bot does later can post there."""
    return error_code(error) in _FINAL


def refuses_token(error: BaseException) -> bool:
    """Whether Slack takes the bot's token no more."""
    return error_code(error) in _REFUSED_TOKEN

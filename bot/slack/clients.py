"""Slack's clients, and how long they wait."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

POST_SECONDS = 10
"""How long a call may take; what Slack has not done by then is looked for, and done again."""


def with_timeout(client: WebClient, seconds: int) -> WebClient:
    """Return a client for what is not worth waiting for: longer than that, or for its turn."""
    return WebClient(
        client.token,
        base_url=client.base_url,
        timeout=seconds,
        retry_handlers=[
            handler
            for handler in client.retry_handlers
            if not isinstance(handler, RateLimitErrorRetryHandler)
        ],
    )

"""Slack clients and their timeouts."""

from __future__ import annotations

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

POST_SECONDS = 10
"""Timeout of a call that posts; after it the bot looks for the message before it retries.

Chosen by hand.
"""


def with_timeout(client: WebClient, seconds: int) -> WebClient:
    """Return a client for best-effort calls: it times out sooner, and gives up if rate-limited."""
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

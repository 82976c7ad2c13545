"""Keeps out of the log what Slack's libraries would put there."""

from __future__ import annotations

import logging

# Where the text of a broken WebSocket message stands, which people have written.
_PAYLOAD = ", payload: "

# Bolt reads the token from the environment even if it is given a client that has it.
_NO_NEWS = "As you gave `client` as well, `token` will be unused."


def mind_sdk_log() -> None:
    """Have Bolt's own logger leave out payloads, and a warning about nothing."""
    logger = logging.getLogger("slack_bolt.App")
    if _without_payload not in logger.filters:
        logger.addFilter(_without_payload)


def _without_payload(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    if _PAYLOAD in text:
        record.msg, record.args = text.partition(_PAYLOAD)[0] + ")", ()
    return text != _NO_NEWS

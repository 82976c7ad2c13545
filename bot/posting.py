"""Posts messages, each once."""

from __future__ import annotations

import hashlib
import http.client
import logging
from collections.abc import Iterator
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata
from tenacity import (
    before_sleep_log,
    retry,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from bot.blocks import Message

EVENT_TYPE = "guidebot_answer"

_CONNECTION_ERRORS = (OSError, http.client.HTTPException)
_BAD_BLOCKS = {"invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format"}
_PAGE = 100

logger = logging.getLogger(__name__)


def post(
    client: WebClient, channel: str, thread_ts: str | None, question_ts: str, message: Message
) -> None:
    """Post a message that belongs to the answer to the question at `question_ts`.

    When the connection breaks it cannot be known whether Slack took the message, so it is
    looked for before it is posted again. Raises SlackApiError if Slack refuses it.
    """
    mark = f"{question_ts}:{hashlib.sha256(message.text.encode()).hexdigest()[:12]}"
    attempts = 0

    @retry(
        retry=retry_if_exception_type(_CONNECTION_ERRORS),
        stop=stop_after_attempt(4),
        wait=wait_exponential(multiplier=0.5, max=8),
        before_sleep=before_sleep_log(logger, logging.WARNING),
        reraise=True,
    )
    def attempt() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1 and mark in set(_marks(client, channel, thread_ts, question_ts)):
            return
        _post(client, channel, thread_ts, question_ts, mark, message)

    attempt()


def is_answered(client: WebClient, channel: str, thread_ts: str | None, question_ts: str) -> bool:
    """Whether a message that belongs to the answer to a question stands in the conversation."""
    return any(
        mark.startswith(f"{question_ts}:")
        for mark in _marks(client, channel, thread_ts, question_ts)
    )


def read_message(
    client: WebClient, channel: str, thread_ts: str | None, ts: str
) -> dict[str, Any] | None:
    """Return a message as it stands in the conversation now; None if it is gone."""
    for message in _messages(client, channel, thread_ts, ts):
        if message.get("ts") == ts:
            return message
    return None


def _post(
    client: WebClient,
    channel: str,
    thread_ts: str | None,
    question_ts: str,
    mark: str,
    message: Message,
) -> None:
    payload = {"question_ts": question_ts, "mark": mark}
    arguments: dict[str, Any] = {
        "channel": channel,
        "thread_ts": thread_ts,
        "text": message.text,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": Metadata(event_type=EVENT_TYPE, event_payload=payload),
    }
    try:
        client.chat_postMessage(**arguments, blocks=list(message.blocks))
    except SlackApiError as error:
        if error.response.get("error") not in _BAD_BLOCKS:
            raise
        # Plain words are better than none; the log says what was wrong with the blocks.
        logger.error("Slack refused the blocks of an answer: %s", error.response.data)
        client.chat_postMessage(**arguments)


def _marks(
    client: WebClient, channel: str, thread_ts: str | None, question_ts: str
) -> Iterator[str]:
    for message in _messages(client, channel, thread_ts, question_ts):
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE:
            yield str(metadata.get("event_payload", {}).get("mark", ""))


def _messages(
    client: WebClient, channel: str, thread_ts: str | None, since: str
) -> Iterator[dict[str, Any]]:
    """Yield the conversation's messages from `since` on."""
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": since,
        "inclusive": True,
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    if thread_ts:
        page = client.conversations_replies(ts=thread_ts, **arguments)
    else:
        page = client.conversations_history(**arguments)
    yield from page.get("messages") or []

"""Posts messages, each exactly once."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from slack_bolt import Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata

from bot.question import Place
from bot.slack.errors import BAD_BLOCKS, SLACK_ERRORS, error_code
from bot.slack.retries import with_retries
from bot.views.message import Message

EVENT_TYPE = "guidebot_answer"

# One page is enough for almost every thread.
_PAGE = 100
# Bounds the search for a message in a very long conversation.
_MAX_PAGES = 20
# A command's answer is posted within minutes or not at all.
_COMMAND_LOOKBACK_SECONDS = 300.0

logger = logging.getLogger(__name__)

Become = Callable[[Message, Mapping[str, Any]], bool]
"""Turns a placeholder into a message of the answer; False if there is none."""


def post_answer(
    client: WebClient,
    place: Place,
    messages: Sequence[Message],
    *,
    maybe_posted: bool = False,
    become: Become | None = None,
) -> str | None:
    """Post the answer to the question at `place`, each of its messages exactly once.

    Returns the ts of the first message; None if it replaced a placeholder.

    After a connection error or a failure of Slack's, a message may have been posted or not, so
    the bot looks for it before each retry; with `maybe_posted`, before the first attempt, too.
    `become` turns a placeholder, if there is one, into the first message.
    Raises SlackApiError if Slack refuses a message.
    """
    posted: list[str | None] = []
    for number, message in enumerate(messages, 1):
        payload = _payload(place, number, messages)
        first = become if number == 1 else None
        posted.append(_post_once(client, place, payload, message, maybe_posted, first))
    return posted[0] if posted else None


def replace_answer(client: WebClient, place: Place, ts: str, messages: Sequence[Message]) -> None:
    """Replace the answer whose first message is `ts`.

    Extra messages are posted, surplus ones deleted. Raises SlackApiError if Slack refuses.
    """
    further = sorted(each for each, _ in _posted(client, place) if each != ts)
    posted_ts = [ts, *further]
    for number, message in enumerate(messages, 1):
        payload = _payload(place, number, messages)
        if number > len(posted_ts):
            _post_once(client, place, payload, message, True, None)
            continue
        metadata = Metadata(event_type=EVENT_TYPE, event_payload=payload)
        update_message(client, place.channel, posted_ts[number - 1], message, metadata)
    for left in posted_ts[len(messages) :]:
        client.chat_delete(channel=place.channel, ts=left)


def post_privately(
    client: WebClient, place: Place, user: str, message: Message, *, answered: bool = True
) -> None:
    """Post an ephemeral message; in a direct message, an ordinary one.

    Slack shows no ephemeral message in a thread without replies, which a question's thread may
    be until it is `answered`. Raises SlackApiError if Slack refuses.
    """
    if place.channel.startswith("D"):
        post_message(client, place.channel, message, place.thread_ts)
        return
    client.chat_postEphemeral(
        channel=place.channel,
        user=user,
        text=message.text,
        blocks=list(message.blocks),
        thread_ts=place.thread_ts if answered or place.thread_ts != place.ts else None,
    )


def respond_to_interaction(
    respond: Respond,
    message: Message,
    *,
    response_type: str = "ephemeral",
    replace_original: bool = False,
) -> None:
    """Respond to a command, or to a button in such a response; the bot need not be a member."""
    answered = respond(
        text=message.text,
        blocks=list(message.blocks),
        response_type=response_type,
        replace_original=replace_original,
        unfurl_links=False,
        unfurl_media=False,
    )
    if answered.status_code != HTTPStatus.OK:
        logger.error("Slack refused the response to an interaction: %s", answered.status_code)


def post_message(
    client: WebClient, channel: str, message: Message, thread_ts: str | None = None
) -> str:
    """Post a message that is not an answer, without deduplication, and return its ts.

    Raises SlackApiError if Slack refuses.
    """
    posted = client.chat_postMessage(
        channel=channel,
        thread_ts=thread_ts,
        text=message.text,
        blocks=list(message.blocks),
        unfurl_links=False,
        unfurl_media=False,
    )
    return str(posted["ts"])


def update_message(
    client: WebClient, channel: str, ts: str, message: Message, metadata: Metadata | None = None
) -> None:
    """Replace a message. Raises SlackApiError if Slack refuses."""
    client.chat_update(
        channel=channel,
        ts=ts,
        text=message.text,
        blocks=list(message.blocks),
        metadata=metadata,
    )


def is_answered(client: WebClient, place: Place) -> bool:
    """Whether a complete answer to the question has been posted.

    Raises what Slack's client raises, transient errors only after several tries.
    """
    return with_retries(lambda: any(payload.get("last") for _, payload in _posted(client, place)))


def read_message(client: WebClient, place: Place) -> dict[str, Any] | None:
    """Return the question's message as it is now; None if it is gone.

    Raises what Slack's client raises, transient errors only after several tries.
    """
    return with_retries(
        lambda: next((m for m in messages_from(client, place) if m.get("ts") == place.ts), None)
    )


def permalink(client: WebClient, channel: str, ts: str) -> str | None:
    """Return a link to a message; None if Slack does not give one."""
    try:
        return str(client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    except SLACK_ERRORS as error:
        logger.warning("No link to message %s in %s: %s", ts, channel, error)
        return None


def _payload(place: Place, number: int, messages: Sequence[Message]) -> dict[str, Any]:
    """Return the metadata by which a message of an answer is recognised."""
    return {
        "question_ts": place.ts,
        "mark": _mark(number, messages[number - 1]),
        "last": number == len(messages),
    }


def _mark(number: int, message: Message) -> str:
    words = message.text + json.dumps([block.to_dict() for block in message.blocks])
    return f"{number}:{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _post_once(
    client: WebClient,
    place: Place,
    payload: dict[str, Any],
    message: Message,
    maybe_posted: bool,
    become: Become | None,
) -> str | None:
    attempts = 0

    def attempt() -> str | None:
        nonlocal attempts
        attempts += 1
        if maybe_posted or attempts > 1:
            for ts, posted in _posted(client, place):
                if posted.get("mark") == payload["mark"]:
                    return ts
        if become and become(message, payload):
            return None
        return _post(client, place, payload, message)

    return with_retries(attempt)


def _post(client: WebClient, place: Place, payload: dict[str, Any], message: Message) -> str:
    arguments: dict[str, Any] = {
        "channel": place.channel,
        "thread_ts": place.thread_ts,
        "text": message.text,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": Metadata(event_type=EVENT_TYPE, event_payload=payload),
    }
    try:
        posted = client.chat_postMessage(**arguments, blocks=list(message.blocks))
    except SlackApiError as error:
        if error_code(error) not in BAD_BLOCKS:
            raise
        # Plain text is better than no answer; the log says what was wrong with the blocks.
        logger.error("Slack refused the blocks of an answer: %s", error.response.data)
        posted = client.chat_postMessage(**arguments)
    return str(posted["ts"])


def _posted(client: WebClient, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the ts and metadata of each message of the answer to a question."""
    for message in messages_from(client, place):
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == EVENT_TYPE:
            if payload.get("question_ts") == place.ts:
                yield str(message["ts"]), payload


def messages_from(client: WebClient, place: Place) -> Iterator[dict[str, Any]]:
    """Yield the conversation's messages from the question on.

    A command has no message to start from; then those of the last minutes.
    """
    arguments: dict[str, Any] = {
        "channel": place.channel,
        "oldest": place.ts
        if not place.is_command
        else f"{time.time() - _COMMAND_LOOKBACK_SECONDS:.6f}",
        "inclusive": True,
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    if place.thread_ts:
        pages = client.conversations_replies(ts=place.thread_ts, **arguments)
    else:
        pages = client.conversations_history(**arguments)
    # The SDK fetches further pages lazily.
    for page in itertools.islice(pages, _MAX_PAGES):
        yield from page.get("messages") or []

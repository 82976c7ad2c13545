"""Posts messages, each once."""

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
from bot.views.answer import Message

EVENT_TYPE = "guidebot_answer"

_PAGE = 100
_A_MOMENT = 300.0
_MAX_PAGES = 20

logger = logging.getLogger(__name__)

Become = Callable[[Message, Mapping[str, Any]], bool]
"""Turns what stands in the conversation into a message of the answer; False if nothing does."""


def post_answer(
    client: WebClient,
    place: Place,
    messages: Sequence[Message],
    *,
    maybe_posted: bool = False,
    become: Become | None = None,
) -> str | None:
    """Post the answer to the question at `place`, message by message, each once.

    Returns the ts of the first, but for one that took another's place.

    When the connection breaks or Slack fails, it cannot be known whether Slack took a message,
    so it is looked for before it is posted again; with `perhaps_posted`, before the first
    attempt, too. The first takes the place of what shows that the bot is at work, if
    `become` says that something does.
    Raises SlackApiError if Slack refuses a message.
    """
    posted: list[str | None] = []
    for number, message in enumerate(messages, 1):
        payload = _payload(place, number, messages)
        first = become if number == 1 else None
        posted.append(_post_once(client, place, payload, message, maybe_posted, first))
    return posted[0] if posted else None


def replace_answer(client: WebClient, place: Place, ts: str, messages: Sequence[Message]) -> None:
    """Put another answer in the place of the one whose first message is `ts`.

    What it has more is posted, and what it has less is deleted.
    Raises SlackApiError if Slack refuses it.
    """
    further = sorted(each for each, _ in _posted(client, place) if each != ts)
    stands = [ts, *further]
    for number, message in enumerate(messages, 1):
        payload = _payload(place, number, messages)
        if number > len(stands):
            _post_once(client, place, payload, message, True, None)
            continue
        metadata = Metadata(event_type=EVENT_TYPE, event_payload=payload)
        update_message(client, place.channel, stands[number - 1], message, metadata)
    for left in stands[len(messages) :]:
        client.chat_delete(channel=place.channel, ts=left)


def post_privately(
    client: WebClient, place: Place, user: str, message: Message, *, answered: bool = True
) -> None:
    """Post a message that only one person sees; in a DM, where nobody else is, an ordinary one.

    Until a question was `answered` it may be a thread without replies, in which Slack shows
    nothing private to anybody. Raises SlackApiError if Slack refuses it.
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
    """Answer a command, or a button of such an answer, where the bot need not be a member."""
    answered = respond(
        text=message.text,
        blocks=list(message.blocks),
        response_type=response_type,
        replace_original=replace_original,
        unfurl_links=False,
        unfurl_media=False,
    )
    if answered.status_code != HTTPStatus.OK:
        logger.error("Slack does not take the answer to a call: %s", answered.status_code)


def post_message(
    client: WebClient, channel: str, message: Message, thread_ts: str | None = None
) -> str:
    """Post a message that answers no question, as it is, and return its ts.

    Raises SlackApiError if Slack refuses it.
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
    """Put a message in the place of another. Raises SlackApiError if Slack refuses it."""
    client.chat_update(
        channel=channel,
        ts=ts,
        text=message.text,
        blocks=list(message.blocks),
        metadata=metadata,
    )


def is_answered(client: WebClient, place: Place) -> bool:
    """Whether the last message of an answer to the question stands in the conversation."""
    return with_retries(lambda: any(payload.get("last") for _, payload in _posted(client, place)))


def read_message(client: WebClient, place: Place) -> dict[str, Any] | None:
    """Return the question as it stands in the conversation now; None if it is gone."""
    return with_retries(
        lambda: next((m for m in messages_from(client, place) if m.get("ts") == place.ts), None)
    )


def permalink(client: WebClient, channel: str, ts: str) -> str | None:
    """Return the address of a message; None where Slack does not tell it."""
    try:
        return str(client.chat_getPermalink(channel=channel, message_ts=ts)["permalink"])
    except SLACK_ERRORS as error:
        logger.warning("The link to message %s in %s cannot be had: %s", ts, channel, error)
        return None


def _payload(place: Place, number: int, messages: Sequence[Message]) -> dict[str, Any]:
    """Return what is noted with a message of an answer, to know it again."""
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
        # Plain words are better than none; the log says what was wrong with the blocks.
        logger.error("Slack refused the blocks of an answer: %s", error.response.data)
        posted = client.chat_postMessage(**arguments)
    return str(posted["ts"])


def _posted(client: WebClient, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each message of the answer to a question, by its ts, and what was noted with it."""
    for message in messages_from(client, place):
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        if metadata.get("event_type") == EVENT_TYPE:
            if payload.get("question_ts") == place.ts:
                yield str(message["ts"]), payload


def messages_from(client: WebClient, place: Place) -> Iterator[dict[str, Any]]:
    """Yield the conversation's messages from the question on.

    Of a call no message says when it was: those of the last minutes.
    """
    arguments: dict[str, Any] = {
        "channel": place.channel,
        "oldest": place.ts if not place.is_command else f"{time.time() - _A_MOMENT:.6f}",
        "inclusive": True,
        "limit": _PAGE,
        "include_all_metadata": True,
    }
    if place.thread_ts:
        pages = client.conversations_replies(ts=place.thread_ts, **arguments)
    else:
        pages = client.conversations_history(**arguments)
    # The SDK asks for the next page as long as there is one.
    for page in itertools.islice(pages, _MAX_PAGES):
        yield from page.get("messages") or []

"""A placeholder that shows progress until it becomes the answer: a stream, or a message.

A stream has to be a thread reply; elsewhere the placeholder is a message that is updated. If the
process dies, another finds the placeholder and turns it into the answer: a message by its
metadata; a stream, which has none until it ends, by its task id.
https://docs.slack.dev/reference/methods/chat.startStream
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block, TaskCardBlock
from slack_sdk.models.messages.chunk import Chunk, TaskUpdateChunk
from slack_sdk.models.metadata import Metadata

from bot.question import Place, Question
from bot.slack.clients import POST_SECONDS, with_timeout
from bot.slack.errors import CONNECTION_ERRORS, is_transient
from bot.slack.posting import EVENT_TYPE, messages_from
from bot.views.message import Message, plain
from bot.words.catalogue import words
from kb.progress import Stage

# Progress is best effort, but what is posted becomes the answer.
_TIMEOUT_SECONDS = POST_SECONDS
_NOT_STREAMING = "message_not_in_streaming_state"

logger = logging.getLogger(__name__)


class LiveAnswer:
    """The placeholder for one answer, shared by the answering thread and a timer.

    Nothing is posted until it is opened. With `maybe_open`, another process may have opened it.
    """

    def __init__(
        self,
        client: WebClient,
        question: Question,
        language: str | None,
        *,
        maybe_open: bool = False,
    ) -> None:
        self._client = client
        self._quick_client = with_timeout(client, _TIMEOUT_SECONDS)
        self._question = question
        self._strings = words(language)
        self._lock = threading.Lock()
        self._ts: str | None = None
        self._was_stream = self._is_stream = False
        self._may_exist = maybe_open
        self._opened = maybe_open
        self._closed = False

    @property
    def ts(self) -> str | None:
        """The placeholder's ts, if it has been posted."""
        return self._ts

    def open(self) -> None:
        """Show that the bot is working, unless the answer is already there."""
        with self._lock:
            self._open()

    def on_progress(self, stage: Stage) -> None:
        """Show the progress of the answer (kb.progress)."""
        with self._lock:
            if self._closed or stage is Stage.SEARCHING or self._question.surface.unasked:
                return
            self._open()
            self._append([self._task(self._strings.choosing)])

    def become(self, message: Message, payload: Mapping[str, Any]) -> bool:
        """Turn the placeholder into a message of the answer; False if there is none or it fails.

        `payload` becomes the message's metadata. Idempotent. Raises transient errors.
        """
        with self._lock:
            self._closed = True
            if self._ts is None and self._may_exist:
                self._find()
            if self._ts is None:
                return False
            try:
                self._finish(message, Metadata(event_type=EVENT_TYPE, event_payload=dict(payload)))
            except SlackApiError as error:
                if is_transient(error):
                    raise
                logger.error("The placeholder cannot become the answer: %s", error.response.data)
                self._delete()
                return False
            return True

    def drop(self) -> None:
        """Delete the placeholder, because there is nothing to say."""
        with self._lock:
            self._closed = True
            if self._ts is not None:
                self._delete()

    def _open(self) -> None:
        if self._opened or self._closed:
            return
        self._opened = True
        try:
            if self._question.thread_ts is None or not self._start_stream():
                self._post()
        except (SlackApiError, *CONNECTION_ERRORS) as error:
            # Slack may have posted it nevertheless.
            self._may_exist = is_transient(error)
            logger.warning("Progress cannot be shown: %s", error)

    def _start_stream(self) -> bool:
        """Start a stream; False if Slack does not support one here."""
        question = self._question
        try:
            started = self._quick_client.chat_startStream(
                channel=question.channel,
                thread_ts=str(question.thread_ts),
                recipient_team_id=question.team,
                recipient_user_id=question.user,
                chunks=[self._task(self._strings.searching)],
            )
        except SlackApiError as error:
            if is_transient(error) or error.response.get("error") == "ratelimited":
                raise
            logger.info("Cannot stream in %s: %s", question.channel, error.response.get("error"))
            return False
        self._ts, self._was_stream, self._is_stream = str(started["ts"]), True, True
        return True

    def _post(self) -> None:
        question = self._question
        message = plain(self._strings.working)
        posted = self._quick_client.chat_postMessage(
            channel=question.channel,
            thread_ts=question.thread_ts,
            text=message.text,
            blocks=list(message.blocks),
            metadata=Metadata(EVENT_TYPE, {"question_ts": question.ts, "live": True}),
        )
        self._ts = str(posted["ts"])

    def _append(self, chunks: Sequence[Chunk]) -> None:
        if not self._is_stream or self._ts is None:
            return
        try:
            self._quick_client.chat_appendStream(
                channel=self._question.channel, ts=self._ts, chunks=chunks
            )
        except SlackApiError as error:
            # Slack ends a stream after about five minutes; from then on the message is updated
            # (https://github.com/slackapi/python-slack-sdk/issues/1859).
            self._is_stream = error.response.get("error") != _NOT_STREAMING
        except CONNECTION_ERRORS as error:
            logger.warning("Progress cannot be shown: %s", error)

    def _finish(self, message: Message, metadata: Metadata) -> None:
        if self._is_stream:
            try:
                self._client.chat_stopStream(
                    channel=self._question.channel,
                    ts=str(self._ts),
                    chunks=[self._task(self._strings.searched, "complete", message)],
                    blocks=list(message.blocks),
                    metadata=metadata,
                )
            except SlackApiError as error:
                if error.response.get("error") != _NOT_STREAMING:
                    raise
                self._is_stream = False
            else:
                self._is_stream = False
                return
        card = [self._card(message)] if self._was_stream else []
        self._update(self._client, message.text, [*card, *message.blocks], metadata)

    def _update(
        self,
        client: WebClient,
        text: str,
        blocks: Sequence[Block],
        metadata: Metadata | None = None,
    ) -> None:
        client.chat_update(
            channel=self._question.channel,
            ts=str(self._ts),
            text=text,
            blocks=list(blocks),
            metadata=metadata,
        )

    def _delete(self) -> None:
        with contextlib.suppress(SlackApiError, *CONNECTION_ERRORS):
            self._client.chat_delete(channel=self._question.channel, ts=str(self._ts))
        self._ts, self._may_exist = None, False

    def _find(self) -> None:
        for message in messages_from(self._client, self._question):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            ours = metadata.get("event_type") == EVENT_TYPE
            if ours and payload.get("live") and payload.get("question_ts") == self._question.ts:
                self._ts = str(message["ts"])
            elif not ours and _is_for(self._question, message):
                self._ts, self._was_stream, self._is_stream = str(message["ts"]), True, True

    def _task(
        self, title: str, status: str = "in_progress", message: Message | None = None
    ) -> TaskUpdateChunk:
        return TaskUpdateChunk(
            id=f"{self._question.id}:search",
            title=title,
            status=status,
            sources=list(message.sources) or None if message else None,
        )

    def _card(self, message: Message) -> TaskCardBlock:
        return TaskCardBlock(
            task_id=f"{self._question.id}:search",
            title=self._strings.searched,
            status="complete",
            sources=list(message.sources) or None,
        )


def _is_for(place: Place, message: Mapping[str, Any]) -> bool:
    """Whether a message is the stream started for a question."""
    ids = [str(block.get("task_id")) for block in message.get("blocks") or []]
    return any(id.startswith(f"{place.id}:") for id in ids)

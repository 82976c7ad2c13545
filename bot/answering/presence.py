"""What Slack shows besides the answer: that the bot is working, and the thread's title."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from slack_sdk import WebClient

from bot.question import Question
from bot.slack.clients import with_timeout
from bot.slack.errors import SLACK_ERRORS
from bot.slack.live_answer import LiveAnswer
from bot.words.catalogue import words
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase

# Most answers are faster, and a status would only flicker.
_STATUS_AFTER_SECONDS = 0.7
# Then a placeholder that becomes the answer is worth its extra calls.
_LIVE_AFTER_SECONDS = 2.5

# Best effort, so short; chosen by hand.
_TIMEOUT_SECONDS = 3
# A title is a label; the question itself is in the thread.
_MAX_TITLE_CHARS = 80


class Presence:
    """Shows that the bot is working on a question, if that takes a while.

    Not where nobody addressed it, since it may then stay silent.
    """

    def __init__(
        self, knowledge_base: KnowledgeBase, question: Question, client: WebClient
    ) -> None:
        self._knowledge_base = knowledge_base
        self._question = question
        self._client = with_timeout(client, _TIMEOUT_SECONDS)
        self._status_thread: threading.Thread | None = None

    @contextlib.contextmanager
    def shown(self, language: str | None, live: LiveAnswer) -> Iterator[None]:
        """Show a status, then the placeholder, while the block runs."""
        if self._question.surface.unasked:
            yield
            return
        timers = [
            threading.Timer(_STATUS_AFTER_SECONDS, self._tell, (language,)),
            threading.Timer(_LIVE_AFTER_SECONDS, live.open),
        ]
        for timer in timers:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()

    def clear(self) -> None:
        """Clear the status. Slack does so itself only when the bot posts a message."""
        if self._status_thread is not None:
            self._status_thread.join()
            self._set_status("")

    def name_thread(self) -> None:
        """Title a thread in the agent view with the question."""
        question = self._question
        with contextlib.suppress(*SLACK_ERRORS):
            self._client.assistant_threads_setTitle(
                channel_id=question.channel,
                thread_ts=str(question.thread_ts),
                title=question.text[:_MAX_TITLE_CHARS],
            )

    def _tell(self, language: str | None) -> None:
        self._status_thread = threading.current_thread()
        strings, question = words(language), self._question
        with contextlib.suppress(GuidebotError):
            titles = self._knowledge_base.index().titles(language or "en", question.audience)
            one = titles[0][:_MAX_TITLE_CHARS] if len(titles) == 1 else None
            self._set_status(strings.looking_in.format(title=one) if one else strings.thinking)

    def _set_status(self, status: str) -> None:
        question = self._question
        with contextlib.suppress(*SLACK_ERRORS):
            self._client.assistant_threads_setStatus(
                channel_id=question.channel,
                thread_ts=question.thread_ts or question.ts,
                status=status,
            )

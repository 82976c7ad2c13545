"""Deletes messages with secrets in them for their authors, which only an administrator may."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.question import Place, Question
from bot.slack.clients import with_timeout
from bot.slack.posting import permalink, read_message

_SECONDS = 3


class Deletion:
    """What an administrator's client can delete; nothing without one. Threads may share it."""

    def __init__(self, admin: WebClient | None = None) -> None:
        self._admin = admin

    def can_delete(self, question: Question) -> bool:
        """Whether the message of a question can be deleted, so far as can be known before.

        What the administrator cannot see, as in other people's direct messages, cannot be; nor
        what somebody from another company wrote.
        """
        if self._admin is None or not question.surface.has_message:
            return False
        if question.home and question.team and question.home != question.team:
            return False
        return (
            permalink(with_timeout(self._admin, _SECONDS), question.channel, question.ts)
            is not None
        )

    def delete(self, client: WebClient, place: Place, user: str) -> bool:
        """Delete a message if the person wrote it; False if not.

        Raises SlackApiError if Slack refuses it.
        """
        message = read_message(client, place)
        if self._admin is None or message is None or message.get("user") != user:
            return False
        self._admin.chat_delete(channel=place.channel, ts=place.ts)
        return True

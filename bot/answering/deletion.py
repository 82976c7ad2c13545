"""Deletes messages that contain secrets for their authors, which takes an admin's token."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.question import Place, Question
from bot.slack.clients import with_timeout
from bot.slack.posting import permalink, read_message

# The asker waits for the warning that offers the deletion.
_TIMEOUT_SECONDS = 3


class Deletion:
    """Deletes messages with an admin's client; without one, nothing. Thread-safe."""

    def __init__(self, admin: WebClient | None = None) -> None:
        self._admin = admin

    def can_delete(self, question: Question) -> bool:
        """Whether a question's message can be deleted, as far as can be known in advance.

        Not if the admin cannot see it, as in other people's direct messages, or if it was written
        by someone from another company.
        """
        if self._admin is None or not question.surface.has_message:
            return False
        if question.home and question.team and question.home != question.team:
            return False
        return (
            permalink(with_timeout(self._admin, _TIMEOUT_SECONDS), question.channel, question.ts)
            is not None
        )

    def delete(self, client: WebClient, place: Place, user: str) -> bool:
        """Delete a message if the person wrote it; False if not.

        Raises SlackApiError if Slack refuses.
        """
        message = read_message(client, place)
        if self._admin is None or message is None or message.get("user") != user:
            return False
        self._admin.chat_delete(channel=place.channel, ts=place.ts)
        return True

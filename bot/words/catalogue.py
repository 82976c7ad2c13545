"""The strings for Slack by language."""

from __future__ import annotations

from bot.words import en, ja
from bot.words.words import SlackWords


def words(language: str | None) -> SlackWords:
    """Return the bot's strings for a language (ISO 639-1): Japanese, else English."""
    return ja.WORDS if language == "ja" else en.WORDS

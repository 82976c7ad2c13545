"""The shared words by language, and what languages and kinds of secrets are called."""

from __future__ import annotations

from collections.abc import Sequence

from kb.words import en, ja
from kb.words.words import Words

_LANGUAGE_NAMES = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}

_SECRETS_JA = {
    "AWS access key": "AWSのアクセスキー",
    "AWS secret key": "AWSのシークレットキー",
    "private key": "秘密鍵",
    "session token": "セッショントークン",
    "Slack token": "Slackのトークン",
    "GitHub token": "GitHubのトークン",
    "GitLab token": "GitLabのトークン",
    "web token": "Webトークン（JWT）",
    "password in a web address": "URLの中のパスワード",
    "azure storage account access key": "Azure Storageのアクセスキー",
    "discord bot token": "Discordボットのトークン",
    "mailchimp access key": "Mailchimpのアクセスキー",
    "npm tokens": "npmのトークン",
    "openai token": "OpenAIのトークン",
    "pypi token": "PyPIのトークン",
    "sendgrid api key": "SendGridのAPIキー",
    "square oauth secret": "SquareのOAuthシークレット",
    "stripe access key": "Stripeのアクセスキー",
    "telegram bot token": "Telegramボットのトークン",
    "twilio api key": "TwilioのAPIキー",
}


def words(language: str | None) -> Words:
    """Return the bot's words for a person's language (ISO 639-1): Japanese, else English."""
    return ja.WORDS if language == "ja" else en.WORDS


def language_name(language: str, for_language: str) -> str:
    """Return what a language is called in the words of another."""
    names = _LANGUAGE_NAMES["ja" if for_language == "ja" else "en"]
    return names.get(language, language)


def secret_names(kinds: Sequence[str], language: str | None) -> str:
    """Return what kinds of secrets (kb.question.redact) are called, in Japanese or in English."""
    if language != "ja":
        return ", ".join(kinds)
    return "、".join(_SECRETS_JA.get(kind, kind) for kind in kinds)

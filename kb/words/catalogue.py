"""The shared texts by language, and the names of languages and kinds of secrets."""

from __future__ import annotations

from collections.abc import Sequence

from kb.words import en, ja
from kb.words.words import Words

_LANGUAGE_NAMES = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}

_SECRETS_JA = {
    "web token": "Webトークン（JWT）",
    "password in a web address": "URLの中のパスワード",
    "one-time code": "ワンタイムコード",
    "one-time code key": "ワンタイムコードの鍵",
    "session token": "セッショントークン",
    "seed phrase": "シードフレーズ",
    "recovery code": "リカバリーコード",
    "recovery key": "リカバリーキー",
    "card number": "カード番号",
    "password hash": "パスワードのハッシュ",
    "PIN": "暗証番号",
}
# Endings of vendor-specific kinds such as "Stripe API key", longer ones first.
_SECRET_ENDS_JA = {
    "access key": "アクセスキー",
    "secret key": "シークレットキー",
    "private key": "秘密鍵",
    "API token": "APIトークン",
    "API key": "APIキー",
    "webhook": "WebhookのURL",
    "password": "パスワード",
    "secret": "シークレット",
    "token": "トークン",
    "key": "キー",
}


def words(language: str | None) -> Words:
    """Return the bot's texts for a person's language (ISO 639-1): Japanese, otherwise English."""
    return ja.WORDS if language == "ja" else en.WORDS


def language_name(language: str, for_language: str) -> str:
    """Return the name of a language in another; its code if no name is known."""
    names = _LANGUAGE_NAMES["ja" if for_language == "ja" else "en"]
    return names.get(language, language)


def secret_names(kinds: Sequence[str], language: str | None) -> str:
    """Return the names of kinds of secrets (kb.question.redact), in Japanese or English."""
    if language != "ja":
        return ", ".join(kinds)
    return "、".join(_in_japanese(kind) for kind in kinds)


def _in_japanese(kind: str) -> str:
    if kind in _SECRETS_JA:
        return _SECRETS_JA[kind]
    for end, name in _SECRET_ENDS_JA.items():
        if kind == end:
            return name
        if kind.endswith(f" {end}"):
            return f"{kind.removesuffix(end).strip()}の{name}"
    return kind

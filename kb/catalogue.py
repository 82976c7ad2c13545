"""The bot's own words, in Japanese and English. The guide's words are never among them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What the bot says of its own, in one language. Braces are filled in by `format`."""

    greeting: str
    hello: str
    welcome: str
    examples_label: str
    leaving: str
    examples: tuple[str, ...]
    not_covered: str
    nearest: str
    clarify: str
    none_of_these: str
    rephrase: str
    sources: str
    notes: str
    see_also: str
    original_language: str
    lines: str
    confidence: str
    continued: str
    apology: str
    not_ready: str
    empty_question: str
    secret_pasted: str
    thinking: str


_JA = Words(
    greeting="ガイドについて、ふだんの言葉で質問してください。",
    hello="こんにちは。次のガイドについて、引用元を付けてお答えします。",
    welcome="どういたしまして。ほかにもあれば、いつでもどうぞ。",
    examples_label="たとえば:",
    leaving="終了は Ctrl-D",
    examples=("シークレットキーをなくした", "ポリシーの変更が反映されない"),
    not_covered="ガイドには、この質問への答えが見つかりませんでした。",
    nearest="近い項目:",
    clarify="どちらのことでしょうか。近いほうを選ぶか、言葉を足して聞き直してください。",
    none_of_these="どれも違う場合は、エラーメッセージや操作の内容を添えて聞き直してください。",
    rephrase="エラーメッセージや操作の内容を添えて聞き直すか、担当者にお問い合わせください。",
    sources="出典",
    notes="補足",
    see_also="関連リンク",
    original_language="ガイドは{language}のため、原文のまま引用します。",
    lines="行: {lines}",
    confidence="確信度",
    continued="{heading} (続き)",
    apology=(
        "申し訳ありません。回答中に問題が起きました。もう一度お試しください。"
        "続くようでしたら、番号 {id} を管理者にお伝えください。"
    ),
    not_ready=(
        "まだガイドが取り込まれていないため、お答えできません。"
        "ドキュメント担当者がガイドを取り込むまでお待ちください。(番号 {id})"
    ),
    empty_question="何についてお困りですか? 例: 「{example}」",
    secret_pasted=(
        "メッセージに秘密情報 ({kinds}) が含まれています。漏えいしたものとして扱い、"
        "すぐに無効にして新しいものに取り替えてください。内容は保存も記録もしていません。"
    ),
    thinking="ガイドを確認しています…",
)

_EN = Words(
    greeting="Ask about the guides, in your own words.",
    hello="Hello. I answer questions from these guides, each step with its source:",
    welcome="You're welcome. Ask whenever there is something else.",
    examples_label="For example:",
    leaving="Ctrl-D ends",
    examples=("I lost my secret key", "my policy change does not show up"),
    not_covered="I did not find an answer to this in the guides.",
    nearest="The closest sections:",
    clarify="Which of these do you mean? Pick one, or ask again with a few more words.",
    none_of_these="None of these? Ask again with the error message or what you were doing.",
    rephrase=(
        "Try again with the error message or what you were doing, "
        "or ask the team that owns the guide."
    ),
    sources="Sources",
    notes="Good to know",
    see_also="See also",
    original_language="The guide is in {language}; this is its own wording.",
    lines="lines {lines}",
    confidence="confidence",
    continued="{heading} (continued)",
    apology=(
        "Sorry, something went wrong while I was answering. Please try again. "
        "If it happens again, tell the administrator this number: {id}"
    ),
    not_ready=(
        "I cannot answer yet, because no guide has been ingested. "
        "The docs team has to do that first. ({id})"
    ),
    empty_question="What do you need help with? For example: “{example}”",
    secret_pasted=(
        "What you wrote holds a secret ({kinds}). Treat it as leaked: deactivate it now, and "
        "replace it. I have not stored or logged it."
    ),
    thinking="Looking in the guides…",
)

_LANGUAGE_NAMES = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}


def words(language: str) -> Words:
    """Return the bot's words for a person's language (ISO 639-1): Japanese, else English."""
    return _JA if language == "ja" else _EN


def language_name(language: str, for_language: str) -> str:
    """Return what a language is called in the words of another."""
    names = _LANGUAGE_NAMES["ja" if for_language == "ja" else "en"]
    return names.get(language, language)

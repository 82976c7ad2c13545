"""How messages read that do not name the bot."""

from __future__ import annotations

import pytest

from bot.answering.conduct import talk_of
from bot.answering.reading import addresses_everyone, addresses_someone, is_question, is_wordless
from kb.question.redact import redact


@pytest.mark.parametrize(
    "text",
    [
        "how do I delete an MFA device?",
        "and what about the console",
        "MFA デバイスを消したい",
        "消し方を教えてください",
        "ログインできません",
        "wie lösche ich das?",
        "comment supprimer la clé ?",
        "¿Cómo borro la clave?",
        "怎么删除密钥",
        "어떻게 삭제하나요?",
    ],
)
def test_questions(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["it works now", "I told Bob", "見てみます", "den Schlüssel habe ich"]
)
def test_statements(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize("text", [":+1:", "👍", ":tada: :tada:", "+1", "!!", ":wave::skin-tone-3:"])
def test_messages_without_words(text: str) -> None:
    assert is_wordless(text)


def test_messages_with_words() -> None:
    assert not is_wordless("鍵 :key:") and not is_wordless("MFA")


@pytest.mark.parametrize(
    "text", ["anybody up for lunch?", "誰か知りませんか？", "weiß jemand Bescheid?"]
)
def test_what_is_for_everybody(text: str) -> None:
    assert addresses_everyone(text) and addresses_someone(text)


@pytest.mark.parametrize(
    "text", ["did you try the console?", "田中さんは試しましたか？", "你试了吗"]
)
def test_what_is_for_one_person(text: str) -> None:
    assert addresses_someone(text) and not addresses_everyone(text)


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("No, that's not it.", "no"),
        ("それじゃない", "no"),
        ("それじゃないです。", "no"),
        ("thanks, but that's not it", "no"),
        ("Nein, das ist es nicht", "no"),
        ("Non, ce n'est pas ça !", "no"),
        ("stop", "stop"),
        ("please stop!", "stop"),
        ("もういいです", "stop"),
        ("np", "fine"),
        ("ok :+1:", "fine"),
        ("了解です！", "fine"),
        ("ok, thanks!", "thanks"),
        ("thanks <3", "thanks"),
        ("ありがとうございます :pray:", "thanks"),
        ("how to stop an instance", None),
        ("no, I mean the MFA device", None),
    ],
)
def test_short_words(text: str, talk: str | None) -> None:
    assert talk_of(redact(text)) == talk

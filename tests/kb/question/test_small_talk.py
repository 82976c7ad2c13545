from __future__ import annotations

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.model import Decision
from kb.question.redact import redact
from kb.question.small_talk import small_talk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi", "hello"),
        ("Hello, bot!", "hello"),
        ("thanks!!! 🎉", "thanks"),
        ("ありがとうございます！", "thanks"),
        ("使い方を教えてください", "help"),
        ("¿Qué puedes hacer?", "help"),
        ("hi, I lost my secret key", None),
        ("help me sign in", None),
        ("thanksgiving", None),
        ("こんにちは、シークレットキーをなくしました", None),
        ("", None),
        ("?!", None),
    ],
)
def test_small_talk(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind


def test_small_talk_is_answered_with_what_the_guides_are(sample: KnowledgeBase) -> None:
    answer = sample.ask(redact("こんにちは"))
    assert answer.decision is Decision.SMALL_TALK
    assert answer.topics == ("IAM トラブルシューティング",)
    assert sample.ask(redact("what can you do?")).topics == ("IAM troubleshooting",)

from __future__ import annotations

import pytest

from kb.answer.instructions import is_instruction


@pytest.mark.parametrize(
    "sentence",
    [
        "新しいキーを作成する必要があります。",
        "管理者に連絡してください。",
        "ポリシーを編集しないでください。",
        "[保存] を選択します。",
        "まず、古いキーを削除します。",
        "先に試すことをお勧めします。",
        "キーがある場合は、一つを無効にします。",
    ],
)
def test_japanese_instructions(sentence: str) -> None:
    assert is_instruction(sentence, "ja")


@pytest.mark.parametrize(
    "sentence",
    [
        "キーは二つの部分からできています。",
        "あとから表示することはできません。",
        "エラーが表示されることがあります。",
        "代わりに、IAM は新しい版を作成します。",
        "これは最初に提供されます。",
        "アクセスキー識別子。",
    ],
)
def test_japanese_explanations(sentence: str) -> None:
    assert not is_instruction(sentence, "ja")


@pytest.mark.parametrize(
    "sentence",
    [
        "Delete the old key.",
        "Next, choose Save.",
        "If two keys exist, delete one.",
        "You must create a new pair.",
        "Don't edit the policy.",
        "For details, see the manual.",
        "Make sure that the clock is right.",
    ],
)
def test_english_instructions(sentence: str) -> None:
    assert is_instruction(sentence, "en")


@pytest.mark.parametrize(
    "sentence",
    [
        "A key has two parts.",
        "It cannot be shown again.",
        "Are you using a proxy?",
        "The policy version is different.",
        "If it fails, the role is missing.",
    ],
)
def test_english_explanations(sentence: str) -> None:
    assert not is_instruction(sentence, "en")


def test_other_languages_cannot_be_told() -> None:
    assert is_instruction("Löschen Sie den Schlüssel.", "de") is None

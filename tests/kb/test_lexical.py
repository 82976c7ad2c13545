from __future__ import annotations

from kb.lexical import LexicalIndex, literals, tokens

TEXTS = [
    "シークレットアクセスキーを紛失した場合は削除します",
    "ポリシーの変数 ${aws:username} を確認します",
    "User is not authorized to perform: iam:DeleteVirtualMFADevice",
]


def test_words_bigrams_and_identifiers() -> None:
    assert tokens("鍵を MFADevice políticas") == ["鍵を", "mfadevice", "mfa", "device", "políticas"]
    assert "iam:deletevirtualmfadevice" in tokens("iam:DeleteVirtualMFADeviceを実行")
    assert tokens("ＭＦＡ") == tokens("MFA")


def test_literals_are_what_nobody_writes_by_chance() -> None:
    found = literals("Use ${aws:username} and ListVirtualMFADevices, list-virtual-mfa-devices now")
    assert found == {"${aws:username}", "listvirtualmfadevices", "list-virtual-mfa-devices"}


def test_the_best_text_is_the_one_with_the_words() -> None:
    index = LexicalIndex(TEXTS, range(3))
    assert index.scores("アクセスキーを紛失").argmax() == 0
    assert index.scores("${aws:username}").argmax() == 1
    assert not index.scores("brötchen").any()


def test_literals_are_matched_whole() -> None:
    index = LexicalIndex(TEXTS, range(3))
    assert index.literal_scores("error for iam:DeleteVirtualMFADevice!").tolist() == [0, 0, 1]
    assert not index.literal_scores("iam:DeleteUser").any()


def test_a_question_in_another_language_is_hardly_covered() -> None:
    index = LexicalIndex(TEXTS, range(3))
    assert index.coverage("アクセスキーを紛失した") > 0.5
    assert index.coverage("I have lost the key of my user") < 0.2
    assert index.coverage("") == 0

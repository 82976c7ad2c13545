from __future__ import annotations

from kb.retrieval.lexical import LexicalIndex, literals, tokens

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
    index = LexicalIndex(TEXTS, range(3), sections=range(3), guides=[0, 0, 0])
    assert index.scores("アクセスキーを紛失").argmax() == 0
    assert index.scores("${aws:username}").argmax() == 1
    assert not index.scores("brötchen").any()


def test_literals_are_matched_whole() -> None:
    index = LexicalIndex(TEXTS, range(3), sections=range(3), guides=[0, 0, 0])
    assert index.literal_scores("error for iam:DeleteVirtualMFADevice!").tolist() == [0, 0, 1]
    assert not index.literal_scores("iam:DeleteUser").any()


def test_a_question_in_another_language_is_hardly_covered() -> None:
    index = LexicalIndex(TEXTS, range(3), sections=range(3), guides=[0, 0, 0])
    assert index.coverage("アクセスキーを紛失した") > 0.5
    assert index.coverage("I have lost the key of my user") < 0.2
    assert index.coverage("") == 0


LONG = [
    "Rotating keys\nMake a second key for the build user.",
    "Rotating keys\nDelete the old one when the pipeline no longer uses it.",
    "Billing\nThe pipeline has a budget.",
]


def test_the_words_of_a_long_question_are_found_all_over_a_section() -> None:
    index = LexicalIndex(LONG, range(3), sections=[0, 0, 1], guides=[0, 0, 1])
    asked = "the pipeline uses the old key"
    assert index.scores(asked)[0] < 1
    assert index.section_scores(asked).tolist()[:2] == [1, 1]
    assert index.section_scores(asked)[2] < 1


def test_the_words_of_guides_count_only_where_there_are_several() -> None:
    several = LexicalIndex(LONG, range(3), sections=[0, 0, 1], guides=[0, 0, 1])
    assert several.guide_scores("rotating keys").tolist() == [0.5, 0.5, 0]
    one = LexicalIndex(LONG, range(3), sections=[0, 0, 1], guides=[0, 0, 0])
    assert not one.guide_scores("rotating keys").any()

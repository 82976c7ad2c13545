from __future__ import annotations

import pytest

from kb.text.language import detect_language, language_of_guide, with_colon


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I lost my secret key", "en"),
        ("how do I reset my Salesforce password", "en"),
        ("CloudTrail", "en"),
        ("login", "en"),
        ("ログイン", "ja"),
        ("シークレットキーをなくした", "ja"),
        ("IAM ユーザー", "ja"),
        ("権限", "ja"),
        ("perdí mi clave de acceso", "es"),
        ("j'ai perdu ma clé", "fr"),
        ("Ich habe meinen Schlüssel verloren", "de"),
        ("비밀 키를 잃어버렸어요", "ko"),
        ("我的访问密钥丢失了需要重新创建", "zh"),
    ],
)
def test_language_of_a_question(text: str, language: str) -> None:
    assert detect_language(text, otherwise="ja") == language


def test_a_pasted_token_takes_no_time_to_speak_of() -> None:
    assert detect_language("a" * 200_000, otherwise="ja") == "en"


@pytest.mark.parametrize("text", ["MFA", "iam:DeleteVirtualMFADevice", "???", "", "12345"])
def test_what_says_nothing_is_in_the_askers_language(text: str) -> None:
    assert detect_language(text, otherwise="ja") == "ja"
    assert detect_language(text, otherwise="en") == "en"


def test_a_label_has_the_colon_of_its_script() -> None:
    assert with_colon("重要") == "重要："
    assert with_colon("Important") == "Important: "


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Open the settings, choose ヘルプ, and then press OK twice. " * 5, "en"),
        ("Contact 総務部 or 情報システム部 when the badge does not open the door. " * 3, "en"),
        ("設定で Remote Desktop Services Manager を開き、Restart を押します。" * 3, "ja"),
        ("请打开设置，然后选择网络。如果仍然无法连接，请重新启动路由器。" * 3, "zh"),
        ("The key to this door is in a drawer. " * 20 + "Ouvrez la porte avec la clé. " * 6, "en"),
    ],
)
def test_a_guide_is_in_the_language_of_most_of_its_text(text: str, language: str) -> None:
    assert language_of_guide(text) == language

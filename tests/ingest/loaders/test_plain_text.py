from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders.load import load, read_source
from ingest.loaders.text.looks_like_code import looks_like_code
from ingest.loaders.text.recovery import recover
from ingest.parse.outline import parse
from kb.model import BlockKind, Guide
from tests.conftest import REAL_GUIDE, needs_real_guides
from tests.tree import assert_tree


@pytest.fixture(scope="module")
def real_guide() -> Guide:
    return parse(load(read_source(REAL_GUIDE)))


@needs_real_guides
def test_real_guide_has_its_seven_sections(real_guide: Guide) -> None:
    assert real_guide.info.title == "IAM をトラブルシューティングする"
    assert real_guide.info.id == "iam-troubleshooting"
    assert real_guide.info.language == "ja"
    assert [section.heading for section in real_guide.sections] == [
        "自分の AWS アカウントにサインインできません",
        "アクセスキーを紛失した",
        "ポリシーの変数が機能していない",
        "行った変更がすぐに表示されないことがある",
        "iam:DeleteVirtualMFADevice を実行することを認可されていません",
        "IAM ユーザーを安全に作成するにはどうすればよいですか?",
        "追加リソース",
    ]


@needs_real_guides
def test_entries_that_lead_elsewhere_are_see_also_links(real_guide: Guide) -> None:
    assert len(real_guide.info.see_also) == 8
    assert real_guide.info.see_also[0].text.startswith("アクセス拒否エラーメッセージ")
    assert real_guide.info.see_also[-1].text.startswith("SAML と IAM")


@needs_real_guides
def test_real_guide_sign_in_and_lost_key(real_guide: Guide) -> None:
    assert_tree(real_guide.sections[0], ["paragraph 20 正しい認証情報を持ってい"])
    assert_tree(
        real_guide.sections[1],
        [
            "paragraph 22 アクセスキーは 2 つ",
            "bullet 24 アクセスキー識別子。こ",
            "bullet 26 シークレットアクセスキー",
            "paragraph 27 シークレットアクセスキー",
        ],
    )


@needs_real_guides
def test_real_guide_policy_variables(real_guide: Guide) -> None:
    assert_tree(
        real_guide.sections[2],
        [
            "paragraph 29 ポリシー変数が",
            "bullet 30-37 Version ポリシー要素",
            "  bullet 32-37 変数のある",
            '    code 33 "Version": "2012-10-17',
            "    paragraph 34-37 がポリシーに",
            "bullet 37-39 変数文字の",
            "  bullet 39 お客様の",
        ],
    )
    code = real_guide.sections[2].blocks[1].children[0].children[0]
    assert code.text == '"Version": "2012-10-17"'


@needs_real_guides
def test_real_guide_changes_not_visible(real_guide: Guide) -> None:
    assert_tree(
        real_guide.sections[3],
        [
            "paragraph 41 世界中のデータセンター内",
            "paragraph 42 発生する可能性のあるこれ",
            "paragraph 43 AWS の他のいくつか",
            "bullet 45 Amazon Dynam",
            "bullet 47 Amazon EC2:",
            "bullet 49-50 Amazon EMR:「",
            "bullet 51 Amazon Redsh",
            "bullet 53 Amazon S3: A",
        ],
    )
    assert real_guide.sections[3].blocks[5].text.endswith("ETL Workflows」")


@needs_real_guides
def test_real_guide_mfa_procedure_has_three_steps_with_commands(real_guide: Guide) -> None:
    section = real_guide.sections[4]
    assert_tree(
        section,
        [
            "paragraph 55 自分または",
            "code 56-58 User: arn:aws:iam::12345678901",
            "paragraph 59 これは、誰かが",
            "paragraph 60 この問題を",
            "caption 61 既存の未割り当て",
            "1. 63-69 アカウントの",
            "  bullet 65-66 AWS CLI:",
            "    code 66 aws iam list-virtual-mfa-devices",
            "  bullet 68-69 AWS API:",
            "    code 69 ListVirtualMFADevices",
            "2. 72 レスポンスで、",
            "3. 74-80 仮想化 MFA",
            "  bullet 76-77 AWS CLI:",
            "    code 77 aws iam delete-virtual-mfa-device",
            "  bullet 79-80 AWS API:",
            "    code 80 DeleteVirtualMFADevice",
        ],
    )
    assert section.blocks[1].text.split("\n") == [
        "User: arn:aws:iam::123456789012:user/Diego is not authorized to perform:",
        "iam:DeleteVirtualMFADevice",
        "on resource: arn:aws:iam::123456789012:mfa/Diego with an explicit deny",
    ]


@needs_real_guides
def test_real_guide_user_creation_and_resources(real_guide: Guide) -> None:
    assert_tree(
        real_guide.sections[5],
        [
            "paragraph 83 AWS へのアクセ",
            "paragraph 84 IAM で新しいユ",
            "1. 86 AWS Manage",
            "2. 88 ユーザーを追加したら",
            "3. 90 E メール、チャット",
            "4. 92 従業員が確認したら、",
        ],
    )
    assert_tree(
        real_guide.sections[6],
        [
            "paragraph 94 AWS を使用",
            "bullet 96 AWS CloudTrail",
            "bullet 98-99 AWS ナレッジセンター — ",
            "bullet 100-101 AWS サポートセンター — ",
            "bullet 102-103 AWS プレミアム",
        ],
    )


@needs_real_guides
def test_every_block_quotes_its_source_lines(real_guide: Guide) -> None:
    source = REAL_GUIDE.read_text("utf-8").split("\n")
    squeezed = [line.replace(" ", "") for line in source]
    for section in real_guide.sections:
        for block in section.blocks:
            words = "".join(squeezed[block.lines.first - 1 : block.lines.last])
            first = block.text.split("\n")[0].replace(" ", "")
            assert first[:20] in words, block


def test_a_text_without_contents_is_one_section(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Coffee machine\nPress the button twice.\nThen wait.\n", "utf-8")
    guide = parse(load(read_source(path)))
    assert [section.heading for section in guide.sections] == ["Coffee machine"]
    assert_tree(
        guide.sections[0],
        [
            "paragraph 2 Press the button twice.",
            "paragraph 3 Then wait.",
        ],
    )


def test_a_heading_named_twice_in_the_text_is_a_section_once() -> None:
    text = "Title\n- Reset\n- Elsewhere\nReset\nDo it.\nReset\nDone."
    recovered = recover(text)
    assert recovered.markdown.count("## Reset") == 1
    assert recovered.see_also == ("Elsewhere",)


def test_markdown_in_a_plain_text_stays_words(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("T\n# 1\n*a* _b_ `c` [d](e) <f> ${g}.\n1. h\n> i\n+ j\n", "utf-8")
    (section,) = parse(load(read_source(path))).sections
    assert [block.text for block in section.blocks] == [
        "# 1",
        "*a* _b_ `c` [d](e) <f> ${g}.",
        "1. h",
        "> i",
        "+ j",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "aws iam list-virtual-mfa-devices",
        "ListVirtualMFADevices",
        '"Version": "2012-10-17"',
        "arn:aws:iam::123456789012:user/Diego",
        "iam:DeleteVirtualMFADevice",
        "$ make chat",
        "terraform plan -out tf.plan",
    ],
)
def test_code_is_recognised(line: str) -> None:
    assert looks_like_code(line)


@pytest.mark.parametrize(
    "line",
    [
        "Press the button.",
        "AWS CLI:",
        "仮想 MFA デバイスを表示します。",
        "See also: the guide",
        "Amazon S3",
    ],
)
def test_prose_is_not_code(line: str) -> None:
    assert not looks_like_code(line)


def test_numbered_lines_are_steps(tmp_path: Path) -> None:
    path = tmp_path / "router.txt"
    path.write_text(
        "Router\n- Reset\nReset\nThe light is red.\n"
        "1. Unplug the router.\n2. Run this:\nping -c 1 router\n3. Plug it in.\nIt is green.\n"
    )
    (section,) = parse(load(read_source(path))).sections
    assert [block.kind for block in section.blocks] == [
        BlockKind.PARAGRAPH,
        *[BlockKind.STEP] * 3,
        BlockKind.PARAGRAPH,
    ]
    assert section.blocks[2].children[0].kind is BlockKind.CODE
    assert [str(block.lines) for block in section.blocks] == ["4", "5", "6-7", "8", "9"]


def test_a_form_feed_is_no_new_line() -> None:
    assert recover("T\n- H\na\x0cb\nH\nPush.").lines[-1] == 5

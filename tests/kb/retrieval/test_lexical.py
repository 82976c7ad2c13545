from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kb.retrieval.lexical import (
    LexicalIndex,
    Synonyms,
    question_terms,
    tokens,
)
from kb.snapshot.terms import read_terms, write_terms

TEXTS = [
    "シークレットアクセスキーを紛失した場合は削除します",
    "ポリシーの変数 ${aws:username} を確認します",
    "User is not authorized to perform: iam:DeleteVirtualMFADevice",
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    write_terms([tokens(text) for text in TEXTS], tmp_path, "texts")
    return LexicalIndex(read_terms(tmp_path, "texts"))


def test_words_bigrams_and_identifiers() -> None:
    assert tokens("鍵を MFADevice políticas") == ["鍵を", "mfadevice", "mfa", "device", "políticas"]
    assert "iam:deletevirtualmfadevice" in tokens("iam:DeleteVirtualMFADeviceを実行")
    assert tokens("ＭＦＡ") == tokens("MFA")


@pytest.mark.parametrize(
    ("question", "language", "terms"),
    [
        ("How do I replace the lamp?", "en", ["replace", "lamp"]),
        ("Wie kann ich die Lampe wechseln?", "de", ["lampe", "wechseln"]),
        ("el proyector no se enciende", "es", ["proyector", "enciende"]),
        ("ランプはどうやって替えますか", "ja", ["ラン", "ンプ", "プは", "て替", "替え"]),
        ("これはどこ", "ja", ["これ", "れは", "はど", "どこ"]),
        ("what is it", "en", ["what", "is", "it"]),
    ],
)
def test_a_question_is_searched_by_the_terms_that_say_something(
    question: str, language: str, terms: list[str]
) -> None:
    assert question_terms(question, language) == terms


def test_the_best_text_is_the_one_with_the_words(index: LexicalIndex) -> None:
    assert index.shares(tokens("アクセスキーを紛失")).argmax() == 0
    assert index.shares(tokens("${aws:username}")).tolist() == [0, 1, 0]
    assert index.shares(tokens("error for iam:DeleteVirtualMFADevice!")).argmax() == 2
    assert not index.shares(tokens("brötchen")).any() and not index.shares([]).any()
    assert index.knows("user") and not index.knows("brötchen")


def test_texts_without_words_are_found_by_none(tmp_path: Path) -> None:
    write_terms([[], []], tmp_path, "empty")
    assert LexicalIndex(read_terms(tmp_path, "empty")).shares(["word"]).tolist() == [0, 0]


def test_what_means_the_same_is_searched_for_too() -> None:
    synonyms = Synonyms([["beamer", "video projector"], ["VPN", "仮想専用線"]])
    assert list(synonyms.of("my Beamer is dark")) == ["video", "projector"]
    assert list(synonyms.of("the projector is dark")) == []
    assert list(synonyms.of("仮想専用線につながらない")) == ["vpn"]


def test_the_files_are_the_same_whoever_writes_them(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from kb.retrieval.lexical import tokens; "
        "from kb.snapshot.terms import write_terms; "
        "write_terms([tokens(t) for t in sys.argv[2:]], Path(sys.argv[1]), 'texts')"
    )
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", script, folder, *TEXTS], env={"PYTHONHASHSEED": seed}, check=True
        )
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()

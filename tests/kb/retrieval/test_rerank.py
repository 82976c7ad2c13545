"""The cross-encoder that may look at what was found once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import ModelError
from kb.knowledge_base import KnowledgeBase
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.rerank import Reranker


def cross_encoder(folder: Path, outputs: int = 1) -> Path:
    """Make a tiny cross-encoder of random weights: real in all but what it says."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "key", "lost", "sign", "in", "my", "i"]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_the_sections_are_in_the_order_of_both_scores(
    sample_home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    reranker = Reranker(str(cross_encoder(tmp_path / "model")), tmp_path)
    without = KnowledgeBase(sample_home, embeddings).find(redact("I lost my key"))
    found = KnowledgeBase(sample_home, embeddings, reranker).find(redact("I lost my key"))
    before = {hit.section: hit.score for hit in without.hits}
    added = [hit.score - before[hit.section] for hit in found.hits]
    assert all(0 < more < 4 for more in added)
    assert [hit.score for hit in found.hits] == sorted((h.score for h in found.hits), reverse=True)


@pytest.mark.e2e
def test_a_reranker_that_cannot_be_had_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Set RERANKER to"):
        Reranker(str(tmp_path / "none"), tmp_path).load()


@pytest.mark.e2e
def test_a_model_with_several_outputs_is_refused(tmp_path: Path) -> None:
    folder = cross_encoder(tmp_path / "model", outputs=3)
    with pytest.raises(ModelError, match="has 3 outputs"):
        Reranker(str(folder), tmp_path).load()

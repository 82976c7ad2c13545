from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import ModelError


def test_it_is_a_langchain_embeddings(embeddings: SentenceTransformerEmbeddings) -> None:
    documents = embeddings.embed_documents(["door", "window"])
    assert len(documents) == 2 and len(documents[0]) == embeddings.dimension == 384
    question = embeddings.embed_query("door")
    assert np.dot(question, documents[0]) > np.dot(question, documents[1])


def test_the_models_own_prompts_are_used(embeddings: SentenceTransformerEmbeddings) -> None:
    assert embeddings.prompt("query") == "query: "
    assert embeddings.prompt("document") == "passage: "
    assert not np.allclose(
        embeddings.encode(["door"], "query"), embeddings.encode(["door"], "document")
    )


def test_order_is_kept_and_nothing_to_embed_is_fine(
    embeddings: SentenceTransformerEmbeddings,
) -> None:
    texts = ["long " * 60, "short", "of middling length, this one"]
    together = embeddings.encode(texts, "document")
    for text, vector in zip(texts, together, strict=True):
        assert float(vector @ embeddings.encode([text], "document")[0]) > 0.99
    assert embeddings.encode([], "document").shape == (0, 384)


@pytest.mark.e2e
def test_an_unknown_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "no-model"
    folder.mkdir()
    with pytest.raises(ModelError, match=r"no-model.*cannot be loaded"):
        SentenceTransformerEmbeddings(str(folder), tmp_path).load()

"""Models by name: folders, and those of the hub at the commit that is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.embedder.hub import HubModel, find_model
from kb.errors import ModelError
from kb.retrieval.rerank import Reranker

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_folder_needs_no_commit(tmp_path: Path) -> None:
    folder = tmp_path / f"model@{COMMIT}"
    folder.mkdir()
    assert find_model(str(folder), "RERANKER") == HubModel(str(folder))


@pytest.mark.parametrize("name", ["model", "somebody/a-model.v2"])
def test_a_name_on_the_hub_has_its_commit(name: str) -> None:
    assert find_model(f"{name}@{COMMIT}", "RERANKER") == HubModel(name, COMMIT)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "said",
    [
        "model",
        "somebody/model",
        "somebody/model@main",
        "somebody/model@v1.0",
        f"somebody/model@{COMMIT[:-1]}",
        f"somebody/model@{COMMIT}\n",
        f"../model@{COMMIT}",
        "/no/such/folder",
    ],
)
def test_a_name_that_may_stand_for_something_else_tomorrow(said: str, tmp_path: Path) -> None:
    for load, setting in (
        (SentenceTransformerEmbeddings(said, tmp_path).load, "EMBEDDING_MODEL"),
        (Reranker(said, tmp_path).load, "RERANKER"),
    ):
        with pytest.raises(ModelError, match="must be pinned to a commit") as raised:
            load()
        assert f"Set {setting} to a folder or to NAME@COMMIT" in str(raised.value)


@pytest.mark.e2e
def test_the_libraries_are_asked_for_that_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def refuse(name: str, *, revision: str, **_: object) -> None:
        asked.append((name, revision))
        raise OSError("no network")

    for kind in ("SentenceTransformer", "CrossEncoder"):
        monkeypatch.setattr(f"sentence_transformers.{kind}", refuse)
    with pytest.raises(ModelError, match="no network"):
        SentenceTransformerEmbeddings(f"somebody/model@{COMMIT}", tmp_path).load()
    with pytest.raises(ModelError, match="no network"):
        Reranker(f"somebody/reader@{COMMIT}", tmp_path).load()
    assert asked == [("somebody/model", COMMIT), ("somebody/reader", COMMIT)]

"""The search as a LangChain retriever: the same door as everybody's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.errors import EmbedderMismatchError
from kb.knowledge_base import KnowledgeBase
from kb.model import Audience
from kb.paths import Home
from kb.question.redact import redact
from kb.retrieval.rerank import Reranker
from testing.openai_server import ChatServer
from tests.conftest import REPOSITORY
from tests.ingesting import ingest
from tests.kb.retrieval.test_rerank import cross_encoder

LOST = "I lost my secret key"
PASTED = f"{LOST}: AKIAIOSFODNN7RS4QX2B"


def test_it_finds_sections_best_first(sample: KnowledgeBase) -> None:
    documents = sample.retriever(None, k=2).invoke(LOST)
    assert [document.metadata["anchor"] for document in documents][0] == "lost-access-key"
    assert len(documents) == 2
    assert documents[0].metadata["score"] >= documents[1].metadata["score"]
    assert "access key" in documents[0].page_content


def test_it_searches_without_what_was_pasted(sample: KnowledgeBase) -> None:
    pasted, clean = (sample.retriever(None).invoke(text) for text in (PASTED, redact(PASTED)))
    assert pasted == clean != sample.retriever(None).invoke(LOST)


def test_hidden_guides_are_found_by_their_audience_alone(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    for name, front in (("doors", ""), ("safe", "---\nvisible_to: [C7]\n---\n")):
        (tmp_path / f"{name}.md").write_text(f"{front}# {name}\n\n## Stuck\n\nPush the {name}.\n")
    ingest([tmp_path / "doors.md", tmp_path / "safe.md"], home, embeddings)
    knowledge_base = KnowledgeBase(home, embeddings)

    def guides(audience: Audience | None) -> set[str]:
        found = knowledge_base.retriever(audience).invoke("the safe is stuck")
        return {document.metadata["guide"] for document in found}

    assert guides(Audience("C1")) == {"doors"}
    assert guides(Audience("C7")) == guides(None) == {"doors", "safe"}


def test_it_reads_again_what_answers_read_again(
    sample_home: Home, embeddings: SentenceTransformerEmbeddings, tmp_path: Path
) -> None:
    reranker = Reranker(str(cross_encoder(tmp_path / "model")), tmp_path)
    knowledge_base = KnowledgeBase(sample_home, embeddings, reranker)
    scores = [d.metadata["score"] for d in knowledge_base.retriever(None).invoke(LOST)]
    assert scores == [hit.score for hit in knowledge_base.find(redact(LOST)).hits[:5]]
    assert scores != [
        hit.score for hit in KnowledgeBase(sample_home, embeddings).find(redact(LOST)).hits[:5]
    ]


def test_it_refuses_a_snapshot_of_another_model(sample_home: Home, models: Path) -> None:
    other = SentenceTransformerEmbeddings("some/other-model", models)
    with pytest.raises(EmbedderMismatchError):
        KnowledgeBase(sample_home, other).retriever(None).invoke(LOST)


def test_the_chain_of_the_readme_runs(
    sample_home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(example.strip().splitlines()) <= 10
    monkeypatch.setenv("GUIDEBOT_HOME", str(sample_home.root))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ChatServer(lambda request: "Delete the old key first.") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        exec(compile(example, "README.md", "exec"), {})
        (request,) = server.requests
    assert "Delete the old key first." in capsys.readouterr().out
    assert "access key" in str(request.body["messages"]) and LOST in str(request.body["messages"])

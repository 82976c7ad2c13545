"""The search as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from kb.embedder.embeddings import Vectors
from kb.model import Hit
from kb.retrieval.search import SearchIndex
from kb.snapshot.format import Snapshot
from kb.text.language import detect_language


class GuideRetriever(BaseRetriever):
    """Finds sections for a question: one document a section, its best passage."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Callable[[], SearchIndex]
    embed_query: Callable[[str], Vectors]
    k: int = 5

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        index = self.index()
        language = detect_language(query, index.languages[0] if index.languages else "en")
        hits = index.search(query, self.embed_query(query), language)
        return [_document(index.snapshot, hit) for hit in hits[: self.k]]


def _document(snapshot: Snapshot, hit: Hit) -> Document:
    chunk = snapshot.chunks[hit.row]
    row = snapshot.section(chunk.section)
    guide = snapshot.guides[row.guide]
    metadata: dict[str, Any] = {
        "guide": guide.id,
        "title": guide.title,
        "language": guide.language,
        "source": guide.source,
        "anchor": row.section.anchor,
        "path": list(row.section.path),
        "lines": str(row.section.lines),
        "blocks": list(chunk.blocks),
        "snapshot": snapshot.name,
        **hit._asdict(),
    }
    text = chunk.text
    if chunk.asked_in:
        # What was found is a question, and what is wanted is what answers it.
        text = "\n".join(block.full_text for block in row.section.blocks)
    return Document(page_content=text, metadata=metadata)

"""The search as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from kb.model import Hit
from kb.snapshot.format import Snapshot


class GuideRetriever(BaseRetriever):
    """Returns one document for each problem found: its best passage, with the hit as metadata.

    Made by KnowledgeBase.retriever, so that it finds what an answer would be made of.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    find: Callable[[str], tuple[Snapshot, Sequence[Hit]]]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        snapshot, hits = self.find(query)
        return [_document(snapshot, hit) for hit in hits]


def _document(snapshot: Snapshot, hit: Hit) -> Document:
    chunk = snapshot.chunk(hit.row)
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
    return Document(page_content=chunk.text, metadata=metadata)

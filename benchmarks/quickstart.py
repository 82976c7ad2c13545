"""The LangChain quickstart: the kind of bot people build without Guidebot.

Pages split at 1000 characters with an overlap of 200, a FAISS vector store, and
`similarity_search`. The embedding model is Guidebot's own, with the defaults of
sentence-transformers: float32, and as many threads as PyTorch chooses. The benchmarks run it as

    python -m benchmarks.quickstart ingest FOLDER STORE MODEL
    python -m benchmarks.quickstart open STORE MODEL
    python -m benchmarks.quickstart ask STORE MODEL QUESTION
    python -m benchmarks.quickstart answer STORE MODEL

and read the JSON in its last line; `answer` takes a question per line, and prints the seconds each
took.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cached_property
from typing import TYPE_CHECKING

from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from benchmarks.measure import time_lines

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class PlainEmbeddings(Embeddings):
    """The model in a folder, with the prompts it was trained with."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        vectors = self._model.encode_document(texts, batch_size=_BATCH, show_progress_bar=False)
        found: list[list[float]] = vectors.tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        found: list[float] = self._model.encode_query(text, show_progress_bar=False).tolist()
        return found

    @cached_property
    def _model(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self._folder, device="cpu")


def build(folder: str, store: str, embeddings: Embeddings) -> int:
    """Build a store from the Markdown pages in a folder, and return its number of chunks."""
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    loader = DirectoryLoader(
        folder, glob="**/*.md", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
    )
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(loader.load())
    FAISS.from_documents(chunks, embeddings).save_local(store)
    return len(chunks)


def load(store: str, embeddings: Embeddings) -> FAISS:
    """Open a store that `build` made."""
    return FAISS.load_local(store, embeddings, allow_dangerous_deserialization=True)


def main(command: str, *arguments: str) -> None:
    """Run one command, and print its result as JSON."""
    if command == "ingest":
        folder, path, model = arguments
        print(json.dumps({"chunks": build(folder, path, PlainEmbeddings(model))}))
    elif command == "open":
        import faiss  # noqa: F401  (its import is not part of opening)

        path, model = arguments
        started = time.perf_counter()
        load(path, PlainEmbeddings(model))
        print(json.dumps({"seconds": time.perf_counter() - started}))
    elif command == "ask":
        path, model, question = arguments
        found = load(path, PlainEmbeddings(model)).similarity_search(question)
        print(json.dumps([document.page_content for document in found]))
    elif command == "answer":
        path, model = arguments
        vector_store = load(path, PlainEmbeddings(model))
        vector_store.similarity_search("the first question loads the model")
        time_lines(vector_store.similarity_search)
    else:
        sys.exit(f"unknown: {command}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Guidebot as the benchmarks run it, in a process of its own.

    python -m benchmarks.ours unpack HOME
    python -m benchmarks.ours ingest FOLDER HOME
    python -m benchmarks.ours open HOME
    python -m benchmarks.ours phases HOME QUESTION

Each of these prints JSON as its last line.

    python -m benchmarks.ours answer HOME

answers a question per line, and prints the seconds each took.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.measure import time_lines
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home
from kb.question.redact import redact
from kb.settings import DEFAULT_MODEL


def unpack(home: Home) -> str:
    """Unpack the embedding model, and return its folder."""
    from kb.embedder.e5_archive import default_model

    return str(default_model(home.models))


def ingest_folder(folder: Path, home: Home) -> dict[str, int]:
    """Ingest as `guidebot ingest` does, and return the number of chunks."""
    from ingest.pipeline import Plan, ingest
    from ingest.sources.guides_file import GuideEntry
    from ingest.sources.resolve import SourceList

    embeddings = SentenceTransformerEmbeddings(
        DEFAULT_MODEL, home.models, threads=os.cpu_count() or 1
    )
    named = SourceList((GuideEntry(source=str(folder)),), Path(), home)
    summary = ingest(named, home, embeddings, plan=Plan(skip_bad=True)).summary
    return {
        "guides": summary.guides,
        "left_out": len(summary.left_out),
        "chunks": summary.chunks,
        "embedded": summary.embedded,
        "reused": summary.reused,
    }


def open_index(home: Home) -> dict[str, float]:
    """Open the live snapshot, including checksums and BM25, and return the seconds it took."""
    import bm25s  # noqa: F401  (the imports are not part of opening)
    import faiss  # noqa: F401

    from kb.knowledge_base import KnowledgeBase

    knowledge_base = KnowledgeBase(home, SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models))
    started = time.perf_counter()
    knowledge_base.index()
    return {"seconds": time.perf_counter() - started}


def phases(home: Home, question: str) -> dict[str, float]:
    """Answer a question step by step, and return the seconds of each step."""
    seconds: dict[str, float] = {}
    last = time.perf_counter()

    def done(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[name] = now - last
        last = now

    from kb.knowledge_base import KnowledgeBase
    from kb.text.language import detect_language

    done("import kb")
    embeddings = SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models)
    knowledge_base = KnowledgeBase(home, embeddings)
    knowledge_base.index()
    done("open the snapshot")
    detect_language(question)
    done("detect the language")
    import torch  # noqa: F401

    done("import torch")
    import sentence_transformers  # noqa: F401

    done("import sentence_transformers")
    embeddings.load()
    done("load the embedding model")
    knowledge_base.ask(redact(question))
    done("answer")
    return seconds


def answer_lines(home: Home) -> None:
    """Load everything, then answer each line of standard input."""
    from kb.knowledge_base import KnowledgeBase

    knowledge_base = KnowledgeBase(home, SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models))
    knowledge_base.load()
    time_lines(lambda line: knowledge_base.ask(redact(line)))


def main(command: str, *arguments: str) -> None:
    """Run one command, and print its result as JSON."""
    result: object
    match command, arguments:
        case "unpack", (home,):
            result = unpack(Home(Path(home)))
        case "ingest", (folder, home):
            result = ingest_folder(Path(folder), Home(Path(home)))
        case "open", (home,):
            result = open_index(Home(Path(home)))
        case "answer", (home,):
            return answer_lines(Home(Path(home)))
        case "phases", (home, question):
            result = phases(Home(Path(home)), question)
        case _:
            sys.exit(f"unknown: {command} {arguments}")
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])

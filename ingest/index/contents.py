"""A snapshot's contents: guides, chunks, wordings, their vectors, and the search terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ingest.index.chunk_cache import ChunkCache
from ingest.index.draft_use import keywords_of, with_draft_titles
from ingest.index.embedding_cache import EmbeddingCache
from ingest.index.passages import guide_blocks, headings_of
from ingest.packs.match import Texts, match_pack, texts_to_embed
from ingest.packs.pack import Pack
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.model import DRAFT, Guide, Section, Wording
from kb.paths import Home
from kb.progress import TaskProgress, of_task
from kb.retrieval.background import background_of, background_questions, known_background
from kb.retrieval.lexical import tokens
from kb.snapshot.fingerprint import fingerprint
from kb.snapshot.format import PackUse
from kb.snapshot.writing import Contents
from kb.text.language import detect_language


def make_contents(
    guides: Sequence[Guide],
    packs: Sequence[Pack],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: TaskProgress,
    *,
    drafts: bool = True,
) -> tuple[Contents, int]:
    """Return the snapshot contents for guides, and the number of chunks that were newly embedded.

    The `packs` that match add their wordings to the guides' own; with `drafts`, so do drafts that
    nobody has accepted yet. Unchanged chunks and vectors come from the caches in `home`. Raises
    ModelError if the embedding model cannot be loaded.
    """
    guides = with_draft_titles(guides, drafts)
    progress("Loading the model", 0, 1)
    embeddings.load()
    progress("Loading the model", 1, 1)
    cutting = ChunkCache(home.guide_cache, embeddings)
    chunks = cutting.chunks(guides, of_task("Cutting into chunks", progress))
    cache = EmbeddingCache(home.embedding_cache, embeddings)
    vectors, embedded = cache.encode(
        [chunk.text for chunk in chunks], "document", of_task("Embedding chunks", progress)
    )
    blocks = list(guide_blocks(guides))
    block_vectors, _ = cache.encode(
        [text for _, text in blocks], "document", of_task("Embedding blocks", progress)
    )
    problem_rows = list(_problem_rows(guides))
    background = _background(cache, embeddings)
    texts = Texts(
        vectors,
        np.array([problem_rows[chunk.section] for chunk in chunks], np.int64),
        block_vectors,
        np.array([problem_rows[section] for section, _ in blocks], np.int64),
        np.stack([background(vectors), background(block_vectors)]),
    )
    from_packs, pack_uses = _match_packs(packs, guides, texts, cache)
    wordings = list(_also_asked(guides, problem_rows))
    if drafts:
        wordings += _drafted(guides, problem_rows, wordings)
    wordings += from_packs
    wording_vectors, _ = cache.encode(
        [wording.text for wording in wordings], "query", of_task("Embedding wordings", progress)
    )
    contents = Contents(
        guides=guides,
        problem_rows=problem_rows,
        chunks=chunks,
        vectors=vectors,
        block_sections=[section for section, _ in blocks],
        block_vectors=block_vectors,
        wordings=wordings,
        wording_vectors=wording_vectors,
        background=np.stack([*texts.background, background(wording_vectors)]),
        problem_terms=_problem_terms(guides, problem_rows, drafts),
        packs=pack_uses,
        embedder=fingerprint(embeddings),
    )
    return contents, embedded


def _match_packs(
    packs: Sequence[Pack], guides: Sequence[Guide], texts: Texts, cache: EmbeddingCache
) -> tuple[list[Wording], list[PackUse]]:
    """Return the wordings that packs add, and the packs that match."""
    to_match = texts_to_embed(packs, guides)
    vectors = dict(zip(to_match, cache.encode(to_match, "query")[0], strict=True))
    matched = [match_pack(pack, guides, texts, vectors) for pack in packs if vectors]
    wordings = [wording for some, _ in matched for wording in some]
    return wordings, [use for _, use in matched if use.matched]


def _background(
    cache: EmbeddingCache, embeddings: SentenceTransformerEmbeddings
) -> Callable[[Vectors], Vectors]:
    """Return the background statistics of the texts (kb.retrieval.background)."""
    if embeddings.cosines:
        known = known_background(embeddings.cosines)
        return lambda _: known
    questions = {
        group: cache.encode(texts, "query")[0] for group, texts in background_questions().items()
    }
    return lambda texts: background_of(texts, questions)


def _problem_rows(guides: Sequence[Guide]) -> Iterator[int]:
    """Yield the row of the first section of each section's problem."""
    row = 0
    for guide in guides:
        rows = {section.anchor: row + n for n, section in enumerate(guide.sections)}
        for section in guide.sections:
            yield rows[section.problem or section.anchor]
        row += len(guide.sections)


def _also_asked(guides: Sequence[Guide], problem_rows: Sequence[int]) -> Iterator[Wording]:
    """Yield the docs team's own wordings, once per problem."""
    known: set[tuple[int, str]] = set()
    for problem, (guide, section) in zip(problem_rows, _sections(guides), strict=True):
        for text in section.also_asked:
            if (problem, text) not in known:
                known.add((problem, text))
                language = detect_language(text, otherwise=guide.info.language)
                yield Wording(problem=problem, text=text, language=language, origin="docs")


def _drafted(
    guides: Sequence[Guide], problem_rows: Sequence[int], written: Sequence[Wording]
) -> Iterator[Wording]:
    """Yield drafted wordings that the docs team has not also written, each once."""
    known = {(each.problem, each.text.casefold()) for each in written}
    for problem, (guide, section) in zip(problem_rows, _sections(guides), strict=True):
        for text in section.drafts.also_asked if section.drafts else ():
            if (problem, text.casefold()) not in known:
                known.add((problem, text.casefold()))
                language = detect_language(text, otherwise=guide.info.language)
                yield Wording(problem=problem, text=text, language=language, origin=DRAFT)


def _problem_terms(
    guides: Sequence[Guide], problem_rows: Sequence[int], drafts: bool
) -> list[list[str]]:
    """Return the terms of each problem, ordered by first section.

    Headings and keywords count twice: they are the guide's names for the problem.
    """
    terms: dict[int, list[str]] = {row: [] for row in sorted(set(problem_rows))}
    for problem, (guide, section) in zip(problem_rows, _sections(guides), strict=True):
        names = [] if terms[problem] else headings_of(guide, section)
        for name in (*names, *keywords_of(section, drafts)):
            terms[problem] += 2 * tokens(name)
        terms[problem] += _text_terms(section)
    return list(terms.values())


def _text_terms(section: Section) -> list[str]:
    return [term for block in section.blocks for term in tokens(block.full_text)]


def _sections(guides: Sequence[Guide]) -> Iterator[tuple[Guide, Section]]:
    return ((guide, section) for guide in guides for section in guide.sections)

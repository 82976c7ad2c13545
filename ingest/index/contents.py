"""What a snapshot holds: guides, chunks, vectors, and what the search compares them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.index.chunk_cache import ChunkCache
from ingest.index.embedding_cache import EmbeddingCache
from ingest.index.phrases import find_phrases
from ingest.index.subjects import phrase_weights
from kb.embedder.embeddings import SentenceTransformerEmbeddings, Vectors
from kb.model import Chunk, Guide, Phrase, Role, Section, SectionConcepts
from kb.paths import Home
from kb.progress import TaskProgress, of_task
from kb.retrieval.background import GROUPS, background_questions, group_of, standardisation
from kb.retrieval.concepts import SUBJECT, WordTable, concepts_in, own_concepts
from kb.retrieval.phrasebook import centred
from kb.snapshot.fingerprint import fingerprint
from kb.snapshot.format import Embedder

# Measured on guides/questions.yaml: recall@1 0.77 without, 0.82 to 0.83 from 0.3 to 1.2.
_HEADING_WEIGHT = 0.8

# How much of a chunk's own background, and of a phrase's, counts (docs/retrieval.md).
_OWN_BACKGROUND = 0.7
_OWN_PHRASE_BACKGROUND = 0.3

_LEAD_BLOCKS = 2
_LEAD_CHARACTERS = 200


@dataclass(frozen=True)
class Contents:
    """What goes into a snapshot.

    Row i of `vectors` and of `background` is chunk i's, and so it is with the phrases; `concepts`
    are in the order of the sections.
    """

    guides: Sequence[Guide]
    chunks: Sequence[Chunk]
    vectors: Vectors
    background: Vectors
    phrases: Sequence[Phrase]
    phrase_vectors: Vectors
    phrase_background: Vectors
    phrase_weights: Vectors
    centres: Vectors
    concepts: Sequence[SectionConcepts]
    embedder: Embedder


def make_contents(
    guides: Sequence[Guide],
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    progress: TaskProgress,
) -> tuple[Contents, int]:
    """Return what a snapshot of some guides holds, and how many chunks were embedded anew.

    What was cut or embedded before is taken from the caches in `home`. Raises ModelError.
    """
    progress("Loading the model", 0, 1)
    embeddings.load()
    progress("Loading the model", 1, 1)
    cutting = ChunkCache(home.guide_cache, embeddings)
    chunks = cutting.chunks(guides, of_task("Cutting into chunks", progress))
    cache = EmbeddingCache(home.embedding_cache, embeddings)
    questions = {
        group: cache.encode(texts, "query")[0] for group, texts in background_questions().items()
    }
    headings, _ = cache.encode(
        _headings(guides), "document", of_task("Embedding headings", progress)
    )
    vectors = np.empty((len(chunks), embeddings.dimension), np.float32)
    passages = [n for n, chunk in enumerate(chunks) if not chunk.asked_in]
    texts = [chunks[n].text for n in passages]
    found, embedded = cache.encode(texts, "document", of_task("Embedding chunks", progress))
    vectors[passages] = _with_headings(found, headings[[chunks[n].section for n in passages]])
    if asked := [n for n, chunk in enumerate(chunks) if chunk.asked_in]:
        vectors[asked], more = cache.encode([chunks[n].text for n in asked], "query")
        embedded += more
    phrases = list(find_phrases(guides))
    phrase_vectors, _ = cache.encode(
        [found.text for found in phrases], "query", of_task("Embedding phrases", progress)
    )
    centres = np.stack([questions[group].mean(axis=0) for group in GROUPS])
    groups = [group_of(found.language) for found in phrases]
    contents = Contents(
        guides=guides,
        chunks=chunks,
        vectors=vectors,
        background=standardisation(vectors, questions, _OWN_BACKGROUND),
        phrases=[found.phrase for found in phrases],
        phrase_vectors=phrase_vectors,
        phrase_background=standardisation(phrase_vectors, questions, _OWN_PHRASE_BACKGROUND),
        phrase_weights=phrase_weights(
            centred(phrase_vectors, centres[groups]),
            [found.phrase.kind for found in phrases],
            home.models,
        ),
        centres=centres,
        concepts=section_concepts(guides),
        embedder=fingerprint(embeddings),
    )
    return contents, embedded


def _headings(guides: Sequence[Guide]) -> list[str]:
    return [_about(section, guide) for guide in guides for section in guide.sections]


def _about(section: Section, guide: Guide) -> str:
    """Return what says what a section is about: its headings, or else its first words.

    "Resolution" says nothing, so a part of a problem is about what the problem is called.
    """
    problem = section.problem_path or (guide.info.title,)
    path = section.path if section.role is Role.WHOLE else (*problem, *section.part)
    heading = " > ".join(path).strip()
    words = "\n".join(block.full_text for block in section.blocks[:_LEAD_BLOCKS])
    return heading or words[:_LEAD_CHARACTERS]


def _with_headings(passages: Vectors, headings: Vectors) -> Vectors:
    """Draw each chunk's vector towards that of its section's headings, row by row.

    A heading is the guide's own wording of the problem, and people ask by the problem.
    """
    vectors = passages + _HEADING_WEIGHT * headings
    normalised: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


def section_concepts(guides: Sequence[Guide]) -> list[SectionConcepts]:
    """Return the concepts of each section: the table's, and the docs team's own."""
    sections = [section for guide in guides for section in guide.sections]
    synonyms = [group for guide in guides for group in guide.info.synonyms]
    keywords = [keyword for section in sections for keyword in section.keywords]
    own = WordTable(own_concepts(synonyms, keywords))
    return [_concepts(section, own) for section in sections]


def _concepts(section: Section, own: WordTable) -> SectionConcepts:
    """Return a section's concepts.

    A keyword counts like a word of the heading. So does a thing that the section is asked
    about, as that is what it is about, too.
    """
    above = " ".join([*section.path, *section.keywords])
    below = "\n".join([*(block.full_text for block in section.blocks), *section.also_asked])
    heading = concepts_in(above) + own.concepts_in(above)
    body = concepts_in(below) + own.concepts_in(below)
    asked = [n for n in concepts_in("\n".join(section.also_asked)) if n.startswith(SUBJECT)]
    return SectionConcepts(heading=tuple(dict.fromkeys([*heading, *asked])), body=dict(body))

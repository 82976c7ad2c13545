from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.index.chunk import chunk_guide
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.model import Block, BlockKind, Guide, GuideInfo, Lines, Section, Span
from tests.conftest import REAL_ENGLISH, REAL_GUIDE, needs_real_guides


def guide_with(paragraphs: list[str], heading: str = "H") -> Guide:
    blocks = tuple(
        Block(
            id=str(n),
            kind=BlockKind.PARAGRAPH,
            lines=Lines(first=n, last=n),
            spans=(Span(text=text),),
        )
        for n, text in enumerate(paragraphs, 1)
    )
    lines = Lines(first=1, last=len(blocks) + 1)
    section = Section(anchor="h", heading=heading, path=(heading,), lines=lines, blocks=blocks)
    info = GuideInfo(id="g", title="Guide", language="en", source="g.md", sha256="0")
    return Guide(info=info, sections=(section,))


@needs_real_guides
def test_real_chunks_fit_the_model_and_stay_in_their_section(
    embeddings: SentenceTransformerEmbeddings,
) -> None:
    for path in (REAL_GUIDE, REAL_ENGLISH / "troubleshoot_policies.md"):
        guide = parse(load(read_source(path)))
        chunks = list(chunk_guide(guide, 0, embeddings.count_tokens, embeddings.token_limit))
        assert {chunk.section for chunk in chunks} == set(range(len(guide.sections)))
        for chunk in chunks:
            section = guide.sections[chunk.section]
            assert embeddings.count_tokens(chunk.text) <= embeddings.token_limit
            assert chunk.text.startswith(guide.info.title)
            assert set(chunk.blocks) <= {block.id for block in section.blocks}
            first = chunk.text.split("\n")[0]
            assert first == " > ".join(dict.fromkeys((guide.info.title, *section.path)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400), max_size=6),
    st.integers(12, 60),
)
def test_nothing_is_lost_and_nothing_is_too_long(paragraphs: list[str], limit: int) -> None:
    def count(text: str) -> int:
        return len(text) // 4 + 2

    guide = guide_with(paragraphs)
    chunks = list(chunk_guide(guide, 3, count, limit))
    assert all(count(chunk.text) <= limit for chunk in chunks)
    assert all(chunk.section == 3 for chunk in chunks)
    bodies = "".join(chunk.text.split("\n", 1)[1] for chunk in chunks)
    assert "".join(bodies.split()) == "".join("".join(paragraphs).split())

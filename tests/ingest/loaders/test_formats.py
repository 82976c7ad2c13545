"""The same guide as Markdown, HTML, DOCX and PDF."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.model import BlockKind, Unit
from tests.conftest import REAL_ENGLISH, SAMPLE_GUIDES, needs_real_guides

try:
    from benchmarks import formats
except OSError:
    pytest.skip("WeasyPrint needs the Pango library", allow_module_level=True)

PAGE = """<!doctype html><html><head><title>x</title><script>alert(1)</script></head><body>
<div id="cookie-banner"><h2>We use cookies</h2><p>Accept all cookies?</p></div>
<header><a href="/">Home</a></header><nav><ul><li>Other guides</li></ul></nav>
<main>
<h1>Doors</h1>
<div id="stuck"><h2>Stuck <a class="headerlink" href="#stuck">¶</a></h2>
<p>Doors &lt;b&gt; may *stick* in a
<a href="javascript:alert(1)">wet</a> <a href="https://example.com/a b">summer</a>.</p>
<ol start="3"><li><p>Push:</p>
<pre><code class="language-sh">
push --door
  now
</code></pre></li><li>Wait</li></ol>
<div class="admonition"><p class="admonition-title">Note</p><p>It is heavy.</p></div>
</div></main><footer>© Doors</footer></body></html>
"""


def test_a_saved_page_without_what_is_around_it(tmp_path: Path) -> None:
    path = tmp_path / "doors.html"
    path.write_text(PAGE, "utf-8")
    guide = parse(load(read_source(path)))
    (section,) = guide.sections
    assert (guide.info.title, section.heading, section.anchor) == ("Doors", "Stuck", "stuck")
    words, third, fourth, note = section.blocks
    assert words.text == "Doors <b> may *stick* in a wet summer."
    assert [span.href for span in words.spans if span.href] == ["https://example.com/a%20b"]
    assert (words.lines.first, third.lines.first, third.number, fourth.number) == (7, 9, 3, 4)
    (code,) = third.children
    assert (code.text, code.info) == ("push --door\n  now", "sh")
    assert (code.lines.first, code.lines.last) == (11, 12)
    assert (note.kind, note.label, note.text) == (BlockKind.NOTE, "Note", "It is heavy.")


@pytest.mark.parametrize("to", ["html", "docx", "pdf"])
def test_the_sample_guide_is_the_same_in_every_format(tmp_path: Path, to: str) -> None:
    page = SAMPLE_GUIDES / "iam-troubleshooting.en.md"
    made = formats.convert(page, to, tmp_path)
    share, different = formats.agreement(page, made)
    assert share >= LEAST[to], "\n".join(different)
    unit = {"html": Unit.LINE, "docx": Unit.PARAGRAPH, "pdf": Unit.PAGE}[to]
    assert parse(load(read_source(made))).info.unit is unit


LEAST = {"html": 1.0, "docx": 1.0, "pdf": 0.93}


@needs_real_guides
@pytest.mark.parametrize("to", ["html", "docx", "pdf"])
def test_real_pages_are_the_same_in_every_format(tmp_path: Path, to: str) -> None:
    for name in ("troubleshoot_mfa-u2f", "troubleshoot_saml_view-saml-response"):
        page = REAL_ENGLISH / f"{name}.md"
        share, different = formats.agreement(page, formats.convert(page, to, tmp_path))
        assert share >= LEAST[to], "\n".join(different)


@pytest.mark.parametrize("name", ["broken.docx", "broken.pdf"])
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"not what it says")
    with pytest.raises(SourceError, match=f"{name}: is not a"):
        load(read_source(path))


def test_a_page_of_navigation_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.html"
    path.write_text("<nav>Home</nav>")
    with pytest.raises(SourceError, match="empty"):
        load(read_source(path))

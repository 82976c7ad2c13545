"""The same guide as Markdown, HTML, DOCX and PDF."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.model import BlockKind, SourceUnit
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
    unit = {"html": SourceUnit.LINE, "docx": SourceUnit.PARAGRAPH, "pdf": SourceUnit.PAGE}[to]
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


def pdf_of(*objects: str) -> bytes:
    """Return a PDF file of some objects, the first of which is its catalogue."""
    written, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size, begin = len(objects) + 1, len(written)
    written += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n"
    return written + end.encode()


def test_links_that_refer_to_each_other_do_not_stop_a_pdf(tmp_path: Path) -> None:
    text = "BT /F1 12 Tf 72 700 Td (Turn the key to the left.) Tj ET"
    font = "<< /Font << /F1 5 0 R >> >>"
    path = tmp_path / "loop.pdf"
    path.write_bytes(
        pdf_of(
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            f"/Resources {font} /Annots [6 0 R] >>",
            f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Subtype /Link /Rect [72 690 200 710] /A << /URI (https://a.example) >> "
            "/StructParent 7 0 R >>",
            "<< /Type /StructElem /K [6 0 R] /P 7 0 R >>",
        )
    )
    assert "Turn the key to the left." in load(read_source(path)).markdown


def test_a_protected_file_is_said_to_be_so(tmp_path: Path) -> None:
    word = tmp_path / "secret.docx"
    word.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512))
    with pytest.raises(SourceError, match="password-protected"):
        load(read_source(word))
    keys = f"/O ({'o' * 32}) /U ({'u' * 32})"
    locked = f"<< /Filter /Standard /V 1 /R 2 /P -4 /Length 40 {keys} >>"
    pdf = tmp_path / "secret.pdf"
    pages = "<< /Type /Pages /Kids [] /Count 0 >>"
    data = pdf_of("<< /Type /Catalog /Pages 2 0 R >>", pages, locked)
    ids = b"/Root 1 0 R /Encrypt 3 0 R /ID [<00> <00>]"
    pdf.write_bytes(data.replace(b"/Root 1 0 R", ids))
    with pytest.raises(SourceError, match="password-protected"):
        load(read_source(pdf))


def test_a_page_of_navigation_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.html"
    path.write_text("<nav>Home</nav>")
    with pytest.raises(SourceError, match="empty"):
        load(read_source(path))

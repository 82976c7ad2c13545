"""Sources elsewhere: patterns, web sites, git repositories, and what becomes of their guides."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from ingest import pipeline
from ingest.cli import app
from ingest.loaders.load import read_source
from ingest.pipeline import Plan
from ingest.reading import read_guides
from ingest.source import Source, SourceFile
from ingest.sources.files import Sources
from ingest.sources.guides_file import GuideEntry
from ingest.sources.resolve import SourceList, resolve_sources
from ingest.sources.web import FetchLimits
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.model import Guide
from kb.paths import Home
from kb.snapshot.live import open_current
from tests.ingesting import ingest

DOORS = "# Doors\n\n## Stuck\n\n1. Push the door.\n"


@dataclass
class Site:
    """A web site on the loopback interface; `asked` has what was asked for and answered."""

    address: str
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            kind, text = here.pages.get(self.path, ("", ""))
            data = text.replace("HERE", here.address).encode()
            tag = f'"{hash(data)}"'
            status = 200 if kind else 404
            if kind == "redirect":
                status = 302
            elif kind and self.headers.get("If-None-Match") == tag:
                status, data = 304, b""
            here.asked.append((self.path, status))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", data.decode())
                data = b""
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "max-age=600")
            self.send_header("Content-Type", kind)
            if status != 304:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


def read(
    root: Path, *entries: GuideEntry, private: bool = True, pages: int = 20
) -> tuple[list[Guide], list[str]]:
    limits = FetchLimits(pages=pages, delay=0, private=private)
    named = SourceList(entries, root, Home(root / "home"), limits)
    reading = read_guides(resolve_sources(named))
    return reading.guides, [str(error) for error in reading.errors]


def test_patterns_name_files_and_the_entry_has_the_last_word(tmp_path: Path) -> None:
    for name in ("docs/a/one.md", "docs/two.md", "docs/two.guide.yaml", "docs/.x.md", "docs/p.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("owner: Beside\ntitle: Two\n" if name.endswith("yaml") else DOORS)
    entry = GuideEntry(source="docs/**/*", url="https://x.example/{path}.html", owner="Doors team")
    guides, errors = read(tmp_path, entry)
    assert errors == []
    assert {(g.info.id, g.info.url, g.info.owner) for g in guides} == {
        ("a/one", "https://x.example/a/one.html", "Doors team"),
        ("two", "https://x.example/two.html", "Doors team"),
    }
    assert {g.info.title for g in guides} == {"Doors", "Two"}
    assert "no file matches" in read(tmp_path, GuideEntry(source="none/*.md"))[1][0]


def test_a_sitemap_is_read_politely_and_again_only_where_it_changed(
    tmp_path: Path, site: Site
) -> None:
    page = "<main><h1>Doors</h1><h2 id=stuck>Stuck</h2><ol><li>Push.</ol></main><nav>Home</nav>"
    site.pages = {
        "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /secret"),
        "/sitemap.xml": (
            "application/xml",
            "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
            + "".join(f"<url><loc>HERE/{name}</loc></url>" for name in ("a.html", "secret", "gone"))
            + "</urlset>",
        ),
        "/a.html": ("text/html; charset=utf-8", page),
    }
    sitemap = GuideEntry(source=f"{site.address}/sitemap.xml")
    guides, errors = read(tmp_path, sitemap)
    assert [(g.info.source, g.sections[0].url) for g in guides] == [
        (f"{site.address}/a.html", f"{site.address}/a.html#stuck")
    ]
    assert "robots.txt disallows" in errors[0] and "the server responds with 404" in errors[1]
    assert ("/secret", 404) not in site.asked
    site.asked.clear()
    again, _ = read(tmp_path, sitemap)
    assert again == guides and ("/a.html", 304) in site.asked
    site.pages["/a.html"] = ("text/html", page.replace("Push", "Pull"))
    changed, _ = read(tmp_path, sitemap)
    assert changed[0].sections[0].blocks[0].text == "Pull."


def test_what_a_site_must_not_do_is_refused(tmp_path: Path, site: Site) -> None:
    site.pages = {
        "/away": ("redirect", "http://localhost:1/x"),
        "/round": ("redirect", "/round"),
        "/big": ("text/plain", "x" * 21_000_000),
        "/odd": ("application/zip", "x"),
    }
    told = [
        read(tmp_path, GuideEntry(source=f"{site.address}/{name}"))[1][0]
        for name in ("away", "round", "big", "odd")
    ]
    for said, error in zip(
        ["redirects to another host", "more than 5 times", "larger than 20 MB", "application/zip"],
        told,
        strict=True,
    ):
        assert said in error
    (problem,) = read(tmp_path, GuideEntry(source=f"{site.address}/x"), private=False)[1]
    assert "private network (127.0.0.1)" in problem and "FETCH_PRIVATE" in problem


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Doors", "-c", "user.email=doors@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.e2e
def test_a_repository_is_read_at_its_ref_and_runs_nothing(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "docs").mkdir(parents=True)
    git(repository, "init", "--initial-branch=main")
    (repository / "docs" / "doors.md").write_text(DOORS)
    git(repository, "add", ".")
    git(repository, "commit", "-m", "One")
    git(repository, "tag", "v1")
    (repository / "docs" / "doors.md").write_text(DOORS.replace("Push", "Pull"))
    (repository / "docs" / "link.md").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "Two")
    (repository / ".git" / "hooks" / "post-checkout").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran")
    (repository / ".git" / "hooks" / "post-checkout").chmod(0o755)

    def words(ref: str) -> str:
        guides, errors = read(tmp_path, GuideEntry(source="docs/*.md", git="repository", ref=ref))
        assert errors == []
        (guide,) = guides
        assert guide.info.source == f"repository@{ref}:docs/doors.md"
        return guide.sections[0].blocks[0].text

    assert words("v1") == "Push the door."
    assert words("main") == "Pull the door."
    assert not (tmp_path / "ran").exists()
    for entry, said in (
        (GuideEntry(source="docs", git="repository", ref="v9"), "cannot be read with git"),
        (GuideEntry(source="../x", git="repository"), "leads outside the repository"),
        (GuideEntry(source="x", git="--upload-pack=touch ran"), "cannot begin with '-'"),
        (GuideEntry(source="x", git="ext::touch ran"), "cannot be read with git"),
    ):
        assert said in read(tmp_path, entry)[1][0]


@pytest.mark.e2e
def test_of_a_repository_only_what_is_named_is_had(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "docs").mkdir(parents=True)
    git(repository, "init", "--initial-branch=main")
    (repository / "docs" / "doors.md").write_text(DOORS)
    (repository / "docs" / "doors.guide.yaml").write_text("owner: Doors team\n")
    (repository / "docs" / "plan.png").write_bytes(bytes(1000))
    for name in ("docs/large.md", "film.bin"):
        with open(repository / name, "wb") as file:
            file.truncate(100_000_001)
    git(repository, "add", ".")
    git(repository, "commit", "-m", "One")
    (guide,), errors = read(tmp_path, GuideEntry(source="docs/doors.md", git="repository"))
    assert errors == [] and guide.info.owner == "Doors team"
    (guide,), (error,) = read(tmp_path, GuideEntry(source="docs", git="repository"))
    assert guide.info.source == "repository@HEAD:docs/doors.md"
    assert error.startswith("repository@HEAD:docs/large.md: is larger than the limit of 100 MB")
    (error,) = read(tmp_path, GuideEntry(source="docs/large.md", git="repository"))[1]
    assert "the limit of 100 MB" in error
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in kept) < 1_000_000


def test_what_is_no_address_or_name_is_that_source_s_error(tmp_path: Path, site: Site) -> None:
    places = "".join(f"<url><loc>{place}</loc></url>" for place in ("http://[", "HERE/a.html"))
    long = "あ" * 100
    site.pages = {
        "/sitemap.xml": ("application/xml", f"<urlset>{places}</urlset>"),
        "/a.html": ("text/html", "<h1>Doors</h1><p>Push.</p>"),
        "/away": ("redirect", "http://["),
        f"/{quote(long)}.md": ("text/markdown", DOORS),
    }
    guides, errors = read(
        tmp_path,
        *(
            GuideEntry(source=f"{site.address}/{name}")
            for name in ("sitemap.xml", "away", f"{quote(long)}.md")
        ),
        GuideEntry(source="http://["),
        GuideEntry(source=f"{long}.md"),
        GuideEntry(source="a.md", git="nowhere", ref="a\0b"),
    )
    assert {guide.info.title for guide in guides} == {"Doors"} and len(guides) == 2
    assert errors[0] == "http://[: is not a web address"
    assert errors[1].endswith("/away: refers to an invalid web address")
    assert errors[2] == "http://[: is not a web address"
    assert "too long" in errors[3] and "cannot be read with git" in errors[4]


def test_a_guide_leaves_on_purpose_only(
    tmp_path: Path, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    one.write_text(DOORS)
    two.write_text(DOORS.replace("door", "gate").replace("Door", "Gate"))
    ingest([one, two], home, embeddings)
    before = open_current(home.snapshots).section(1)
    two.write_bytes(b"\xff\xfe broken")
    summary = ingest([one, two], home, embeddings, plan=Plan(skip_bad=True)).summary
    assert summary.kept == (f"Gates ({two})",) and summary.gone == ()
    live = open_current(home.snapshots)
    assert [info.title for info in live.guides] == ["Doors", "Gates"] and live.section(1) == before
    summary = ingest([one], home, embeddings).summary
    assert summary.gone == (f"Gates ({two})",) and summary.kept == ()
    assert [info.title for info in open_current(home.snapshots).guides] == ["Doors"]


def test_a_site_is_published_again_when_it_changes(
    tmp_path: Path, site: Site, home: Home, embeddings: SentenceTransformerEmbeddings
) -> None:
    site.pages = {"/doors.md": ("text/markdown", DOORS)}
    entry = GuideEntry(source=f"{site.address}/doors.md")
    named = SourceList((entry,), tmp_path, home, FetchLimits(delay=0, private=True))
    assert pipeline.ingest(named, home, embeddings).published
    site.pages["/doors.md"] = ("text/markdown", DOORS.replace("Push", "Pull"))
    (guide,) = pipeline.ingest(named, home, embeddings).diff.guides
    assert [section.heading for section in guide.sections] == ["Stuck"]
    assert open_current(home.snapshots).section(0).section.blocks[0].text == "Pull the door."


def test_a_preview_of_pages_leaves_only_the_cache(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("GUIDEBOT_HOME", "home"), ("FETCH_PRIVATE", "True"), ("FETCH_DELAY", "0")):
        monkeypatch.setenv(name, value)
    site.pages = {"/doors.md": ("text/markdown", DOORS)}
    done = CliRunner().invoke(app, ["preview", f"{site.address}/doors.md"])
    assert done.exit_code == 0 and "Push the door." in done.stdout
    left = {path.name for path in (tmp_path / "home").rglob("*")}
    assert {name for name in left if not name.startswith("web.sqlite")} <= {".gitignore"}


def test_a_page_is_not_taken_for_a_file_here(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("doors.md").write_text(DOORS)
    Path("doors.guide.yaml").write_text("owner: Doors team\nid: ours\n")
    site.pages = {"/doors.md": ("text/markdown", DOORS)}
    guides, errors = read(
        tmp_path, GuideEntry(source="doors.md"), GuideEntry(source=f"{site.address}/doors.md")
    )
    assert errors == []
    assert [(g.info.id, g.info.owner) for g in guides] == [("ours", "Doors team"), ("doors", None)]


def test_the_bytes_of_a_page_arrive_as_they_are() -> None:
    name, data = "https://x.example/doors.md", DOORS.encode("utf-16")
    source = Source(Path("doors.md"), label=name, data=data)
    assert read_source(source) == SourceFile(replace(source, data=None), data)
    (guide,) = read_guides(Sources((source,), (), ())).guides
    assert (guide.info.title, guide.info.source) == ("Doors", name)

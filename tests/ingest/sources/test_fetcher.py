"""What is fetched of a web server on the loopback interface, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.sources.web import Fetcher, WebPage, fetch_limits_of
from kb.settings import Settings

PAGE = "<h1>Doors</h1><h2>Stuck</h2><p>Push.</p>"
Answer = tuple[int, dict[str, str], str]


class Site(ThreadingHTTPServer):
    """Answers each path as it is told to: status, headers, body. Without, with a 404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, path: str, body: str = PAGE, kind: str = "text/html; charset=utf-8") -> str:
        self.answers[path] = (200, {"content-type": kind}, body)
        return self.address + path


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # noqa: N802
        assert isinstance(self.server, Site)
        self.server.asked.append(self.path)
        status, headers, body = self.server.answers.get(self.path, (404, {}, ""))
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body.encode()))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def fetcher(tmp_path: Path) -> Iterator[Fetcher]:
    found = Fetcher(
        tmp_path / "cache" / "web.sqlite", fetch_limits_of(settings_of(fetch_private=True))
    )
    yield found
    found.close()


def settings_of(*, fetch_private: bool, fetch_pages: int = 9) -> Settings:
    return Settings(fetch_private=fetch_private, fetch_pages=fetch_pages, fetch_delay=0)


def refusal(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(SourceError) as refused:
        list(fetcher.pages(url))
    return str(refused.value)


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("text/html; charset=utf-8", ".html"), ("text/markdown", ".md"), ("TEXT/PLAIN", ".txt")],
)
def test_a_page_is_what_its_server_says_it_is(
    site: Site, fetcher: Fetcher, kind: str, suffix: str
) -> None:
    url = site.page("/doors", kind=kind)
    assert list(fetcher.pages(url)) == [WebPage(url, suffix, PAGE.encode())]
    assert site.asked == ["/robots.txt", "/doors"]


def test_what_no_guide_can_be_is_refused(site: Site, fetcher: Fetcher) -> None:
    assert "has the content type image/png" in refusal(
        fetcher, site.page("/a.png", kind="image/png")
    )
    assert "the server responds with 404" in refusal(fetcher, f"{site.address}/none")
    assert "https://" in refusal(fetcher, "ftp://127.0.0.1/doors")
    assert "cannot be resolved" in refusal(fetcher, "http://no-such-host.invalid/doors")


def test_rules_that_cannot_be_had_allow_nothing(site: Site, fetcher: Fetcher) -> None:
    site.answers["/robots.txt"] = (503, {}, "")
    assert "robots.txt: the server responds with 503" in refusal(fetcher, site.page("/doors"))
    assert "/doors" not in site.asked


def test_what_robots_may_not_read_is_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /inside\n", "text/plain")
    assert "disallows it" in refusal(fetcher, site.page("/inside/doors"))
    assert "/inside/doors" not in site.asked
    assert list(fetcher.pages(site.page("/doors")))


def test_a_redirect_is_followed_within_its_host_only(site: Site, fetcher: Fetcher) -> None:
    site.page("/new")
    site.answers["/old"] = (302, {"location": "/new"}, "")
    (page,) = fetcher.pages(f"{site.address}/old")
    assert isinstance(page, WebPage) and page.data == PAGE.encode()
    site.answers["/away"] = (302, {"location": "http://localhost:1/new"}, "")
    assert "redirects to another host: http://localhost:1/new" in refusal(
        fetcher, f"{site.address}/away"
    )
    site.answers["/round"] = (302, {"location": "/round"}, "")
    assert "redirects more than 5 times" in refusal(fetcher, f"{site.address}/round")


def test_a_page_of_a_sitemap_that_is_gone_costs_the_others_nothing(
    site: Site, fetcher: Fetcher
) -> None:
    one = site.page("/one")
    places = f"<loc>{one}</loc><loc>{site.address}/gone</loc><loc>{one}</loc>"
    url = site.page("/sitemap.xml", f"<urlset>{places}</urlset>", "application/xml")
    page, error = fetcher.pages(url)
    assert isinstance(page, WebPage) and page.url == one
    assert isinstance(error, SourceError) and "404" in str(error)
    broken = site.page("/broken.xml", "<urlset>", "text/xml")
    assert "is not a sitemap" in refusal(fetcher, broken)
    elsewhere = "<urlset><loc>http://localhost:1/x</loc></urlset>"
    named = site.page("/elsewhere.xml", elsewhere, "text/xml")
    assert "lists a page on another host" in refusal(fetcher, named)


def test_there_is_an_end_to_pages(site: Site, tmp_path: Path) -> None:
    few = Fetcher(
        tmp_path / "web.sqlite", fetch_limits_of(settings_of(fetch_private=True, fetch_pages=1))
    )
    url = site.page("/doors")
    assert list(few.pages(url))
    assert "exceeds the limit of 1 pages (FETCH_PAGES)" in refusal(few, url)
    few.close()


def test_there_is_an_end_to_what_pages_hold(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.sources.web._MAX_TOTAL_BYTES", 10_000_000)
    long, next = site.page("/long", "x" * 10_000_001), site.page("/next")
    assert list(fetcher.pages(long))
    assert "the pages before it exceed 10 MB" in refusal(fetcher, next)


def test_the_own_network_is_not_asked(site: Site, tmp_path: Path) -> None:
    careful = Fetcher(tmp_path / "web.sqlite", fetch_limits_of(settings_of(fetch_private=False)))
    for host in ("127.0.0.1", "localhost"):
        refused = refusal(careful, f"http://{host}:{site.server_port}/doors")
        assert "private network" in refused and "FETCH_PRIVATE" in refused
    careful.close()
    assert site.asked == []

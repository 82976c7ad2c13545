"""Web servers that mean harm: what they send, how slowly, and where their names lead."""

from __future__ import annotations

import base64
import gzip
import logging
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from ingest.errors import SourceError
from ingest.pipeline import ingest
from ingest.reading import read_guides
from ingest.sources.connections import is_outside
from ingest.sources.guides_file import GuideEntry
from ingest.sources.resolve import SourceList, resolve_sources
from ingest.sources.web import Fetcher, FetchLimits
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.paths import Home

DOORS = b"# Doors\n\n## Stuck\n\n1. Push the door.\n"
PASSWORD = "Xq7-hunter"
LIMITS = FetchLimits(delay=0, private=True)

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web site on the loopback interface: what it answers to a path, and what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                site.asked.append((self.path, dict(self.headers)))
                try:
                    site.answers.get(self.path, missing)(self)
                except OSError:
                    self.close_connection = True  # the other side had enough of it

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.server.shutdown()
    thread.join()
    site.server.server_close()


def missing(asked: BaseHTTPRequestHandler) -> None:
    asked.send_error(404)


def page(data: bytes, kind: str = "text/markdown", status: int = 200, **headers: str) -> Answer:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        asked.send_response(status)
        asked.send_header("Content-Type", kind)
        asked.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(data)

    return answer


def fetch(url: str, root: Path, timeout: float = 20, private: bool = True) -> bytes:
    limits = FetchLimits(pages=100, timeout=timeout, delay=0, private=private)
    fetcher = Fetcher(root / "web.sqlite", limits)
    try:
        (found,) = fetcher.pages(url)
    finally:
        fetcher.close()
    assert not isinstance(found, SourceError)
    return found.data


def test_only_gzip_is_offered_and_unpacked_within_a_bound(tmp_path: Path, site: Site) -> None:
    bomb = gzip.compress(bytes(300_000_000), 1)
    site.answers = {
        "/good": page(gzip.compress(DOORS), Content_Encoding="gzip"),
        "/plain": page(DOORS, Content_Encoding="identity"),
        "/bomb": page(bomb, Content_Encoding="gzip"),
        "/cut": page(gzip.compress(DOORS)[:-9], Content_Encoding="gzip"),
        "/wrong": page(DOORS, Content_Encoding="gzip"),
        "/br": page(b"\x1b\x00", Content_Encoding="br"),
        "/zstd": page(b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"),
        "/twice": page(gzip.compress(gzip.compress(DOORS)), Content_Encoding="gzip, gzip"),
    }
    assert fetch(f"http://{site.host}/good", tmp_path) == DOORS
    assert fetch(f"http://{site.host}/plain", tmp_path) == DOORS
    assert {headers["Accept-Encoding"] for _, headers in site.asked} == {"gzip"}
    for name, said in (
        ("bomb", "is larger than 20 MB"),
        ("cut", "cannot be decompressed: it is truncated"),
        ("wrong", "cannot be decompressed: "),
        ("br", "has the content encoding br, which was not requested"),
        ("zstd", "has the content encoding zstd, which was not requested"),
        ("twice", "has the content encoding gzip, gzip, which"),
    ):
        tracemalloc.start()
        with pytest.raises(SourceError, match=f"/{name}: {said}"):
            fetch(f"http://{site.host}/{name}", tmp_path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 60_000_000, name


def test_a_page_that_is_kept_is_unpacked_again(tmp_path: Path, site: Site) -> None:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        if asked.headers.get("If-None-Match"):
            asked.send_response(304)
            asked.send_header("ETag", '"1"')
            asked.end_headers()
        else:
            page(gzip.compress(DOORS), Content_Encoding="gzip", ETag='"1"')(asked)

    site.answers = {"/kept": answer}
    assert fetch(f"http://{site.host}/kept", tmp_path) == DOORS
    assert fetch(f"http://{site.host}/kept", tmp_path) == DOORS
    assert "if-none-match" in {name.lower() for name in site.asked[-1][1]}


@pytest.mark.parametrize("slow", ["head", "body"])
def test_a_page_that_never_ends_is_left(tmp_path: Path, site: Site, slow: str) -> None:
    def answer(asked: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
        asked.wfile.write(head + (b"X-Long: " if slow == "head" else b"\r\n"))
        for _ in range(200):
            asked.wfile.write(b"x")
            asked.wfile.flush()
            time.sleep(0.02)

    site.answers = {"/slow": answer}
    begun = time.monotonic()
    with pytest.raises(SourceError, match=r"/slow: took longer than 0\.3 s \(FETCH_TIMEOUT\)"):
        fetch(f"http://{site.host}/slow", tmp_path, timeout=0.3)
    assert time.monotonic() - begun < 2


def test_the_connection_goes_to_the_address_that_was_looked_at(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = site.server.server_port
    answers = iter(["93.184.215.14"])
    connected: list[object] = []

    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        address = next(answers, "127.0.0.1")  # the name means something else a moment later
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError("nobody leaves from here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(SourceError, match="nobody leaves from here"):
        fetch(f"http://rebind.example:{port}/x", tmp_path, private=False)
    assert connected == [("93.184.215.14", port)]
    with pytest.raises(SourceError, match=r"private network \(127\.0\.0\.1\)"):
        fetch(f"http://rebind.example:{port}/x", tmp_path, private=False)
    assert len(connected) == 1 and not site.asked


def test_a_host_with_one_address_inside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("93.184.215.14", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(SourceError, match=r"private network \(10\.0\.0\.1\)"):
        fetch("http://both.example/x", tmp_path, private=False)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
    255.255.255.255 192.88.99.1 198.18.0.1 ::1 :: ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 fe80::1
    fe80::1%eth0 fc00::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
    2002:7f00:1:: 2002:808:808::1 2001:0:7f00::1 2001:db8::1""".split(),
)
def test_an_address_that_leads_inside(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00::1"])
def test_an_address_of_the_internet(address: str) -> None:
    assert is_outside(address)


def guarded(data: bytes, kind: str = "text/markdown") -> Answer:
    """A page for those who say the name and the password."""
    wanted = "Basic " + base64.b64encode(f"us@er:{PASSWORD}".encode()).decode()

    def answer(asked: BaseHTTPRequestHandler) -> None:
        if asked.headers.get("Authorization") != wanted:
            asked.send_error(401)
        else:
            page(data, kind, ETag='"1"', Cache_Control="public, max-age=60")(asked)

    return answer


def test_credentials_in_addresses_are_said_to_the_host_alone(
    tmp_path: Path,
    site: Site,
    home: Home,
    embeddings: SentenceTransformerEmbeddings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    signed = f"http://us%40er:{PASSWORD}@{site.host}"
    names = "".join(f"<url><loc>/{name}</loc></url>" for name in ("doors.md", "gone"))
    site.answers = {
        "/sitemap.xml": guarded(f"<urlset>{names}</urlset>".encode(), "application/xml"),
        "/doors.md": guarded(DOORS),
    }
    entry = GuideEntry(source=f"{signed}/sitemap.xml")
    reading = read_guides(resolve_sources(SourceList((entry,), tmp_path, home, LIMITS)))
    (guide,) = reading.guides
    assert guide.info.source == guide.info.url == f"http://{site.host}/doors.md"
    assert [str(error) for error in reading.errors] == [
        f"http://{site.host}/gone: cannot be read: the server responds with 404"
    ]
    good = SourceList((GuideEntry(source=f"{signed}/doors.md"),), tmp_path, home, LIMITS)
    assert ingest(good, home, embeddings).published
    secrets = [PASSWORD.encode(), base64.b64encode(f"us@er:{PASSWORD}".encode())]
    for path in home.root.rglob("*"):
        if path.is_file() and "models" not in path.parts:
            assert not any(secret in path.read_bytes() for secret in secrets), path
    assert PASSWORD not in caplog.text and not any(s.decode() in caplog.text for s in secrets)


def test_credentials_in_what_is_wrong_are_not_repeated(tmp_path: Path, site: Site) -> None:
    signed = f"http://user:{PASSWORD}@{site.host}"
    site.answers = {
        "/away": page(b"", status=302, Location=f"http://user:{PASSWORD}@other.example/"),
        "/odd.xml": page(b"<urlset><loc>http://[</loc></urlset>", "text/xml"),
        "/file": page(b"", status=302, Location="file:///etc/passwd"),
    }
    path = SourceError(Path(f"{signed}/x"), f"is not at {signed}/y")
    assert str(path) == f"http:/{site.host}/x: is not at http://{site.host}/y"
    for entry, said in (
        (
            GuideEntry(source=f"{signed}/gone"),
            "/gone: cannot be read: the server responds with 404",
        ),
        (GuideEntry(source=f"{signed}/away"), "redirects to another host: http://other.example/"),
        (GuideEntry(source=f"{signed}/odd.xml"), "is not a web address"),
        (
            GuideEntry(source=f"{signed}/file"),
            "/file: refers to file:///etc/passwd, which must begin",
        ),
        (GuideEntry(source="http://xn--/x"), "the host name is invalid"),
        (GuideEntry(source="http://[/x"), "is not a web address"),
        (GuideEntry(source=f"http://user:{PASSWORD}#@{site.host}/x"), "is not a web address"),
        (GuideEntry(source="x.md", git=f"{signed}/x.git"), "cannot be read with git"),
        (GuideEntry(source="../x.md", git=f"{signed}/x.git"), "leads outside the repository"),
    ):
        found = resolve_sources(SourceList((entry,), tmp_path, Home(tmp_path), LIMITS))
        (error,) = found.errors
        assert said in str(error)
        assert PASSWORD not in f"{error} {error.source} {error.covers} {error.reason}"


def test_what_was_signed_in_to_over_https_is_not_said_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, bool]] = []

    def send(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        sent.append((str(request.url), "Authorization" in request.headers))
        plain = request.url.scheme == "http" and request.url.path == "/x"
        location = {"Location": "http://doors.example/x"}
        return httpx.Response(200 if plain else 302, headers={} if plain else location)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", send)
    with pytest.raises(SourceError):
        fetch(f"https://user:{PASSWORD}@doors.example/x", tmp_path)
    assert {signed for url, signed in sent if url.startswith("https")} == {True}
    assert {signed for url, signed in sent if url.startswith("http:")} == {False}
    assert not any(PASSWORD in url for url, _ in sent)

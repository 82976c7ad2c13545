"""Pages of web sites, asked for politely and again only where they changed."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import httpx
from hishel import SqliteStorage
from hishel.httpx import CacheClient
from protego import Protego

from ingest.errors import SourceError
from kb.settings import Settings

_AGENT = "Guidebot"
_MOST_BYTES = 20_000_000
_MOST_REDIRECTS = 5
_MOST_SECONDS = 3600.0
_LONGEST_DELAY = 10.0
_TIMEOUT = 20.0

SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_SITEMAPS = ("application/xml", "text/xml")


@dataclass(frozen=True)
class Page:
    """What was at an address; `suffix` is how a file of its type would end."""

    url: str
    suffix: str
    data: bytes


@dataclass
class Fetcher:
    """Asks web servers for pages: one after the other, as robots.txt allows.

    Pages are kept in `cache`; a server is asked whether they changed by their ETag or date.
    Addresses inside the own network are refused unless the settings allow them, so that a
    sitemap or a redirect cannot make the program read what only it can reach.
    """

    cache: Path
    settings: Settings
    _robots: dict[str, Protego] = field(default_factory=dict)
    _pages: int = 0
    _last: float = float("-inf")
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        self._client = CacheClient(
            storage=SqliteStorage(database_path=self.cache),
            rfc=True,
            timeout=_TIMEOUT,
            trust_env=False,
            # A page may be fresh by its server's word; the docs team has just changed it.
            headers={"User-Agent": _AGENT, "Cache-Control": "no-cache"},
        )

    def close(self) -> None:
        """Let go of connections and the cache."""
        self._client.close()

    def pages(self, url: str) -> Iterator[Page | SourceError]:
        """Yield the page at an address, or those that a sitemap at it names.

        A page that cannot be had is an error in its place. Raises SourceError if that is so
        of the address itself.
        """
        first = self._get(url)
        if first.suffix != ".xml":
            yield first
            return
        for address in dict.fromkeys(self._addresses(first)):
            try:
                yield self._get(address)
            except SourceError as error:
                yield error

    def _addresses(self, sitemap: Page, depth: int = 0) -> Iterator[str]:
        try:
            root = ElementTree.fromstring(sitemap.data)
        except ElementTree.ParseError as error:
            raise SourceError(sitemap.url, f"is not a sitemap: {error}") from error
        for element in root.iter():
            if not element.tag.endswith("}loc") and element.tag != "loc":
                continue
            said = (element.text or "").strip()
            address = _joined(sitemap.url, said)
            if address is None:
                yield said  # what is wrong with it is said where it is fetched
                continue
            if not _same_host(address, sitemap.url):
                raise SourceError(sitemap.url, f"names a page of another host: {address}")
            if root.tag.endswith("sitemapindex") and depth < 2:
                yield from self._addresses(self._get(address), depth + 1)
            else:
                yield address

    def _get(self, url: str) -> Page:
        self._count(url)
        if _joined(url, "") is None:
            raise SourceError(url, "is not an address")
        if not self._rules(url).can_fetch(url, _AGENT):
            raise SourceError(url, "the site's robots.txt does not allow it to be fetched")
        response, data = self._follow(url)
        if response.status_code != 200:
            raise SourceError(url, f"cannot be read: the server says {response.status_code}")
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        suffix = ".xml" if kind in _SITEMAPS else SUFFIXES.get(kind)
        if suffix is None:
            raise SourceError(url, f"has the type {kind or 'none'}, which cannot be read")
        return Page(url, suffix, data)

    def _count(self, url: str) -> None:
        self._pages += 1
        most = self.settings.fetch_pages
        if self._pages > most:
            raise SourceError(url, f"is beyond the {most} pages of FETCH_PAGES")
        if time.monotonic() - self._started > _MOST_SECONDS:
            raise SourceError(url, f"was not fetched: an hour was not enough for the {most} pages")

    def _rules(self, url: str) -> Protego:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            response, data = self._follow(f"{site}/robots.txt")
            # Without rules, everything is allowed; if they cannot be had, nothing is.
            if response.status_code >= 500:
                raise SourceError(url, f"robots.txt: the server says {response.status_code}")
            text = data.decode("utf-8", "replace") if response.status_code == 200 else ""
            self._robots[site] = Protego.parse(text)
        return self._robots[site]

    def _follow(self, url: str) -> tuple[httpx.Response, bytes]:
        address = url
        for _ in range(_MOST_REDIRECTS + 1):
            self._check_address(address)
            self._wait(address)
            response, data = self._request(address)
            if not response.is_redirect:
                return response, data
            target = _joined(address, response.headers.get("location", ""))
            if target is None or not _same_host(target, url):
                raise SourceError(url, f"leads to another host: {target or 'none'}")
            address = target
        raise SourceError(url, f"leads on more than {_MOST_REDIRECTS} times")

    def _request(self, url: str) -> tuple[httpx.Response, bytes]:
        try:
            with self._client.stream("GET", url) as response:
                stream = response.extensions.get("network_stream")
                peer = stream.get_extra_info("server_addr") if stream else None
                if peer:
                    self._check_ip(url, str(peer[0]))
                data = bytearray()
                for part in response.iter_bytes():
                    data += part
                    if len(data) > _MOST_BYTES:
                        raise SourceError(url, f"is larger than {_MOST_BYTES // 1_000_000} MB")
                return response, bytes(data)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(url, f"cannot be read: {error or type(error).__name__}") from error

    def _wait(self, url: str) -> None:
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = rules.crawl_delay(_AGENT) if rules else None
        delay = min(_LONGEST_DELAY, max(self.settings.fetch_delay, float(asked or 0)))
        time.sleep(max(0.0, self._last + delay - time.monotonic()))
        self._last = time.monotonic()

    def _check_address(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceError(url, "is not an address that begins with https:// or http://")
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise SourceError(url, f"the host cannot be found: {error}") from error
        for *_, address in found:
            self._check_ip(url, str(address[0]))

    def _check_ip(self, url: str, address: str) -> None:
        if self.settings.fetch_private:
            return
        ip = ipaddress.ip_address(address.split("%")[0])
        if not ip.is_global or ip.is_multicast:
            raise SourceError(
                url,
                f"is an address of the own network ({ip}). "
                "Set FETCH_PRIVATE=True if it is to be read.",
            )


def _joined(base: str, address: str) -> str | None:
    """Return where an address on a page leads; None if it is none, such as "http://["."""
    try:
        joined = urljoin(base, address)
        _ = urlsplit(joined).port  # which raises ValueError, too
    except ValueError:
        return None
    return joined


def _same_host(one: str, two: str) -> bool:
    first, second = urlsplit(one), urlsplit(two)
    return (first.hostname, first.port) == (second.hostname, second.port) or (
        first.hostname == second.hostname and first.scheme == "https" and first.port in (None, 443)
    )

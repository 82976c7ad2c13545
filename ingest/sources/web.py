"""Fetches web pages, politely and with a cache."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit
from xml.etree import ElementTree

import httpx
from hishel import SqliteStorage
from hishel.httpx import CacheTransport
from protego import Protego

from ingest.errors import SourceError
from ingest.sources.body import PACKED, BodyError, read_body
from ingest.sources.connections import InsideError, Transport
from kb.settings import Settings
from kb.text.addresses import without_credentials

_AGENT = "Guidebot"
# Chosen by hand, far beyond any page.
_MAX_BYTES = 20_000_000
# Of all pages together, which are in memory until they are read; chosen by hand.
_MAX_TOTAL_BYTES = 500_000_000
# RFC 9309, section 2.5: crawlers must parse at least 500 KiB of robots.txt.
_MAX_RULES = 512_000
# RFC 9309, section 2.3.1.2: crawlers should follow at least five redirects.
_MAX_REDIRECTS = 5
# In all, between two requests at most, and of silence, in seconds; chosen by hand.
_MAX_SECONDS = 3600.0
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
class FetchLimits:
    """What may be fetched, and how fast: times in seconds, `delay` between two requests.

    `private` allows addresses inside the private network.
    """

    pages: int = Settings.model_fields["fetch_pages"].default
    timeout: float = Settings.model_fields["fetch_timeout"].default
    delay: float = Settings.model_fields["fetch_delay"].default
    private: bool = Settings.model_fields["fetch_private"].default


def fetch_limits_of(settings: Settings) -> FetchLimits:
    """Return the limits from the settings."""
    return FetchLimits(
        pages=settings.fetch_pages,
        timeout=settings.fetch_timeout,
        delay=settings.fetch_delay,
        private=settings.fetch_private,
    )


@dataclass(frozen=True)
class WebPage:
    """A fetched page; `suffix` is the file suffix for its content type."""

    url: str
    suffix: str
    data: bytes


@dataclass
class Fetcher:
    """Fetches pages one at a time, as robots.txt allows.

    Pages are cached in `cache` and revalidated by ETag or date. Private addresses are refused
    unless the limits allow them, so that a sitemap or redirect cannot make the program read what
    only it can reach. Credentials in a URL are sent to its host, and never leave this class.
    """

    cache: Path
    limits: FetchLimits
    _robots: dict[str, Protego] = field(default_factory=dict)
    _pages: int = 0
    _bytes: int = 0
    _last: float = float("-inf")
    _started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        self._transport = Transport(private=self.limits.private)
        self._client = httpx.Client(
            transport=CacheTransport(
                next_transport=self._transport,
                storage=SqliteStorage(database_path=self.cache),
                rfc=True,
            ),
            timeout=_TIMEOUT,
            trust_env=False,
            headers={
                "User-Agent": _AGENT,
                "Accept-Encoding": PACKED,
                # A server may call a page fresh, but the docs team may have just changed it.
                "Cache-Control": "no-cache",
            },
        )

    def close(self) -> None:
        """Close connections and the cache."""
        self._client.close()

    def pages(self, url: str) -> Iterator[WebPage | SourceError]:
        """Yield the page at a URL, or the pages in the sitemap there.

        A page that cannot be fetched is yielded as an error. Raises SourceError if the URL itself
        cannot be fetched. The pages' URLs have no credentials, whatever `url` has.
        """
        self._transport.sign_in(_split(url))
        first = self._get(without_credentials(url))
        if first.suffix != ".xml":
            yield first
            return
        for address in dict.fromkeys(self._addresses(first)):
            try:
                yield self._get(address)
            except SourceError as error:
                yield error

    def _addresses(self, sitemap: WebPage, depth: int = 0) -> Iterator[str]:
        try:
            root = ElementTree.fromstring(sitemap.data)
        except ElementTree.ParseError as error:
            raise SourceError(sitemap.url, f"is not a sitemap: {error}") from error
        for element in root.iter():
            if not element.tag.endswith("}loc") and element.tag != "loc":
                continue
            address_text = (element.text or "").strip()
            try:
                address = _joined(sitemap.url, address_text)
            except SourceError:
                yield address_text  # reported when it is fetched
                continue
            if not _same_host(address, sitemap.url):
                raise SourceError(sitemap.url, f"lists a page on another host: {address}")
            if root.tag.endswith("sitemapindex") and depth < 2:
                yield from self._addresses(self._get(address), depth + 1)
            else:
                yield address

    def _get(self, url: str) -> WebPage:
        self._count(url)
        _split(url)
        if not self._rules(url).can_fetch(url, _AGENT):
            raise SourceError(url, "the site's robots.txt disallows it")
        response, data = self._follow(url)
        self._bytes += len(data)
        if response.status_code != 200:
            raise SourceError(
                url, f"cannot be read: the server responds with {response.status_code}"
            )
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        suffix = ".xml" if kind in _SITEMAPS else SUFFIXES.get(kind)
        if suffix is None:
            raise SourceError(url, f"has the content type {kind or 'none'}, which is not supported")
        return WebPage(url, suffix, data)

    def _count(self, url: str) -> None:
        self._pages += 1
        most = self.limits.pages
        if self._pages > most:
            raise SourceError(url, f"exceeds the limit of {most} pages (FETCH_PAGES)")
        if self._bytes > _MAX_TOTAL_BYTES:
            raise SourceError(
                url,
                f"was not fetched: the pages before it exceed {_MAX_TOTAL_BYTES / 1e6:.0f} MB",
            )
        if time.monotonic() - self._started > _MAX_SECONDS:
            raise SourceError(
                url,
                f"was not fetched: the pages took longer than {_MAX_SECONDS / 60:.0f} minutes "
                f"(at most {most} are read)",
            )

    def _rules(self, url: str) -> Protego:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            response, data = self._follow(f"{site}/robots.txt")
            # Without robots.txt, everything is allowed; if it cannot be fetched, nothing is (RFC
            # 9309, 2.3.1).
            if response.status_code >= 500:
                raise SourceError(
                    url, f"robots.txt: the server responds with {response.status_code}"
                )
            found = response.status_code == 200
            text = data[:_MAX_RULES].decode("utf-8", "replace") if found else ""
            self._robots[site] = Protego.parse(text)
        return self._robots[site]

    def _follow(self, url: str) -> tuple[httpx.Response, bytes]:
        address = url
        for _ in range(_MAX_REDIRECTS + 1):
            _split(address)
            self._wait(address)
            response, data = self._request(address)
            if not response.is_redirect:
                return response, data
            target = _joined(address, response.headers.get("location", ""))
            if not _same_host(target, url):
                raise SourceError(url, f"redirects to another host: {target}")
            address = target
        raise SourceError(url, f"redirects more than {_MAX_REDIRECTS} times")

    def _request(self, url: str) -> tuple[httpx.Response, bytes]:
        self._transport.stop_after(self.limits.timeout)
        try:
            with self._client.stream("GET", url) as response:
                return response, read_body(response, _MAX_BYTES)
        except BodyError as error:
            raise SourceError(url, str(error)) from error
        except InsideError as error:
            raise SourceError(
                url,
                f"is in the private network ({error}), or may lead there. "
                "Set FETCH_PRIVATE=True to allow it.",
            ) from error
        except UnicodeError as error:
            raise SourceError(url, f"the host name is invalid: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = f"cannot be read: {error or type(error).__name__}"
            if self._transport.overdue:
                most = self.limits.timeout
                reason = f"took longer than {most:g} s (FETCH_TIMEOUT)"
            raise SourceError(url, reason) from error

    def _wait(self, url: str) -> None:
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = rules.crawl_delay(_AGENT) if rules else None
        delay = min(_LONGEST_DELAY, max(self.limits.delay, float(asked or 0)))
        time.sleep(max(0.0, self._last + delay - time.monotonic()))
        self._last = time.monotonic()


def _split(url: str) -> SplitResult:
    """Split a URL; raises SourceError if it is not an http or https one."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        # Where a password ends is unknown here.
        raise SourceError(re.sub("//.*@", "//", url), "is not a web address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        reason = "must begin with https:// or http://"
        raise SourceError(without_credentials(url), reason)
    return parts


def _joined(base: str, address: str) -> str:
    """Resolve a URL found at `base`; raises SourceError if it is not valid."""
    try:
        joined = without_credentials(urljoin(base, address))
        _split(joined)
    except ValueError as error:
        raise SourceError(base, "refers to an invalid web address") from error
    except SourceError as error:
        raise SourceError(base, f"refers to {error.source}, which {error.reason}") from error
    return joined


def _same_host(one: str, two: str) -> bool:
    first, second = urlsplit(one), urlsplit(two)
    return (first.hostname, first.port) == (second.hostname, second.port) or (
        first.hostname == second.hostname and first.scheme == "https" and first.port in (None, 443)
    )

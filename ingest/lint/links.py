"""Broken links, within a guide and between guides."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ingest.bounded.bounds import Bounds
from ingest.bounded.read import read_bounded
from ingest.errors import SourceError
from ingest.lint.finding import Finding
from ingest.lint.page import Link, Page, page_of
from ingest.lint_options import Rule
from ingest.loaders.load import LOADERS, read_source
from kb.model import BlockKind
from kb.text.counted import counted

# The HTML that a site generator makes of a page is not next to it.
_BUILT = (".html", ".htm", "")


def dead_links(pages: Sequence[Page], bounds: Bounds) -> Iterator[Finding]:
    """Yield links to missing targets, in the pages or in files next to them.

    Each target is reported once per page. External links are not checked. `bounds` apply to reading
    linked files.
    """
    targets = _Targets(pages, bounds)
    for page in pages:
        by_target: dict[str, list[Link]] = {}
        for link in page.links:
            by_target.setdefault(link.href, []).append(link)
        for href, links in by_target.items():
            if reason := targets.missing(page, href):
                more = f" (and {counted(len(links) - 1, 'more time')})" if len(links) > 1 else ""
                yield Finding(
                    rule=Rule.DEAD_LINK,
                    file=page.source,
                    line=links[0].line,
                    reason=f"{links[0].text.strip()!r} links to {href}: {reason}{more}",
                )


def orphan_see_also(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield entries in lists of further reading that lead nowhere.

    An entry without a link is fine if a guide or a section has that name.
    """
    known = {_folded(page.guide.info.title) for page in pages}
    known |= {_folded(heading.text) for page in pages for heading in page.headings}
    for page in pages:
        entries = zip(page.guide.info.see_also, page.see_also_lines, strict=True)
        for text, line in ((entry.text, line) for entry, line in entries if not entry.href):
            if _folded(text) not in known:
                yield Finding(
                    rule=Rule.ORPHAN_SEE_ALSO,
                    file=page.source,
                    line=line,
                    reason=f"the further reading names {text!r}: it has no link, and no guide or "
                    "section has that name",
                )
        for section in page.guide.sections:
            links = (block for block in section.blocks if block.kind is BlockKind.LINKS)
            for entry in (child for block in links for child in block.children):
                if not any(span.href and span.href.strip("# ") for span in entry.spans):
                    yield Finding(
                        rule=Rule.ORPHAN_SEE_ALSO,
                        file=page.source,
                        line=entry.lines.first,
                        reason=f"the further reading names {entry.text!r}: its link is empty",
                    )


class _Targets:
    """The anchors of the pages, and of the files that they link to."""

    def __init__(self, pages: Sequence[Page], bounds: Bounds) -> None:
        self._bounds = bounds
        self._anchors: dict[str, frozenset[str] | None] = {}
        self._published: dict[str, frozenset[str]] = {}
        for page in pages:
            self._anchors[_place(page.source)] = page.anchors
            if page.guide.info.url:
                self._published[page.guide.info.url.split("#")[0]] = page.anchors

    def missing(self, page: Page, href: str) -> str | None:
        """Return what is wrong with a link; None if nothing is, or it cannot be checked."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return "it is not a valid address"
        fragment = unquote(parts.fragment)
        if parts.scheme or parts.netloc:
            return _lacks(self._published.get(href.split("#")[0]), fragment)
        if not parts.path:
            return _lacks(page.anchors, fragment) if not parts.query else None
        if parts.path.startswith("/"):
            return None  # relative to the site's root, which is unknown
        if urlsplit(page.source).netloc:
            address = urljoin(page.source, href).split("#")[0]
            return _lacks(self._anchors.get(address), fragment)
        return self._missing_file(Path(page.source).parent / unquote(parts.path), fragment)

    def _missing_file(self, path: Path, fragment: str) -> str | None:
        place = _place(str(path))
        if place not in self._anchors and not path.exists():
            sources = [path.with_suffix(end) for end in LOADERS if path.suffix in _BUILT]
            found = next((each for each in sources if _place(str(each)) in self._anchors), None)
            found = found or next((each for each in sources if each.exists()), None)
            if found is None:
                return "the file does not exist"
            path, place = found, _place(str(found))
        if place not in self._anchors:
            self._anchors[place] = _read(path, self._bounds)
        return _lacks(self._anchors[place], fragment)


def _read(path: Path, bounds: Bounds) -> frozenset[str] | None:
    """Return a file's anchors; None if it is not a readable guide."""
    if not path.is_file():
        return None
    try:
        return read_bounded(page_of, read_source(path), bounds).anchors
    except SourceError:
        return None


def _lacks(anchors: frozenset[str] | None, fragment: str) -> str | None:
    # Browsers take an empty fragment, or "top", as the top of the page.
    if anchors is None or fragment in ("", "top") or fragment in anchors:
        return None
    return "no heading or anchor there has this name"


def _place(source: str) -> str:
    return source if urlsplit(source).netloc else os.path.realpath(source)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()

"""The part of a web page that is its guide: without navigation, footers and cookie banners."""

from __future__ import annotations

import html
import re

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment

from ingest.loaders.markup.flow import flatten

_MAIN = ("#main-col-body", "#main-content", "main", "[role=main]", "article", "#content", "#main")
_NEVER_TEXT = (
    "script, style, noscript, template, iframe, svg, canvas, form, button, input, select, textarea,"
    " nav, footer, dialog, [hidden], [role=navigation], [role=banner], [role=contentinfo],"
    " [role=search], [role=dialog], [role=alertdialog], [role=complementary],"
    " a.headerlink, a.anchor, a.anchorjs-link, .code-btn-container, .btn-copy-code, .breadcrumb,"
    " .breadcrumbs, #main-col-footer, awsdocs-page-utilities, awsdocs-language-banner,"
    " awsdocs-copyright, awsdocs-filter-selector, awsdocs-thumb-feedback, .skip-link"
)
_COOKIES = ("cookie", "consent", "gdpr", "onetrust")
_NOTES = (
    "awsdocs-note, .awsdocs-note, .admonition, .admonition-block, [role=note], .note, .warning,"
    " .important, .tip, .caution, .callout"
)
_NOTE_TITLE = ".awsdocs-note-title, .admonition-title, .callout-title, .title, h4, h5, h6"
_LABEL = re.compile(r"[\w ]{2,30}[:：]?")
_HEADING = re.compile(r"h[1-6]$")


def read_page(data: bytes | str) -> BeautifulSoup:
    """Return a page as a browser would read it; tags know their lines."""
    return BeautifulSoup(data, "html5lib")


def guide_part(page: BeautifulSoup) -> Tag:
    """Return the element that holds the guide, cleared of what is not part of it."""
    body = page.body or page
    flatten(body)
    for comment in page.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in body.select(_NEVER_TEXT):
        tag.decompose()
    _without_cookie_banners(body)
    main = _main(body)
    if main is body:
        for tag in body.select("header, aside"):
            if not tag.find("h1"):
                tag.decompose()
    _keep_anchors(main)
    _mark_notes(main)
    for tag in main.select(".procedure > h6, .highlights > h6, .procedure > .title"):
        tag.name = "p"
        tag.wrap(page.new_tag("p"))
        tag.name = "strong"
    return main


def shift_code(body: Tag, source: str) -> None:
    """Note which code begins on the line below its tag: the parser leaves that line end out."""
    lines = source.split("\n")
    for pre in body.find_all("pre"):
        first = pre.get_text().split("\n")[0].strip()
        line = (pre.sourceline or 1) - 1
        here = html.unescape(re.sub(r"<[^>]*>", "", lines[line])) if line < len(lines) else ""
        if first and first not in here:
            pre["data-shift"] = "1"


def _main(body: Tag) -> Tag:
    whole = len(body.get_text())
    for selector in _MAIN:
        found = body.select(selector)
        # A page of many articles is not one of them; a main part with next to no text is none.
        if len(found) == 1 and len(found[0].get_text()) > whole / 10:
            return found[0]
    return body


def _without_cookie_banners(body: Tag) -> None:
    whole = len(body.get_text())
    for tag in body.find_all(["div", "section", "aside", "p", "ul"]):
        if tag.decomposed:
            continue
        # A guide may be about cookies: its headings say so, and a banner names itself by class.
        named = f"{tag.get('id') or ''} {' '.join(tag.get('class') or ())}".lower()
        banner = any(word in named for word in _COOKIES)
        in_guide = tag.find_parent(["main", "article"]) is not None
        if banner and not in_guide and len(tag.get_text()) < whole / 2:
            tag.decompose()


def _keep_anchors(main: Tag) -> None:
    """Give each heading the name that links lead to, where that stands beside it."""
    for heading in main.find_all(_HEADING):
        inner = heading.find(lambda tag: bool(tag.get("id") or tag.get("name")))
        name = (inner.get("id") or inner.get("name")) if inner else None
        above = heading.find_previous_sibling()
        if not name and above and above.name in ("a", "span") and not above.get_text().strip():
            name = above.get("id") or above.get("name")
        parent = heading.parent
        first = parent and parent.find(True, recursive=False) is heading
        if not name and first and parent and parent.name in ("section", "div", "article"):
            name = parent.get("id")
        if name and not heading.get("id"):
            heading["id"] = str(name)


def _mark_notes(main: Tag) -> None:
    for note in main.select(_NOTES):
        if note.name in ("p", "span", "code", "li") or note.find_parent("blockquote"):
            continue
        title = note.select_one(_NOTE_TITLE)
        words = title.get_text().strip() if title else ""
        if not title or not _LABEL.fullmatch(words):
            continue
        title.decompose()
        label = BeautifulSoup("<strong></strong><br>", "html.parser")
        strong = label.strong
        assert strong is not None
        strong.string = words.rstrip(":：")
        first = note.find("p")
        if first is None:
            continue
        for n, part in enumerate(list(label.children)):
            first.insert(n, part)
        note.name = "blockquote"

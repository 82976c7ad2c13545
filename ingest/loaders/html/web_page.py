"""Finds the guide in a web page: without navigation, footers and cookie banners."""

from __future__ import annotations

import html
import re
import warnings
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import Comment

from ingest.loaders.html.exports import drop_chrome, drop_comments, mark_up
from ingest.loaders.html.folds import set_out_folds
from ingest.loaders.html.hidden import drop_hidden, embolden
from ingest.loaders.html.notes import mark_notes
from ingest.loaders.html.title import language, page_title, set_title
from ingest.loaders.html.unfold import unfold
from ingest.loaders.html.word_lists import set_out_word_lists
from ingest.loaders.markup.flow import flatten
from ingest.remark import Remark

_MAIN = ("#main-col-body", "#main-content", "main", "[role=main]", "article", "#content", "#main")
_NEVER_TEXT = (
    "script, style, noscript, template, iframe, svg, canvas, button, input, select, textarea,"
    " nav, footer:not(blockquote footer), dialog, [role=navigation], [role=banner],"
    " [role=contentinfo], [role=search], [role=dialog], [role=alertdialog], [role=complementary],"
    " a.headerlink, a.anchor, a.anchorjs-link, .code-btn-container, .btn-copy-code, .breadcrumb,"
    " .breadcrumbs, #main-col-footer, awsdocs-page-utilities, awsdocs-language-banner,"
    " awsdocs-copyright, awsdocs-filter-selector, awsdocs-thumb-feedback, .skip-link"
)
_COOKIES = ("cookie", "consent", "gdpr", "onetrust")
_HEADING = re.compile(r"h[1-6]$")


@dataclass(frozen=True)
class GuidePart:
    """The element that holds a page's guide, the page's metadata, and what was left out."""

    tag: Tag
    language: str | None
    remarks: tuple[Remark, ...]


def read_page(data: bytes | str) -> BeautifulSoup:
    """Parse a page as a browser would; tags know their source lines."""
    with warnings.catch_warnings():
        # Browsers read XHTML as well.
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(data, "html5lib")


def guide_part(page: BeautifulSoup) -> GuidePart:
    """Return the part of a page that holds the guide, with everything else removed."""
    body = page.body or page
    flatten(body)
    for comment in page.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    title = page_title(page)
    unfold(body)
    remarks = [*drop_comments(body), *drop_hidden(page, body)]
    embolden(page, body)
    for tag in body.select(_NEVER_TEXT):
        tag.decompose()
    _without_forms(body)
    _without_cookie_banners(body)
    main = _main(body)
    if main is body:
        for tag in body.select("header, aside"):
            if not tag.find("h1"):
                tag.decompose()
    said = language(page, main)
    drop_chrome(main)
    _keep_anchors(main)
    mark_notes(main)
    set_out_word_lists(main)
    mark_up(page, main)
    set_title(page, main, title)
    set_out_folds(main, title)
    for tag in main.select(".procedure > h6, .highlights > h6, .procedure > .title"):
        tag.name = "p"
        tag.wrap(page.new_tag("p"))
        tag.name = "strong"
    return GuidePart(main, said, tuple(remarks))


def shift_code(body: Tag, source: str) -> None:
    """Mark code that begins on the line below its tag: the parser drops that line break."""
    lines = source.split("\n")
    texts: dict[int, str] = {}
    for pre in body.find_all("pre"):
        first = pre.get_text().split("\n")[0].strip()
        line = (pre.sourceline or 1) - 1
        if line < len(lines) and line not in texts:
            texts[line] = html.unescape(re.sub(r"<[^>]*>", "", lines[line]))
        if first and first not in texts.get(line, ""):
            pre["data-shift"] = "1"


def _main(body: Tag) -> Tag:
    whole = len(body.get_text())
    for selector in _MAIN:
        found = body.select(selector)
        # A page of many articles is none of them; a main element with hardly any text is none. The
        # share is chosen by hand.
        if len(found) == 1 and len(found[0].get_text()) > whole / 10:
            return found[0]
    return body


def _without_forms(body: Tag) -> None:
    """Unwrap or remove forms; some tools put the whole page, so at least half of it, into one."""
    whole = len(body.get_text())
    for form in body.find_all("form"):
        if form.decomposed:
            continue
        if form.find(["h1", "h2", "main"]) or len(form.get_text()) > whole / 2:
            form.name, form.attrs = "div", {}
        else:
            form.decompose()


def _without_cookie_banners(body: Tag) -> None:
    whole = len(body.get_text())
    for tag in body.find_all(["div", "section", "aside", "p", "ul"]):
        if tag.decomposed:
            continue
        # A guide may be about cookies: then its headings say so. A banner's class gives it away.
        named = f"{tag.get('id') or ''} {' '.join(tag.get('class') or ())}".lower()
        banner = any(word in named for word in _COOKIES)
        in_guide = tag.find_parent(["main", "article"]) is not None
        if banner and not in_guide and len(tag.get_text()) < whole / 2:
            tag.decompose()


def _keep_anchors(main: Tag) -> None:
    """Give each heading the link target that stands next to it."""
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

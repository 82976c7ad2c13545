"""Removes what wikis and office tools add around a document when exporting it as a page."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup, Tag

from ingest.loaders.markup.flow import HEADINGS
from ingest.remark import Remark, RemarkKind

# Classes of the elements that Confluence, Notion, Word and documentation generators put around a
# document.
_CLASSES = frozenset(
    "page-metadata toc-macro confluence-information-macro-icon collapse-source page-header-icon"
    " expand-control-icon greybox MsoCommentReference"
    " hash-link header-anchor viewcode-link copybtn md-clipboard md-content__button"
    " clipboard-button edit-this-page theme-edit-this-page td-page-meta td-feedback rst-versions"
    " rst-footer-buttons prev-next-area pagination-nav theme-doc-footer theme-doc-toc-mobile"
    " theme-doc-version-banner theme-doc-version-badge md-source-file version-warning toc"
    " table-of-contents linenos linenodiv lineno gutter hljs-ln-numbers footnote-backref"
    " hideme".split()
)
_IDS = frozenset({"breadcrumb-section", "attachments", "toc"})
_CHROME = (
    "table.properties, .contents.topic, p[class^=MsoToc], [style*='mso-element:header'],"
    " [style*='mso-element:footer'], [data-md-component=outdated], [role=doc-backlink]"
)
_PERMALINKS = ("", "¶", "#", "§", "🔗", "☍", "link", "permalink", "anchor")
_REDIRECT = re.compile(r"https?://www\.google\.[a-z.]+/url\?")
_EDIT = re.compile(
    r"(?:edit (?:this|on)|improve this page|view (?:page )?source|report an issue|back to top"
    r"|was this (?:page|article) helpful|copy to clipboard|このページを編集|ページを編集).{0,40}",
    re.IGNORECASE | re.DOTALL,
)
# Characters of an element that may be such a link and nothing else; chosen by hand.
_MAX_EDIT = 60
_BRUSH = re.compile(r"brush:\s*([\w+-]+)")
_GOOGLE_LIST = re.compile(r"lst-kix_\S+-(\d+)$")
_TITLES = "#title-text, h1.pagetitle, h1.page-title, p.title, p.MsoTitle, p.Title"


def drop_chrome(body: Tag) -> None:
    """Remove what tools add around the text: contents, anchors, metadata, buttons."""
    named = [
        tag
        for tag in body.find_all(True)
        if tag.get("id") in _IDS or not _CLASSES.isdisjoint(tag.get("class") or ())
    ]
    for tag in [*named, *body.select(_CHROME)]:
        # The class for contents may also be on the page's main part.
        if not tag.decomposed and (not tag.find("h1") or tag.name == "table"):
            tag.decompose()
    for heading in body.find_all(HEADINGS):
        for link in heading.find_all("a"):
            href = str(link.get("href") or "#")
            if "#" in href and link.get_text().strip().lower() in _PERMALINKS:
                heading.attrs.setdefault("id", link.get("id") or link.get("name") or "")
                if not link.find("img"):
                    link.decompose()
    for tag in body.find_all(("a", "p", "div")):
        if not tag.decomposed and len(tag.get_text()) < _MAX_EDIT:
            if _EDIT.fullmatch(tag.get_text().strip()):
                tag.decompose()


def drop_comments(body: Tag) -> list[Remark]:
    """Remove reviewers' comments on a document."""
    notes = [tag for tag in body.select("a[id^=cmnt]") if re.fullmatch(r"cmnt\d+", str(tag["id"]))]
    boxes = [tag.find_parent("div") or tag.find_parent("p") for tag in notes]
    boxes += body.select("[style*='mso-element:comment-list']")
    line = next((box.sourceline for box in boxes if box is not None and box.sourceline), 1)
    count = len(notes) or len(body.select("[style*='mso-element:comment']"))
    for box in boxes:
        if box is not None and not box.decomposed:
            box.decompose()
    for mark in body.select("a[id^=cmnt_ref]"):
        (mark.find_parent("sup") or mark).decompose()
    if not boxes:
        return []
    text = f"comments on the document are left out ({count})"
    return [Remark(line=line, kind=RemarkKind.LEFT_OUT, text=text)]


def mark_up(page: BeautifulSoup, body: Tag) -> None:
    """Replace tools' own class-based markup with the HTML elements for it."""
    for link in body.find_all("a", href=_REDIRECT):
        query = parse_qs(urlsplit(str(link["href"])).query)
        if target := query.get("q") or query.get("url"):
            link["href"] = target[0]
    for toggles in body.find_all(("ul", "ol")):
        items = toggles.find_all("li", recursive=False)
        if items and all(_holds_details(item) for item in items):
            for item in items:
                item.unwrap()
            toggles.name = "div"
    for value in body.select(".selected-value + .selected-value"):
        value.insert_before(", ")
    for pre in body.find_all("pre"):
        _set_code(pre)
    _nest_by_class(body)


def document_title(body: Tag) -> Tag | None:
    """Return the element that a tool marks as the title of the whole document."""
    for tag in body.select(_TITLES):
        # A paragraph further down may be the title of something else.
        first = tag.name == "h1" or tag.name == "span" or not tag.find_previous(HEADINGS)
        if tag.get_text().strip() and first:
            return tag
    return None


def _holds_details(item: Tag) -> bool:
    inner = [each for each in item.contents if isinstance(each, Tag) or str(each).strip()]
    return len(inner) == 1 and isinstance(inner[0], Tag) and inner[0].name == "details"


def _set_code(pre: Tag) -> None:
    """Note a listing's language, and end its lines where each is an element."""
    if brush := _BRUSH.search(str(pre.get("data-syntaxhighlighter-params") or "")):
        pre["class"] = f"language-{brush[1]}"
    box = pre.find_parent(class_=re.compile(r"^(?:highlight|language)-"))
    inner = pre.find("code")
    own = [
        *(pre.get("class") or ()),
        *((inner.get("class") or ()) if isinstance(inner, Tag) else ()),
    ]
    if box and not any("lang" in name for name in own):
        for name in box.get("class") or ():
            language = re.fullmatch(r"(?:highlight|language)-(?:source-)?(\w+)", name)
            if language and language[1] not in ("default", "none", "text", "plain", "notranslate"):
                pre["class"] = f"language-{language[1]}"
    for line in pre.find_all(("div", "p", "li")):
        after = line.next_sibling
        if after is not None and not line.get_text().endswith("\n"):
            line.append("\n")


def _nest_by_class(body: Tag) -> None:
    """Nest lists whose depth is given only by their classes."""
    lists = [each for each in body.find_all(("ul", "ol")) if _depth(each) is not None]
    last: dict[int, Tag] = {}
    before: Tag | None = None
    for each in lists:
        depth = _depth(each) or 0
        outer = last.get(depth - 1)
        items = outer.find_all("li", recursive=False) if outer is not None else []
        near = before is not None and _stands_behind(each, before)
        if not near:
            last = {}
        elif depth and items:
            items[-1].append(each.extract())
        last = {level: tag for level, tag in last.items() if level < depth} | {depth: each}
        before = last[min(last)]


def _stands_behind(listed: Tag, before: Tag) -> bool:
    above = listed.previous_sibling
    while above is not None and not isinstance(above, Tag) and not str(above).strip():
        above = above.previous_sibling
    return above is before


def _depth(listed: Tag) -> int | None:
    for name in listed.get("class") or ():
        if found := _GOOGLE_LIST.fullmatch(name):
            return int(found[1])
    return None

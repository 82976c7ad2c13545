"""A page's title, and the language it declares."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from ingest.loaders.html.exports import document_title
from ingest.loaders.markup.flow import HEADINGS

_SEPARATOR = re.compile(r"\s+[|·»«:–—-]{1,2}\s+")
_NO_TITLE = ("", "untitled", "document", "untitled document", "無題", "無題ドキュメント", "index")
# Wikis put the name of the space before the title, on the page and in its head.
_WIKI_TITLES = ("title-heading", "title-text")
_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)


def page_title(page: BeautifulSoup) -> str | None:
    """Return the title in a page's head, without the site's name."""
    shared = _meta(page, "og:title")
    words = " ".join((page.title.get_text() if page.title else "").split()) or shared
    if words.lower() in _NO_TITLE:
        return None
    headings = [" ".join(tag.get_text().split()) for tag in page.find_all(("h1", "h2"))]
    parts = _SEPARATOR.split(words)
    if len(parts) < 2:
        return words
    if shared and shared != words and shared in words:
        return shared
    for part in parts:
        if part in headings[:1]:
            return part
    site = _meta(page, "og:site_name") or _meta(page, "application-name")
    if parts[0] == site or _named_around(page, parts[0]) and not _named_around(page, parts[-1]):
        return words.split(parts[0], 1)[1].lstrip(" |·»«:–—-")
    if parts[-1] == site or " | " in words or _named_around(page, parts[-1]):
        return words.rsplit(parts[-1], 1)[0].rstrip(" |·»«:–—-")
    return words


def language(page: BeautifulSoup, main: Tag) -> str | None:
    """Return a page's declared language (ISO 639-1), unless its script contradicts it."""
    said = [main.get("lang"), *(parent.get("lang") for parent in main.parents)]
    meta = page.find("meta", attrs={"http-equiv": re.compile("content-language", re.IGNORECASE)})
    said.append(meta.get("content") if isinstance(meta, Tag) else None)
    for each in said:
        found = _CODE.fullmatch(str(each or "").strip())
        if found and found[1].lower() in _LANGUAGES:
            code = found[1].lower()
            # "en" is what templates declare, whatever the text is in.
            return None if code == "en" and not _is_latin(main.get_text()) else code
    return None


def set_title(page: BeautifulSoup, main: Tag, title: str | None) -> None:
    """Put a page's title above its text as the only level 1 heading."""
    marked = document_title(page.body or page)
    headings = main.find_all("h1")
    words = " ".join(marked.get_text().split()) if marked is not None else ""
    if marked is not None and title and words.endswith(title):
        words = title
    if marked is None:
        outside = [h for h in page.find_all("h1") if main not in h.parents and h.get_text().strip()]
        if not headings and len(outside) == 1:
            words = " ".join(outside[0].get_text().split())
        elif len(headings) != 1:
            words = title or ""
    if not words or _is_first(main, headings, words):
        return
    if marked is not None and main in marked.parents:
        marked.extract()
        headings = main.find_all("h1")
    first = [h for h in headings if " ".join(h.get_text().split()) == words][:1]
    if headings and headings != first:
        for heading in main.find_all(HEADINGS):
            if heading not in first:
                heading.name = f"h{min(6, int(heading.name[1]) + 1)}"
    if not first:
        top = Tag(name="h1")
        top.string = words
        if marked is not None and marked.get("id") and marked["id"] not in _WIKI_TITLES:
            top["id"] = str(marked["id"])
        main.insert(0, top)


def _is_first(main: Tag, headings: list[Tag], words: str) -> bool:
    return len(headings) == 1 and " ".join(headings[0].get_text().split()) == words


def _named_around(page: BeautifulSoup, words: str) -> bool:
    links = [link for link in page.find_all("a") if " ".join(link.get_text().split()) == words]
    return any(
        parent.name in ("header", "nav", "footer")
        or parent.get("role") in ("navigation", "banner", "contentinfo")
        or "breadcrumb" in f"{parent.get('id')} {parent.get('class')}"
        for link in links
        for parent in link.parents
    )


def _meta(page: BeautifulSoup, name: str) -> str:
    tag = page.find("meta", attrs={"property": name}) or page.find("meta", attrs={"name": name})
    return " ".join(str(tag.get("content") or "").split()) if isinstance(tag, Tag) else ""


def _is_latin(text: str) -> bool:
    # Enough to tell, and quick; chosen by hand.
    letters = [c for c in text[:20000] if c.isalpha()]
    return sum(c < "\u0370" for c in letters) * 2 >= len(letters)


# ISO 639-1.
_LANGUAGES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy"
    " da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu"
    " hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb"
    " lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om"
    " or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw"
    " ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh"
    " zu".split()
)

"""Removes wrappers around a document's text that the converter does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.loaders.docx.wordml import (
    P_PR,
    R_PR,
    TBL,
    TC,
    TEXT_BOX,
    TR,
    VAL,
    P,
    R,
    T,
    child,
    field,
    name,
    own_elements,
    run_of,
    text_of,
    words,
)
from ingest.remark import Remark, RemarkKind

_KEPT = {P, R, T, TBL, TR, TC, TEXT_BOX, P_PR, R_PR} | {
    name(f"w:{each}")
    for each in (
        *("document", "body", "footnotes", "endnotes", "footnote", "endnote", "hyperlink"),
        *("trPr", "tcPr", "tblPr", "tblGrid", "bookmarkStart", "br", "tab", "sym"),
        *("noBreakHyphen", "fldChar", "instrText", "footnoteReference", "endnoteReference"),
    )
}
_WHOLE = {P_PR, R_PR, T} | {name(f"w:{each}") for each in ("trPr", "tcPr", "tblPr", "fldChar")}
_PICTURES = {name("w:drawing"), name("w:pict"), name("w:object")}
# Alt text that Word generates; readers do not see it.
_GENERATED = re.compile(
    r"description (?:automatically )?generated|AI-generated content|自動的に生成された説明"
    r"|AI によって生成",
    re.IGNORECASE,
)
_REMARK = "remark"
_UNREAD = {
    "/chart": "a chart is not read",
    "/diagram": "a diagram (SmartArt) is not read: say in words what it shows",
}


def unwrap(root: Element) -> None:
    """Reduce a document's XML to what holds its text, with each text box once."""
    root[:] = [each for below in root for each in _unwrapped(below)]


def take_remarks(root: Element, places: dict[Element, int]) -> Iterator[Remark]:
    """Yield the remarks that were left in the document, and remove them."""
    for paragraph in root.iter(P):
        for holder in [paragraph, *own_elements(paragraph, R)]:
            for said in holder.findall(_REMARK):
                holder.remove(said)
                kind, text = RemarkKind(said.get("kind") or ""), said.get("text") or ""
                yield Remark(line=places[paragraph], kind=kind, text=text)


def _unwrapped(element: Element) -> list[Element]:
    if element.tag in _WHOLE:
        return [element]
    match element.tag:
        case tag if tag == name("mc:AlternateContent"):
            return _inside(_alternative(element))
        case tag if tag == name("w:sdt"):
            return _content_control(element)
        case tag if tag == name("w:fldSimple"):
            return field(element.get(name("w:instr")) or "", _inside(element))
        case tag if tag == name("w:ruby"):
            base = element.find(name("w:rubyBase"))
            return [] if base is None else list(base.iter(T))
        case tag if tag in (name("m:oMath"), name("m:oMathPara")):
            return [run_of(_formula(element))]
        case tag if tag == name("w:cr"):
            return [Element(name("w:br"))]
        case tag if tag == name("w:altChunk"):
            return [_with_remark("an embedded document is not read")]
        case tag if tag in _PICTURES:
            return _picture(element)
    content = _inside(element)
    if element.tag in _KEPT:
        element[:] = content
        return [element]
    return content


def _inside(element: Element | None) -> list[Element]:
    return [] if element is None else [each for below in element for each in _unwrapped(below)]


def _alternative(element: Element) -> Element | None:
    """Return the variant with text in it, otherwise the fallback for older programs."""
    forms = list(element)
    texts = [each for each in forms if any(True for _ in each.iter(TEXT_BOX)) and words(each)]
    fallback = element.find(name("mc:Fallback"))
    if texts:
        return texts[0]
    return fallback if fallback is not None and len(fallback) else next(iter(forms), None)


def _content_control(element: Element) -> list[Element]:
    content = _inside(element.find(name("w:sdtContent")))
    gallery = child(element, "w:sdtPr", "w:docPartObj", "w:docPartGallery")
    if gallery is not None and gallery.get(VAL) == "Table of Contents":
        holder = Element("holder")
        holder.extend(content)
        for n, paragraph in enumerate(holder.iter(P)):
            leave_out_contents(paragraph, remark=n == 0)
    return content


def leave_out_contents(paragraph: Element, *, remark: bool = True) -> None:
    """Empty a paragraph of a table of contents."""
    text = "a table of contents is left out"
    paragraph[:] = [_remark(RemarkKind.LEFT_OUT, text)] if remark else []


def _picture(element: Element) -> list[Element]:
    """Return a drawing's texts, or the text that stands for a picture."""
    boxes = [each for each in _inside(element) if each.tag in (TEXT_BOX, _REMARK)]
    for data in element.iter():
        if data.tag.endswith("}graphicData"):
            for end, text in _UNREAD.items():
                if (data.get("uri") or "").endswith(end):
                    boxes.append(_remark(RemarkKind.UNREAD, text))
    about = element.find(f".//{name('wp:docPr')}")
    said = "" if about is None else about.get("descr") or about.get("title") or ""
    is_picture = any(each.tag.endswith("}blip") for each in element.iter())
    if not boxes and is_picture and said.strip() and not _GENERATED.search(said):
        return [text_of(said)]
    return boxes


def _formula(element: Element) -> str:
    """Return a formula on one line: a/b, x^2, √(x)."""
    parts = [_formula(each) for each in element if not each.tag.endswith("Pr")]
    match element.tag.rsplit("}", 1)[-1]:
        case "t":
            return element.text or ""
        case "f" if len(parts) == 2:
            return "/".join(part if re.fullmatch(r"\w*", part) else f"({part})" for part in parts)
        case "sSup" if len(parts) == 2:
            return f"{parts[0]}^{parts[1]}"
        case "sSub" if len(parts) == 2:
            return f"{parts[0]}_{parts[1]}"
        case "rad":
            return f"√({parts[-1] if parts else ''})"
        case "d":
            return f"({', '.join(parts)})"
    return "".join(parts)


def _remark(kind: RemarkKind, text: str) -> Element:
    return Element(_REMARK, {"kind": kind, "text": text})


def _with_remark(text: str) -> Element:
    paragraph = Element(P)
    paragraph.append(_remark(RemarkKind.UNREAD, text))
    return paragraph

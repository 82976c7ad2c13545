"""Hidden text, which the document does not display."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ingest.loaders.docx.styles import Styles
from ingest.loaders.docx.wordml import (
    P_PR,
    R_PR,
    TR,
    P,
    child,
    is_on,
    parents,
    runs,
    words,
)
from ingest.remark import Remark, RemarkKind


def leave_out_hidden(root: Element, styles: Styles, places: dict[Element, int]) -> list[Remark]:
    """Remove hidden text, and return remarks on where it was."""
    found: list[int] = []
    above = parents(root)
    for row in list(root.iter(TR)):
        if is_on(child(row, "w:trPr", "w:hidden")):
            found += [places[each] for each in row.iter(P) if words(each).strip()]
            above[row].remove(row)
    for paragraph in root.iter(P):
        hidden = [run for run in runs(paragraph) if _is_hidden(run, paragraph, styles)]
        if any(words(run).strip() for run in hidden):
            found.append(places[paragraph])
        for run in hidden:
            run[:] = [each for each in run if each.tag == R_PR]
        if hidden and all(each.tag == R_PR for run in runs(paragraph) for each in run):
            paragraph[:] = [each for each in paragraph if each.tag != P_PR]
    text = "hidden text is left out"
    return [
        Remark(line=place, kind=RemarkKind.LEFT_OUT, text=text)
        for place in sorted(set(found))
        if place - 1 not in found
    ]


def _is_hidden(run: Element, paragraph: Element, styles: Styles) -> bool:
    said = child(run, "w:rPr", "w:specVanish")
    return bool(is_on(said)) or styles.run_has(run, paragraph, "w:vanish")

"""The formatting of a paragraph's text, which tells what is bold and what is code."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

from ingest.loaders.docx.fonts import Fonts
from ingest.loaders.docx.styles import Styles
from ingest.loaders.docx.wordml import (
    VAL,
    P,
    child,
    name,
    own_elements,
    properties,
    runs,
    set_style,
    value,
    words,
)

CODE_RUN = "guidebotCodeRun"
_CODE_STYLES = tuple(
    "Source Code,HTML Preformatted,Code,Plain Text,macro,Preformatted Text".split(",")
)
_CODE_WORDS = ("Verbatim Char", "HTML Code", "Source Text")
_STRONG = ("Strong",)
_COUNTS = {name(f"w:{each}") for each in ("rStyle", "b", "i", "u", "strike", "vertAlign")}
_MOSTLY = 0.9
"""Share of a document in one kind of font above which that font means nothing; chosen by hand."""
# Letters of a document for that to count, and how much larger headings are; chosen by hand.
_MIN_LETTERS = 2000
_LARGER = 1.15


class Looks:
    """The formatting of a document's text, direct and by style."""

    def __init__(self, styles: Styles, fonts: Fonts, root: Element) -> None:
        self._styles = styles
        self._fonts = fonts
        self._written: dict[Element, bool] = {}
        self._by_font = not fonts.is_monospaced(styles.usual_font())
        if self._by_font:
            self._by_font = not self._is_typewritten(root)

    def is_heading(self, paragraph: Element) -> bool:
        """Whether a paragraph is a heading or the document's title."""
        style = value(paragraph, "w:pPr", "w:pStyle")
        return self._styles.heading(paragraph) is not None or self._styles.is_any(style, ["Title"])

    def is_named_code(self, paragraph: Element) -> bool:
        """Whether a paragraph's style is one for code."""
        return self._styles.is_any(value(paragraph, "w:pPr", "w:pStyle"), _CODE_STYLES)

    def is_code(self, paragraph: Element) -> bool:
        """Whether all of a paragraph is code."""
        if paragraph in self._written:
            return self._written[paragraph]
        if self.is_heading(paragraph):
            return False
        if self.is_named_code(paragraph):
            return True
        said = [run for run in runs(paragraph) if words(run).strip()]
        return bool(said) and all(
            self._is_monospaced(run, paragraph) and not self._is_code_word(run) for run in said
        )

    def write(self, root: Element) -> None:
        """Copy each run's inherited formatting into the run itself."""
        usual = self._usual_size(root)
        for paragraph in root.iter(P):
            heading = self.is_heading(paragraph)
            self._written[paragraph] = self.is_code(paragraph)
            large = not heading and self._is_large(paragraph, usual)
            for run in runs(paragraph):
                code = (
                    self._is_code_word(run) or not heading and self._is_monospaced(run, paragraph)
                )
                bold = not heading and (large or self._is_bold(run, paragraph))
                _only_what_counts(run)
                _set_bold(run, bold)
                if code:
                    set_style(run, CODE_RUN)
                    _plain_spaces(run)

    def _usual_size(self, root: Element) -> int:
        """Return the font size of most text."""
        sizes = Counter[int]()
        for paragraph in root.iter(P):
            for run in runs(paragraph):
                sizes[self._styles.size(run, paragraph)] += len(words(run))
        return sizes.most_common(1)[0][0] if sizes else 0

    def _is_large(self, paragraph: Element, usual: int) -> bool:
        """Whether all of a paragraph is larger than the rest, as headings are."""
        said = [run for run in runs(paragraph) if words(run).strip()]
        return bool(said) and all(
            self._styles.size(run, paragraph) >= _LARGER * usual for run in said
        )

    def _is_bold(self, run: Element, paragraph: Element) -> bool:
        style = value(run, "w:rPr", "w:rStyle")
        strong = style is not None and self._styles.is_any(style, _STRONG, "character")
        return strong or self._styles.run_has(run, paragraph, "w:b")

    def _is_monospaced(self, run: Element, paragraph: Element) -> bool:
        return self._by_font and self._fonts.is_monospaced(self._styles.font(run, paragraph))

    def _is_code_word(self, run: Element) -> bool:
        style = value(run, "w:rPr", "w:rStyle")
        return style is not None and self._styles.is_any(style, _CODE_WORDS, "character")

    def _is_typewritten(self, root: Element) -> bool:
        """Whether almost all of a longer document is monospaced."""
        total = monospaced = 0
        for paragraph in root.iter(P):
            for run in runs(paragraph):
                length = len(words(run))
                total += length
                if self._is_monospaced(run, paragraph):
                    monospaced += length
        return total > _MIN_LETTERS and monospaced > _MOSTLY * total


def _only_what_counts(run: Element) -> None:
    """Remove properties that are not used: they make up most of a large document."""
    if (said := child(run, "w:rPr")) is not None:
        said[:] = [each for each in said if each.tag in _COUNTS]


def _set_bold(run: Element, bold: bool) -> None:
    said = child(run, "w:rPr", "w:b")
    if said is None and not bold:
        return
    if said is None:
        said = Element(name("w:b"))
        properties(run, "w:rPr").append(said)
    said.set(VAL, "1" if bold else "0")


def _plain_spaces(run: Element) -> None:
    for text in own_elements(run, name("w:t")):
        text.text = (text.text or "").replace("\u00a0", " ")

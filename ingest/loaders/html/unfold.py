"""What clicks reveal: tabs, accordions, expanders. A reader of the guide sees all of it."""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString

from ingest.loaders.markup.flow import HEADINGS
from kb.text.language import with_colon

_TAB_LABELS = ".tabbed-labels > label, .sd-tab-label, .tabbed-set > label"
_TAB_CONTENTS = ".tabbed-block, .sd-tab-content, .tabbed-content"


def unfold(body: Tag) -> None:
    """Put each tab's name above its content, and turn expanders into HTML's own."""
    _name_tabs(body)
    _expanders(body)
    for button in body.select("[aria-controls][aria-expanded]"):
        _disclosure(body, button)
    for button in body.select("h1 button, h2 button, h3 button, h4 button, h5 button, h6 button"):
        heading = button.find_parent(HEADINGS)
        # Next to other text it is a copy button.
        if heading and heading.get_text().strip() == button.get_text().strip():
            button.unwrap()
    for button in body.select("p button, li button, td button, dd button"):
        _mentioned(button)


def _name_tabs(body: Tag) -> None:
    for tabs in body.select("[role=tablist]"):
        names = tabs.select("[role=tab]")
        scope = tabs.parent
        while scope is not None and scope is not body and not scope.select("[role=tabpanel]"):
            scope = scope.parent
        panels = scope.select("[role=tabpanel]") if scope is not None else []
        ids = {str(panel.get("id")): panel for panel in panels}
        for n, name in enumerate(names):
            target = name.get("aria-controls") or str(name.get("href") or "").lstrip("#")
            panel = ids.get(str(target)) or (panels[n] if len(panels) == len(names) else None)
            if panel is not None:
                _set_over(panel, name.get_text())
                del panel["hidden"]
        if panels:
            tabs.decompose()
    for tabs in body.select(".tabbed-set, .sd-tab-set"):
        labels = [each for each in tabs.select(_TAB_LABELS) if not each.decomposed]
        contents = [each for each in tabs.select(_TAB_CONTENTS) if not each.select(".tabbed-block")]
        if len(labels) == len(contents):
            for label, content in zip(labels, contents, strict=True):
                _set_over(content, label.get_text())
                label.decompose()


def _set_over(panel: Tag, words: str) -> None:
    if not words.strip():
        return
    line, bold = Tag(name="p"), Tag(name="strong")
    # With a colon, it is a label for what follows, not a heading.
    bold.string = with_colon(words.strip().rstrip(":：")).rstrip()
    line.append(bold)
    panel.insert(0, line)


def _expanders(body: Tag) -> None:
    for box in body.select(".expand-container"):
        control = box.select_one(".expand-control-text, .expand-control")
        content = box.select_one(".expand-content")
        if control is not None and content is not None:
            _folded(box, control.get_text(), content)


def _folded(box: Tag, words: str, content: Tag) -> None:
    box.name, box.attrs = "details", {}
    summary = Tag(name="summary")
    summary.string = words.strip()
    content.extract()
    box.clear()
    box.append(summary)
    box.append(content)
    content.attrs = {}


def _disclosure(body: Tag, button: Tag) -> None:
    """Turn a button and what it reveals into details, or keep its text in the heading it is in."""
    if button.decomposed or button.find_parent(["nav", "header", "summary"]):
        return
    name = str(button["aria-controls"])
    content = body.find(id=name)
    words = button.get_text().strip()
    if not isinstance(content, Tag) or not words or content in button.parents:
        return
    if content.name in ("nav", "ul", "form") or content.get("role") in ("menu", "dialog"):
        return
    if button.find_parent(HEADINGS):
        content.attrs = {"id": name}
        button.unwrap()
        return
    box = Tag(name="details")
    button.insert_before(box)
    summary = Tag(name="summary")
    summary.string = words
    box.append(summary)
    box.append(content.extract())
    button.decompose()
    content.attrs = {}


def _mentioned(button: Tag) -> None:
    """Keep the text of a button within a sentence."""
    holder = button.find_parent(["p", "li", "td", "dd"])
    if button.decomposed or holder is None:
        return
    own = [s for s in holder.find_all(string=True) if s.strip() and not s.find_parent("button")]
    beside = (button.previous_sibling, button.next_sibling)
    if own and any(isinstance(each, NavigableString) and each.strip() for each in beside):
        button.name = "b"
        button.attrs = {}

"""Inline template syntax: Hugo's shortcodes, Liquid, Handlebars, MDX.

Its replacement is unknown here, so it is left out.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from ingest.parse.dialects.left_out import leave_out_here, skip_space
from ingest.parse.dialects.tags import Syntax, read_tag

_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_TEMPLATE = re.compile(
    r"\{\{-?\s*/\*.*?\*/\s*-?\}\}|\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}"
    r"|\{\{\{.*?\}\}\}|\{\{.*?\}\}|\{%.*?%\}|\{/\*.*?\*/\}|\{#(?!\w).*?#\}",
    re.DOTALL,
)
_ENDS = {"{{": "}}", "{%": "%}", "{/": "*/}", "{#": "#}"}
_STRING = re.compile(r"\{(['\"`])([^'\"`{}]*)\1\}")
# Shortcodes that display their first arguments.
_SHOWN = frozenset("kbd key keys button badge mark heading title".split())
_IN_LINK = r"\{\{.*?\}\}|\{%.*?%\}"
_DESTINATION = re.compile(rf"\((?P<href>(?:{_IN_LINK}|[^()\n])*)\)", re.DOTALL)
_TITLE = re.compile(r"\s+(?:\"[^\"]*\"|'[^']*')\s*$")
_WORD = re.compile(r"^\{[{%][<%]?-?\s*(?:\w+\s+)?['\"]?([^'\"\s|>%}]+)['\"]?")
_NAMED = re.compile(r"\{[{%][<%]?-?\s*(?:ref|relref|link|post_url|['\"])")


def without_templates(text: str) -> str:
    """Return a text without templates."""
    return " ".join(_TEMPLATE.sub(" ", text).split()) if _TEMPLATE.search(text) else text


def templates_plugin(md: MarkdownIt) -> None:
    """Add rules that leave templates out."""
    md.inline.ruler.before("emphasis", "template", _template)
    md.inline.ruler.before("link", "template_link", _link)


def _template(state: StateInline, silent: bool) -> bool:
    src, at = state.src, state.pos
    dollar = src.startswith("${{", at)
    if src[at] != "{" and not dollar or not _may_end(state):
        return False
    if match := _RAW.match(src, at) or _STRING.match(src, at):
        text = match[match.lastindex or 1]
        if not silent:
            state.append_pending(text)
        state.pos = match.end()
        return True
    match = _TEMPLATE.match(src, at + dollar)
    if not match or match.end() > state.posMax:
        return False
    written = src[at : match.end()]
    state.pos = match.end()
    if shown := _shown(written):
        if not silent:
            state.append_pending(shown)
        return True
    if not silent:
        leave_out_here(state, "", written)
    skip_space(state, at)
    return True


def _may_end(state: StateInline) -> bool:
    """Quickly check whether anything further on can end a template that begins here."""
    at = state.src.find("{", state.pos)
    end = _ENDS.get(state.src[at : at + 2], "}")
    return state.html_terminator_last(end) > at


def _shown(written: str) -> str:
    """Return the text of a shortcode that a reader sees."""
    tag = read_tag(written, 0)
    if not tag or tag.syntax is not Syntax.HUGO or tag.closes:
        return ""
    return tag.given("text", "label") or " ".join(tag.words if tag.name in _SHOWN else ())


def _link(state: StateInline, silent: bool) -> bool:
    """Parse a link or image whose destination contains a template, possibly with spaces."""
    image = state.src.startswith("![", state.pos)
    if state.src[state.pos] != "[" and not image:
        return False
    if max(state.html_terminator_last(mark) for mark in ("{{", "{%")) < state.pos:
        return False
    start = state.pos + image + 1
    end = state.md.helpers.parseLinkLabel(state, start - 1, not image)
    found = _DESTINATION.match(state.src, end + 1) if end >= 0 else None
    if not found or found.end() > state.posMax or not re.search(_IN_LINK, found["href"], re.DOTALL):
        return False
    if not silent:
        _push_link(state, (start, end), "" if image else _target(found["href"]))
    state.pos = found.end()
    return True


def _target(href: str) -> str:
    """Return a link's destination without its templates."""

    def said(match: re.Match[str]) -> str:
        word = _WORD.match(match[0])
        return word[1] if word and _NAMED.match(match[0]) else ""

    return _TITLE.sub("", re.sub(_IN_LINK, said, href, flags=re.DOTALL)).strip()


def _push_link(state: StateInline, label: tuple[int, int], target: str) -> None:
    whole = state.posMax
    href = state.md.normalizeLink(target)
    state.pos, state.posMax = label
    state.push("link_open", "a", 1).attrs = {"href": href if state.md.validateLink(href) else ""}
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.posMax = whole

"""Inline marks: `==marked==`, `H~2~O`, `[[Page]]`, `:phone:`, `$E=mc^2$`."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from rich.emoji import Emoji, NoEmoji

from ingest.parse.dialects.left_out import leave_out_here, skip_space
from ingest.parse.inline import raised, unspaced

Handler = Callable[[StateInline, "re.Match[str]"], None]


def marks_plugin(md: MarkdownIt) -> None:
    """Parse inline marks, keeping their text and removing those without any."""
    md.enable("strikethrough")
    md.inline.ruler.before("emphasis", "mark", _mark)


def _mark(state: StateInline, silent: bool) -> bool:
    for pattern, handler in _MARKS.get(state.src[state.pos], ()):
        match = pattern.match(state.src, state.pos)
        if match and match.end() <= state.posMax:
            if not silent:
                handler(state, match)
            start, state.pos = state.pos, match.end()
            if handler is _left_out:
                skip_space(state, start)
            return True
    return False


def _inside(state: StateInline, match: re.Match[str]) -> None:
    """Parse the content between two marks."""
    whole = state.posMax
    state.pos, state.posMax = match.span(1)
    state.push("mark_open", "mark", 1)
    state.md.inline.tokenize(state)
    state.push("mark_close", "mark", -1)
    state.posMax = whole


def _words(state: StateInline, match: re.Match[str]) -> None:
    state.append_pending(match[1])


def _raised(state: StateInline, match: re.Match[str]) -> None:
    state.append_pending(raised(match[1]))


def _in_brackets(state: StateInline, match: re.Match[str]) -> None:
    before = state.pending[-1:] or " "
    state.append_pending(("" if before.isspace() else " ") + f"({match[1].strip()})")


def _page(state: StateInline, match: re.Match[str]) -> None:
    page, _, text = match[1].partition("|")
    state.append_pending(text.strip() or page.strip().strip("#").replace("#", " > "))


def _left_out(state: StateInline, match: re.Match[str]) -> None:
    leave_out_here(state, "", match[0])


def _pictured(state: StateInline, match: re.Match[str]) -> None:
    """Parse a picture in Microsoft's syntax: `:::image alt-text="…":::`."""
    alternative = _ALTERNATIVE.search(match[1])
    if alternative:
        state.append_pending(alternative[1])
    else:
        leave_out_here(state, "", match[0])


_ALTERNATIVE = re.compile(r"alt-text=\"([^\"]+)\"")


def _nothing(state: StateInline, match: re.Match[str]) -> None:
    pass


def _emoji(state: StateInline, match: re.Match[str]) -> None:
    before, after = state.src[match.start() - 1 : match.start()], state.src[match.end() :][:1]
    if not (_stands_apart(before, "([*_~>") and _stands_apart(after, ")]*_~<.,;!?")):
        state.append_pending(match[0])
        return
    try:
        state.append_pending(str(Emoji(match[1])))
    except NoEmoji:
        if _ICON.match(match[1]):
            leave_out_here(state, "", match[0])
        else:
            state.append_pending(match[0])


def _stands_apart(neighbour: str, marks: str) -> bool:
    return not neighbour.strip() or neighbour in marks or unspaced(neighbour)


_ICON = re.compile(r"(?:material|fontawesome|octicons|simple|fa|fas|far|fab)-")
# Marks in formulas, but not in prices or variable names.
_FORMULA = r"(?!\\?\{)(?=[^$\n]*[\\^_=+<>{}]|[A-Za-z]\$)(?![\s$])((?:\\.|[^$\\\n])+?)(?<!\s)"


def _pair(mark: str) -> re.Pattern[str]:
    """Match what is between a pair of two-character marks, but not a sum or a comparison."""
    two = re.escape(mark * 2)
    ends = rf"[A-Za-z0-9{re.escape(mark)}]"
    return re.compile(rf"(?<!{ends}){two}(?![\s{mark}])((?:(?!{two}).)+?)(?<!\s){two}(?!{ends})")


_MARKS: dict[str, tuple[tuple[re.Pattern[str], Handler], ...]] = {
    "=": ((_pair("="), _inside),),
    "+": ((_pair("+"), _inside),),
    "~": ((re.compile(r"(?<=[A-Za-z)])~([A-Za-z0-9]{1,8}[+-]?)~(?!~)"), _words),),
    "^": (
        (re.compile(r"\^\[((?:[^\[\]]|\[[^\[\]]*\])+)\](?!\()"), _in_brackets),
        (re.compile(r"\^([A-Za-z0-9+-]{1,10})\^"), _raised),
        # Obsidian's block reference.
        (re.compile(r"(?<=\s)\^[A-Za-z0-9-]{2,}$"), _nothing),
    ),
    "[": (
        (re.compile(r"(?<![A-Za-z0-9\]])\[\[(?![\s\[-])([^\[\]\n]+)\]\](?![(\[])"), _page),
        (re.compile(r"\[!INCLUDE\s*\[[^\]]*\]\([^)]*\)\]", re.IGNORECASE), _left_out),
    ),
    "!": ((re.compile(r"!\[\[[^\[\]\n]+\]\]"), _left_out),),
    "%": ((re.compile(r"(?<!\S)%%(?!%).+?%%(?![\w%])", re.DOTALL), _left_out),),
    ":": (
        (re.compile(r":::[a-z-]+(?=[ \t])([^\n]*?):::"), _pictured),
        (re.compile(r"(?<![\w:]):([a-z+-][a-z0-9_+-]*):(?![\w:])"), _emoji),
    ),
    "$": (
        (re.compile(r"\$`([^`\n]+)`\$"), _words),
        (re.compile(r"\$\$(?!\$)([^$\n]+?)\$\$"), _words),
        (re.compile(rf"(?<![\w$\\])\${_FORMULA}\$(?![\w$\\{{])"), _words),
    ),
}

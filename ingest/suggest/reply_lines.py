"""Splits a reply into meaningful lines, whatever surrounds them.

    ## 3f9c12aa-51b0
    ask: My key stopped working over night
    word: golden key

People paste replies with prose, code fences, bullets, bold text and full-width colons; some
assistants answer in JSON regardless (ingest.suggest.reply_json).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.sources.pasted import NARROW
from ingest.suggest.drafted import LineTag

END = "===== Prompt {number} of {total}: to here ====="
"""The line below a prompt in an exported file; a prompt pasted with the reply is skipped."""

_START = re.compile(r"\s*=+ Prompt \d+ of \d+: copy from here =+\s*")
_END = re.compile(r"\s*=+ Prompt \d+ of \d+: to here =+\s*")
_FENCE_START = re.compile(r"\s*<{3}GUIDE-([0-9a-z]+)\s*")

_LEAD = r"(?:[\s>#*_`~|•●▪◦・·+-]|\d{1,3}[.)、]|\(\d{1,3}\)|[①-⑳])*+"
_ID = re.compile(
    _LEAD
    + r"(?:(?:problem|id)\b[\s:#*_`]*+)?[\"'\[(]?([0-9a-f]{8})\s?-\s?([0-9a-f]{4})(?![\w-])(.*)",
    re.IGNORECASE,
)
_KEY_ALONE = re.compile(_LEAD + r"([0-9a-f]{8})[\s*_`:]*", re.IGNORECASE)
_HEADING = re.compile(r"\s*(#{1,6})\s*(.*)")
_LIKE_ID = re.compile(r"[*_`\"'\[(\s]*((?=[a-z-]*\d)[0-9a-z]{6,10}-[0-9a-z]{3,6})(?![\w-])", re.I)
_TAG = re.compile(
    _LEAD + r"([^\W\d_]{2,15}(?:[ -](?:miss(?:es)?|questions?))?)"
    r"[ ]?#?\d{0,3}(?:\s?[(\[][\w ,-]{1,20}[)\]])?[\s*_`]*+:(?!//)[\s*_`]*+"
)
_BULLET = re.compile(r"\s*(?:[*+•●▪◦・·-]|\d{1,3}[.)、]|\(\d{1,3}\)|[①-⑳])\s*(?=\S)")
# Characters that may follow an id on its line; chosen by hand.
_MAX_AFTER_ID = 120
_NAMES = {
    LineTag.ASK: "ask asks",
    LineTag.WORD: "word words keyword keywords",
    LineTag.TITLE: "title titles",
    LineTag.GOLDEN: "golden goldens goldenquestion goldenquestions",
    LineTag.NEAR: "near nears nearmiss nearmisses",
}
_TAGS = {name: tag for tag, names in _NAMES.items() for name in names.split()}
_QUOTES = tuple((pair[0], pair[1]) for pair in ('""', "''", "“”", "„“", "‘’", "«»", "「」", "『』"))


@dataclass(frozen=True)
class ProblemLine:
    """A line with a problem's id: its key, and the start of its checksum if present."""

    line: int
    key: str
    checksum: str | None

    @property
    def id(self) -> str:
        """The id as it was read."""
        return f"{self.key}-{self.checksum}" if self.checksum else self.key


@dataclass(frozen=True)
class ForeignHeading:
    """A heading without an id: what follows belongs to no known problem."""

    line: int
    text: str


@dataclass(frozen=True)
class Given:
    """A line with a tag. For an unknown tag, `tag` is None and `name` is its text."""

    line: int
    tag: LineTag | None
    name: str
    text: str


Piece = ProblemLine | ForeignHeading | Given


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces in a text's lines, in order; prose is skipped."""
    lines = text.split("\n")
    found: list[Piece] = []
    level = 1
    open_tag: Given | None = None
    for number, line in enumerate(_own(lines), 1):
        if line is None or not line.strip():
            continue
        narrow = line.translate(NARROW)
        if named := _named(narrow, number):
            found.append(named)
            level = len(heading[1]) if (heading := _HEADING.match(narrow)) else level
            open_tag = None
        elif (heading := _HEADING.match(narrow)) and not _tag(line, narrow, number):
            if like := _LIKE_ID.match(heading[2]):
                key, _, checksum = like[1].lower().partition("-")
                found.append(ProblemLine(number, key, checksum))
            elif len(heading[1]) <= level:
                found.append(ForeignHeading(number, heading[2].strip()))
            open_tag = None
        elif given := _tag(line, narrow, number):
            found.append(given)
            open_tag = given if given.tag and not given.text else None
        elif open_tag and (bullet := _BULLET.match(narrow)):
            _take_below(found, open_tag)
            found.append(Given(number, open_tag.tag, open_tag.name, tidy(line[bullet.end() :])))
        else:
            open_tag = None
    return found


def own_text(text: str) -> str:
    """Return a text with the lines of a pasted prompt blanked out."""
    return "\n".join(line or "" for line in _own(text.split("\n")))


def tag_of(name: str) -> LineTag | None:
    """Return the tag for a name as people and assistants write it, or None."""
    return _TAGS.get(re.sub(r"[\s_-]", "", name.casefold()))


def tidy(text: str) -> str:
    """Return a text without surrounding quotes, bold marks and backticks."""
    text = unicodedata.normalize("NFC", text.replace("\t", " ").replace("**", "").replace("`", ""))
    text = text.rstrip("*| ").strip()
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if text[:1] == opening and text[-1:] == closing and len(text) > 1 and opening not in inner:
            return inner.strip()
    return text


def _own(lines: Sequence[str]) -> Iterator[str | None]:
    """Yield the lines, with None for those of a pasted prompt."""
    ends = {number for number, line in enumerate(lines) if _END.fullmatch(line)}
    last_end = max(ends, default=-1)
    closing: dict[str, int] = {}
    for number, line in enumerate(lines):
        if line.strip().endswith(">>>"):
            closing[line.strip()] = number
    until: str | None = None
    in_prompt = False
    for number, line in enumerate(lines):
        if until:
            until = None if line.strip() == until else until
            yield None
        elif in_prompt:
            in_prompt = number not in ends
            yield None
        elif number < last_end and _START.fullmatch(line):
            in_prompt = True
            yield None
        elif (fence := _FENCE_START.fullmatch(line)) and closing.get(
            mark := f"GUIDE-{fence[1]}>>>", -1
        ) > number:
            until = mark
            yield None
        else:
            yield line


def _named(narrow: str, number: int) -> ProblemLine | None:
    if match := _ID.match(narrow):
        if narrow.lstrip().startswith("#") or len(match[3]) <= _MAX_AFTER_ID:
            return ProblemLine(number, match[1].lower(), match[2].lower())
    if match := _KEY_ALONE.fullmatch(narrow):
        return ProblemLine(number, match[1].lower(), None)
    return None


def _tag(line: str, narrow: str, number: int) -> Given | None:
    match = _TAG.match(narrow)
    if match is None:
        return None
    return Given(number, tag_of(match[1]), match[1], tidy(line[match.end() :]))


def _take_below(found: list[Piece], open_tag: Given) -> None:
    """Drop the empty line of a tag whose texts are on the lines below."""
    if found and found[-1] is open_tag:
        found.pop()

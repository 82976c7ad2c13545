"""Finds the front matter of a Markdown file, and its form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from ingest.near_keys import is_ours_alone
from kb.text.yaml_lines import YamlError, read_yaml

# Our keys, and typical keys of other tools' front matter.
_KEYS = frozenset(
    """
    id title language url also_asked keywords sections synonyms visible_to owner review structure
    aliases author authors categories category cover date description draft emoji hide_title icon
    image lang lastmod layout linktitle locale menu modified name nav_order order parent permalink
    position published sidebar_label sidebar_position slug status subtitle summary tag tags
    template toc topics type updated version weight
    """.split()
)
_KEY = re.compile(r"[ \t]*[\"']?([A-Za-z_][\w .-]*?)[\"']?[ \t]*:(?=[ \t]|$)")
_TOML_KEY = re.compile(r"[ \t]*(?:[\w-]+(?:\.[\w-]+)*[ \t]*=|\[)")
_CONTINUES = re.compile(r"[ \t]+\S|-[ \t]|#(?!#)")
_LINE_OF_HEAD = re.compile(r"([A-Za-z][\w -]{0,30}):[ \t]+(\S.*?)[ \t]*$")
# Characters of a line that are searched for a key; chosen by hand.
_LONGEST_KEY = 100
_RULE = re.compile(r"---+[ \t]*$")
_TOML_RULE = re.compile(r"\+\+\+[ \t]*$")


class MatterForm(Enum):
    """The syntax of front matter."""

    YAML = auto()
    TOML = auto()
    JSON = auto()
    HEAD = auto()
    """Lines such as "Title: Doors", followed by a blank line."""


@dataclass(frozen=True)
class FoundMatter:
    """Front matter: its text, its first line (from 1), and its number of lines.

    `closed` says whether it has a closing line.
    """

    form: MatterForm
    text: str
    first_line: int
    lines: int
    closed: bool = True


def find_matter(markdown: str, *, foreign: bool) -> FoundMatter | None:
    """Return a file's front matter; with `foreign`, also in other tools' forms."""
    if markdown.startswith("#"):
        return None
    lines = markdown.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if first and not foreign:
        return None
    if _RULE.match(lines[first]):
        return _yaml(lines, first, foreign=foreign)
    if not foreign:
        return None
    if _TOML_RULE.match(lines[first]):
        return _toml(lines, first)
    return _json(lines, first) or _head(lines, first)


def _yaml(lines: list[str], first: int, *, foreign: bool) -> FoundMatter | None:
    end = next((n for n in range(first + 1, len(lines)) if _RULE.match(lines[n])), None)
    if end is not None:
        body = lines[first + 1 : end]
        if not _is_matter(body):
            return _unclosed(lines, first) if foreign else None
        return FoundMatter(MatterForm.YAML, "\n".join(body), first + 2, end + 1)
    return _unclosed(lines, first) if foreign else None


def _is_matter(body: list[str]) -> bool:
    """Whether the text between two rules is front matter rather than content."""
    said = [line for line in body if line.strip() and not line.lstrip().startswith("#")]
    if not said:
        return not any(re.match(r"#{1,6}[ \t]", line) for line in body)
    apart = not body[0].strip()
    if said[0].lstrip().startswith(("- ", "{", '"')) and not apart:
        return True
    if any(_says_who(line) for line in said):
        return True
    key = _KEY.match(said[0])
    if not key:
        return False
    if key[1].lower() in _KEYS:
        return True
    try:
        return isinstance(read_yaml("\n".join(body)).value, dict) and not apart
    except YamlError:
        return False


def _unclosed(lines: list[str], first: int) -> FoundMatter | None:
    """Return keys and values below a rule, up to a blank line or a heading."""
    end = first + 1
    while end < len(lines) and lines[end].strip() and not re.match(r"#{1,6}[ \t]", lines[end]):
        if not _KEY.match(lines[end]) and not (end > first + 1 and _CONTINUES.match(lines[end])):
            return None
        end += 1
    body = lines[first + 1 : end]
    key = _KEY.match(body[0]) if body else None
    if not key or not (key[1].lower() in _KEYS or any(_says_who(line) for line in body)):
        return None
    return FoundMatter(MatterForm.YAML, "\n".join(body), first + 2, end, closed=False)


def _says_who(line: str) -> bool:
    """Whether a line has one of our unique keys, so that it cannot be content."""
    key = _KEY.match(unicodedata.normalize("NFKC", line[:_LONGEST_KEY]))
    return key is not None and is_ours_alone(key[1])


def _toml(lines: list[str], first: int) -> FoundMatter | None:
    end = next((n for n in range(first + 1, len(lines)) if _TOML_RULE.match(lines[n])), None)
    if end is None:
        return None
    body = lines[first + 1 : end]
    said = [line for line in body if line.strip() and not line.startswith("#")]
    if said and not _TOML_KEY.match(said[0]):
        return None
    return FoundMatter(MatterForm.TOML, "\n".join(body), first + 2, end + 1)


def _json(lines: list[str], first: int) -> FoundMatter | None:
    if lines[first].strip() != "{":
        return None
    end = next((n for n in range(first + 1, len(lines)) if lines[n].rstrip() == "}"), None)
    if end is None or not lines[first + 1].lstrip().startswith('"'):
        return None
    return FoundMatter(MatterForm.JSON, "\n".join(lines[first : end + 1]), first + 1, end + 1)


def _head(lines: list[str], first: int) -> FoundMatter | None:
    end, keys = first, []
    while end < len(lines) and (key := _LINE_OF_HEAD.match(lines[end])):
        keys.append(key[1].lower())
        end += 1
    ended = end == len(lines) or not lines[end].strip()
    if not ended or "title" not in keys or keys[0] not in _KEYS:
        return None
    return FoundMatter(MatterForm.HEAD, "\n".join(lines[first:end]), first + 1, end)

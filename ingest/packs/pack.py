"""Reads vocabulary packs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from kb.errors import GuidebotError
from kb.model import Frozen
from kb.snapshot.format import file_sum
from kb.text.yaml_lines import YamlError, read_yaml_file

SHIPPED_PACKS = Path(__file__).parents[2] / "guides" / "packs"
"""The folder of the packs that ship with the project."""

_Text = Annotated[str, Field(min_length=1, max_length=1000)]
_Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class PackError(GuidebotError):
    """A vocabulary pack is invalid."""


class Pack(Frozen):
    """How people ask about some problems: wordings by problem name and language (ISO 639-1).

    It applies to guides that contain one of the words in `mentions`. `synonyms` are groups of words
    with the same meaning. `sha256` is the file's checksum.
    """

    name: str
    sha256: str
    mentions: Annotated[tuple[_Text, ...], Field(min_length=1)]
    problems: Annotated[
        dict[str, dict[_Language, Annotated[tuple[_Text, ...], Field(min_length=1)]]],
        Field(min_length=1),
    ]
    synonyms: tuple[tuple[_Text, ...], ...] = ()

    def wordings(self, problem: str) -> Iterator[tuple[str, str]]:
        """Yield the language and text of each of a problem's wordings."""
        for language, texts in self.problems[problem].items():
            for text in texts:
                yield language, text


def read_packs(folder: Path) -> list[Pack]:
    """Return the packs in a folder, by name; none if the folder does not exist.

    Raises PackError with the file, the line and what is wrong.
    """
    return [_read(path) for path in sorted(folder.glob("*.yaml"))]


def _read(path: Path) -> Pack:
    try:
        found = read_yaml_file(path)
    except YamlError as error:
        raise PackError(str(error)) from error
    if not isinstance(found.value, dict):
        raise PackError(
            f"{path}: a pack must be a mapping with 'mentions' and 'problems' (docs/packs.md)."
        )
    own = {"name": path.stem, "sha256": file_sum(path).sha256}
    try:
        return Pack.model_validate({**found.value, **own})
    except ValidationError as error:
        raise PackError(f"{path}: {found.problem(error)}") from error

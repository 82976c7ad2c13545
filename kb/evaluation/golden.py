"""Golden questions: what people ask, and which answer is right."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kb.errors import GuidebotError
from kb.model import GuideInfo
from kb.text.yaml_lines import Yaml, YamlError, as_list, read_yaml, read_yaml_file

NOT_COVERED = "not_covered"
SMALL_TALK = "small_talk"

GOLDEN_FILE = ".golden.yaml"
"""The ending of the file beside a guide that holds its golden questions."""

Split = Literal["dev", "test"]


class QuestionsError(GuidebotError):
    """A file of golden questions is invalid."""


_Words = Annotated[tuple[str, ...], BeforeValidator(as_list)]


class GoldenQuestion(BaseModel):
    """A question and the answer it expects.

    `expect` holds the anchors of the right sections ("anchor", or "guide#anchor" if several guides
    have the anchor), or just "not_covered" or "small_talk". `contains` are words or commands that
    the answer must contain. `draft` says who drafted a question that nobody has reviewed, and when.
    `line` is its line in the file (1-based).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(min_length=1)]
    lang: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    expect: Annotated[_Words, Field(min_length=1)]
    split: Split = "test"
    contains: _Words = ()
    draft: Annotated[str, Field(min_length=1)] | None = None
    line: int

    @property
    def covered(self) -> bool:
        """Whether the guides are expected to answer it."""
        return self.expect not in ((NOT_COVERED,), (SMALL_TALK,))


def read_questions(path: Path) -> list[GoldenQuestion]:
    """Return the questions in a YAML file.

    Raises QuestionsError, which names the file, the line and the problem.
    """
    try:
        document = read_yaml_file(path)
    except YamlError as error:
        raise QuestionsError(str(error)) from error
    return _questions(path, document)


def golden_file_of(guide: Path) -> Path:
    """Return the file of golden questions beside a guide: `a.ja.golden.yaml` for `a.ja.txt`."""
    return guide.with_name(guide.stem + GOLDEN_FILE)


def questions_beside(guides: Iterable[GuideInfo]) -> list[GoldenQuestion]:
    """Return the questions in the files beside guides, if any, each once.

    Raises QuestionsError as `read_questions` does.
    """
    files = dict.fromkeys(golden_file_of(Path(guide.source)) for guide in guides)
    found = [each for path in files if os.path.isfile(path) for each in read_questions(path)]
    return list({(each.q, each.expect): each for each in found}.values())


def questions_in(path: Path, text: str) -> list[GoldenQuestion]:
    """Return the questions in a file's text; raises QuestionsError as `read_questions` does."""
    try:
        document = read_yaml(text)
    except YamlError as error:
        raise QuestionsError(f"{path}: {error}") from error
    return _questions(path, document)


def _questions(path: Path, document: Yaml) -> list[GoldenQuestion]:
    values = document.value.get("questions") if isinstance(document.value, dict) else None
    if not isinstance(values, list):
        raise QuestionsError(f"{path}: there is no list under 'questions' (docs/evaluation.md).")
    if not values:
        raise QuestionsError(f"{path}: the list under 'questions' is empty.")
    return [_question(path, document, number, value) for number, value in enumerate(values)]


def _question(path: Path, document: Yaml, number: int, value: object) -> GoldenQuestion:
    at: tuple[int | str, ...] = ("questions", number)
    line = document.line(at)
    if not isinstance(value, dict):
        raise QuestionsError(
            f"{path}: line {line}: a question needs the keys q, lang and expect; found {value!r}"
        )
    try:
        return GoldenQuestion.model_validate({**value, "line": line})
    except ValidationError as error:
        raise QuestionsError(f"{path}: {document.problem(error, at)}") from error

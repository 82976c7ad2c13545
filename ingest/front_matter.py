"""The YAML that may stand at the top of a Markdown guide."""

from __future__ import annotations

from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest.errors import SourceError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class FrontMatter(BaseModel):
    """What a guide says of itself. Keys that other tools use are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(pattern=r"^[\w.-]+$")] | None = None
    title: _Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None


def read_front_matter(source: str, text: str) -> FrontMatter:
    """Return the front matter; raises SourceError naming the key or line that is wrong."""
    try:
        values = yaml.safe_load(text)
    # A date that does not exist is a bare ValueError.
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        # The first line of the file is the "---" above the YAML.
        line = f"line {mark.line + 2}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise SourceError(source, f"{line}front matter is not YAML: {problem}") from error
    if values is None:
        return FrontMatter()
    if not isinstance(values, dict):
        raise SourceError(source, "front matter must be keys and values, such as 'title: ...'")
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SourceError(
            source, f"front matter {key}: {first['msg']} (found {first['input']!r})"
        ) from error

"""What guidebot.toml says of lint, under [lint]."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ingest.lint.finding import Rule
from kb.model import Frozen

_Length = Annotated[int, Field(gt=0)]


class LintOptions(Frozen):
    """Rules to leave out, and how long a step may be: words, or characters in Japanese."""

    ignore: tuple[Rule, ...] = ()
    step_words: _Length = 60
    step_characters: _Length = 160

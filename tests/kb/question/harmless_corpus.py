"""Made-up texts with nothing secret in them, many of which look as if there were."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.kb.question.secret_corpus import fill

# One kind a line, with \n where a line ends. The values in braces are those of secret_corpus.
_FILE = Path(__file__).with_suffix(".txt")


class Harmless(NamedTuple):
    """A text with nothing to hide in it, and the line that it was made from."""

    kind: str
    text: str


def harmless_kinds() -> list[str]:
    """Return the kinds, one after another."""
    return [line for line in _FILE.read_text("utf-8").splitlines() if line]


def harmless(seed: int, each: int = 5) -> Iterator[Harmless]:
    """Yield texts of each kind."""
    rng = random.Random(seed)
    for kind in harmless_kinds():
        for _ in range(each):
            yield Harmless(kind, fill(kind.replace("\\n", "\n"), rng))

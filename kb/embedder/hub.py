"""Models by the names that settings give them: folders, and pinned ones of a model hub."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from kb.errors import ModelError

_PINNED = re.compile(r"(?P<name>\w[\w.-]*(?:/\w[\w.-]*)?)@(?P<commit>[0-9a-f]{40})")


class HubModel(NamedTuple):
    """A model for sentence-transformers: a folder, or a name on the hub at a commit."""

    name: str
    revision: str | None = None


def find_model(said: str, setting: str) -> HubModel:
    """Return the model that a setting names.

    What a name on the hub stands for can be changed by whoever owns it, at any time; a commit
    cannot. Raises ModelError if the name is that of no folder, and has no commit.
    """
    if os.path.isdir(said):
        return HubModel(said)
    if match := _PINNED.fullmatch(said):
        return HubModel(match["name"], match["commit"])
    raise ModelError(
        f"The model {said!r} cannot be loaded: it is no folder, and a model of the Hugging Face "
        "hub needs the commit that is meant.\n"
        f"{setting} takes a folder, or NAME@COMMIT with the commit's 40 hexadecimal digits "
        "(on the model's page: Files and versions, History)."
    )

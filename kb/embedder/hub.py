"""Resolves model names in settings: a folder, or a model on the hub pinned to a commit."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from kb.errors import ModelError

_PINNED = re.compile(r"(?P<name>\w[\w.-]*(?:/\w[\w.-]*)?)@(?P<commit>[0-9a-f]{40})")


class HubModel(NamedTuple):
    """A model for sentence-transformers: a folder, or a name on the hub and its commit."""

    name: str
    revision: str | None = None


def find_model(name: str, setting: str) -> HubModel:
    """Return the model that a setting names.

    A model's owner can replace what is behind its name at any time, but not a commit. Raises
    ModelError if the name is neither a folder nor pinned to a commit.
    """
    if os.path.isdir(name):
        return HubModel(name)
    if match := _PINNED.fullmatch(name):
        return HubModel(match["name"], match["commit"])
    raise ModelError(
        f"The model {name!r} cannot be loaded: it is not a folder, and a model on the Hugging Face "
        "hub must be pinned to a commit.\n"
        f"Set {setting} to a folder or to NAME@COMMIT, with all 40 hexadecimal digits of the "
        "commit (on the model's page under Files and versions, History)."
    )

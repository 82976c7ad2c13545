"""Which guides lint reads, and with what options."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.errors import SourceError
from ingest.lint.options import LintOptions
from ingest.lint.page import Page, read_page
from ingest.loaders import load
from ingest.sources import find_sources
from kb.errors import GuidebotError, SettingsError

GUIDES_FILE = Path("guidebot.toml")


def read_named_pages(paths: Sequence[Path]) -> tuple[list[Page], LintOptions]:
    """Return the pages of the guides at `paths`, or of those that guidebot.toml names.

    Raises GuidebotError that names every source that cannot be read.
    """
    said = _guides_file()
    options = _options(said.get("lint") or {})
    if not paths:
        entries = said.get("guide") or []
        paths = [Path(str(entry.get("source"))) for entry in entries]
    if not paths:
        raise SettingsError(
            f"Name guides (guidebot lint PATH...), or list them in {GUIDES_FILE} (docs/lint.md)."
        )
    sources = find_sources(paths)
    pages: list[Page] = []
    errors = list(sources.errors)
    for path in sources.files:
        try:
            pages.append(read_page(load(path)))
        except SourceError as error:
            errors.append(error)
    if errors or not pages:
        named = "".join(f"\n  {error}" for error in errors) or " no guide is there."
        raise GuidebotError(f"These guides cannot be read:{named}")
    return pages, options


def _guides_file() -> dict[str, Any]:
    try:
        return tomllib.loads(GUIDES_FILE.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{GUIDES_FILE}: cannot be read: {error}") from error


def _options(values: dict[str, Any]) -> LintOptions:
    try:
        return LintOptions.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise SettingsError(f"{GUIDES_FILE}: [lint] {key}: {problem['msg']}") from error

"""Reads sources into guides."""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from ingest.bounded.bounds import Bounds
from ingest.bounded.read import end_reading, read_bounded
from ingest.document import Document
from ingest.errors import SourceError, unreadable
from ingest.front_matter import SideFile, merge_front_matter
from ingest.loaders.load import load, read_source
from ingest.parse.guide_cache import GuideCache, guide_key
from ingest.parse.outline import parse_with_remarks
from ingest.parse.parsed import Parsed
from ingest.remark import Remark
from ingest.source import Source, SourceFile
from ingest.sources.files import Sources
from ingest.visibility import strictest
from kb.model import Guide, GuideInfo

logger = logging.getLogger(__name__)


@dataclass
class Reading:
    """The guides that were read, and the errors of the sources that were not."""

    guides: list[Guide] = field(default_factory=list)
    remarks: list[tuple[str, Remark]] = field(default_factory=list)
    """Remarks on how sources were read, each with its source."""
    errors: list[SourceError] = field(default_factory=list)
    passed_over: tuple[Path, ...] = ()
    """The files that are not guides."""


@dataclass(frozen=True)
class Whole:
    """A guide, and the document it was parsed from."""

    document: Document
    guide: Guide


def read_guides(
    sources: Sources, cache: GuideCache | None = None, bounds: Bounds | None = None
) -> Reading:
    """Read every file, collecting errors rather than stopping at the first.

    With a `cache`, unchanged sources are not parsed again. All editions of a guide get the same
    visibility (ingest.visibility). Raises OSError or sqlite3.Error if the cache cannot be used.
    """
    reading = Reading(errors=list(sources.errors), passed_over=sources.passed_over)
    keys: list[bytes] = []
    owners: dict[tuple[str, str], str] = {}
    for source in sources.found:
        try:
            parsed = _parsed(source, cache, keys, bounds or Bounds())
            guide = parsed.guide
            claim(guide.info, owners)
        except SourceError as error:
            reading.errors.append(error)
            continue
        reading.guides.append(guide)
        reading.remarks += [(guide.info.source, remark) for remark in parsed.remarks]
    end_reading()
    if cache:
        cache.keep_only(keys)
    narrowed = strictest(reading.guides)
    reading.guides = narrowed.guides
    reading.remarks += narrowed.remarks
    reading.errors += narrowed.errors
    return reading


def claim(info: GuideInfo, owners: dict[tuple[str, str], str]) -> None:
    """Claim a guide's id and language; raises SourceError if another source has them."""
    identity = (info.id, info.language)
    if identity in owners:
        raise SourceError(
            info.source,
            f"guide id {info.id!r} ({info.language}) is already used by {owners[identity]}. "
            "Give one of them another 'id' in its front matter or another file name, or ingest the "
            "folder that contains both.",
        )
    owners[identity] = info.source


def parsed_source(file: SourceFile) -> Parsed:
    """Parse a file; raises SourceError as `load` and `parse` do."""
    return parse_with_remarks(document_of(file))


def whole_source(file: SourceFile) -> Whole:
    """Parse a file, keeping its document; raises SourceError as `load` and `parse` do."""
    document = document_of(file)
    return Whole(document, parse_with_remarks(document).guide)


def _parsed(source: Source, cache: GuideCache | None, keys: list[bytes], bounds: Bounds) -> Parsed:
    """Parse a file, or take it from the cache if nothing it is made from has changed.

    Its key is appended to `keys`.
    """
    name = str(source)
    try:
        file = read_source(source)
        if cache is None:
            return read_bounded(parsed_source, file, bounds)
        matter = (
            source.matter.model_dump_json(exclude_unset=True).encode() if source.matter else None
        )
        within = source.name.encode("utf-8", "surrogateescape") if source.name else None
        keys.append(guide_key(name, within, file.data, file.beside, matter))
        parsed = cache.get(keys[-1])
        if parsed is None:
            parsed = read_bounded(parsed_source, file, bounds)
            cache.put(keys[-1], parsed)
        return parsed
    except SourceError as error:
        if error.source == name or not source.label:
            raise
        raise SourceError(name, error.reason) from error
    except (OSError, sqlite3.Error):
        raise  # from the cache or its disk
    # One source must not prevent all others from being read.
    except Exception as error:
        logger.debug("%s", name, exc_info=True)
        raise SourceError(name, unreadable(error)) from error


def document_of(file: SourceFile) -> Document:
    """Load a file's document, with the metadata given where it was listed.

    Raises SourceError as `load` does.
    """
    document, source = load(file), file.source
    side = document.side_file
    if source.matter:
        side = SideFile.model_validate(
            merge_front_matter(side or SideFile(), source.matter).model_dump(exclude_unset=True)
        )
    return dataclasses.replace(
        document,
        source=source.label or document.source,
        name=source.name or document.name,
        side_file=side,
    )

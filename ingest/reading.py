"""From sources to guides."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

from ingest.document import Document
from ingest.errors import SourceError
from ingest.front_matter import SideFile, side_file_of, together
from ingest.loaders.load import load
from ingest.parse.guide_cache import GuideCache, guide_key
from ingest.parse.outline import parse
from ingest.sources.files import Said, Sources
from kb.model import Guide


@dataclass
class Reading:
    """The guides that were read, and what was wrong with the sources that were not."""

    guides: list[Guide] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)


def read_guides(sources: Sources, cache: GuideCache | None = None) -> Reading:
    """Read every file, and gather what is wrong rather than stop at the first.

    With a `cache`, what did not change since is not parsed again.
    """
    reading = Reading(errors=list(sources.errors))
    keys: list[bytes] = []
    owners: dict[tuple[str, str], str] = {}
    for path in sources.files:
        try:
            said = sources.said.get(path, Said())
            guide = _cached(path, said, cache, keys) if cache else parse(_document(path, said))
            identity = (guide.info.id, guide.info.language)
            if identity in owners:
                raise SourceError(
                    guide.info.source,
                    f"guide id {guide.info.id!r} ({guide.info.language}) is taken by "
                    f"{owners[identity]}. Give one of them another 'id' in its front matter, "
                    "or another file name.",
                )
        except SourceError as error:
            reading.errors.append(error)
            continue
        owners[identity] = guide.info.source
        reading.guides.append(guide)
    if cache:
        cache.keep_only(keys)
    return reading


def _document(path: Path, said: Said) -> Document:
    try:
        document = load(path)
    except SourceError as error:
        if said.source:
            raise SourceError(said.source, error.reason) from error
        raise
    side = document.side_file
    if said.matter:
        side = SideFile.model_validate(
            together(side or SideFile(), said.matter).model_dump(exclude_unset=True)
        )
    return dataclasses.replace(document, source=said.source or document.source, side_file=side)


def _cached(path: Path, said: Said, cache: GuideCache, keys: list[bytes]) -> Guide:
    side = side_file_of(path)
    matter = said.matter.model_dump_json(exclude_unset=True).encode() if said.matter else None
    try:
        beside = side.read_bytes() if side.exists() else None
        key = guide_key(said.source or str(path), path.read_bytes(), beside, matter)
    except OSError:
        return parse(_document(path, said))  # which says what is wrong
    keys.append(key)
    guide = cache.get(key)
    if guide is None:
        guide = parse(_document(path, said))
        cache.put(key, guide)
    return guide

"""A guide's visibility: the same for all its editions, as the strictest of them says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.errors import SourceError
from ingest.remark import Remark, RemarkKind
from kb.model import Guide, GuideInfo


class Narrowed(NamedTuple):
    """Guides with their effective visibility, remarks on it, and errors of those left out."""

    guides: list[Guide]
    remarks: list[tuple[str, Remark]]
    errors: list[SourceError]


def strictest(guides: Sequence[Guide]) -> Narrowed:
    """Return the guides, each visible only to channels that every edition allows.

    An edition without `visible_to` allows everyone, and so the channels of the others.
    Editions without a common channel are errors: no one could see the guide.
    """
    found = Narrowed([], [], [])
    by_id: dict[str, list[GuideInfo]] = {}
    for guide in guides:
        by_id.setdefault(guide.info.id, []).append(guide.info)
    for guide in guides:
        editions = by_id[guide.info.id]
        common = _common(editions)
        if common is None:
            found.errors.append(SourceError(guide.info.source, _at_odds(guide.info, editions)))
            continue
        if set(common) != set(guide.info.visible_to):
            found.remarks.append((guide.info.source, _narrower(guide.info, common, editions)))
        info = guide.info.model_copy(update={"visible_to": common})
        found.guides.append(guide.model_copy(update={"info": info}))
    return found


def differences(guides: Sequence[Guide]) -> Iterator[tuple[Guide, str]]:
    """Yield the guides that are visible to fewer than they say, and why."""
    narrowed = strictest(guides)
    by_source = {guide.info.source: guide for guide in guides}
    yield from ((by_source[source], remark.text) for source, remark in narrowed.remarks)
    yield from ((by_source[error.source], error.reason) for error in narrowed.errors)


def _common(editions: Sequence[GuideInfo]) -> tuple[str, ...] | None:
    """Return the channels that all editions with `visible_to` share; None if there are none."""
    said = [edition.visible_to for edition in editions if edition.visible_to]
    if not said:
        return ()
    common = tuple(each for each in said[0] if all(each in other for other in said))
    return common or None


def _narrower(info: GuideInfo, common: tuple[str, ...], editions: Sequence[GuideInfo]) -> Remark:
    others = ", ".join(
        other.source for other in editions if other.visible_to and other.source != info.source
    )
    text = (
        f"only {', '.join(common)} may see it, because another edition says so ({others}). "
        "Set visible_to in each edition"
    )
    return Remark(line=1, kind=RemarkKind.VISIBLE_TO, text=text)


def _at_odds(info: GuideInfo, editions: Sequence[GuideInfo]) -> str:
    others = ", ".join(other.source for other in editions if other.source != info.source)
    return (
        f"visible_to is {', '.join(info.visible_to) or 'not set'}, and no channel is common to "
        f"all editions of the guide {info.id!r} ({others}). List those who may see it in each"
    )

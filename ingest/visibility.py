"""Who may know of a guide: the same for all its editions, as the strictest of them says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.errors import SourceError
from ingest.remark import Remark, RemarkKind
from kb.model import Guide, GuideInfo


class Narrowed(NamedTuple):
    """Guides with who may know of them, what is to be said of that, and those left out for it."""

    guides: list[Guide]
    remarks: list[tuple[str, Remark]]
    errors: list[SourceError]


def strictest(guides: Sequence[Guide]) -> Narrowed:
    """Return guides of which all editions are for those whom every edition is for.

    An edition that says nothing is for everybody, and so for those whom the others are for.
    Editions that have no channel in common are errors: nobody could be meant.
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
    """Yield the guides for which fewer count than they say, and why."""
    narrowed = strictest(guides)
    by_source = {guide.info.source: guide for guide in guides}
    yield from ((by_source[source], remark.text) for source, remark in narrowed.remarks)
    yield from ((by_source[error.source], error.reason) for error in narrowed.errors)


def _common(editions: Sequence[GuideInfo]) -> tuple[str, ...] | None:
    """Return the channels that all editions with `visible_to` name; None, if there are none."""
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
        f"only {', '.join(common)} may know of it, as another edition says so ({others}). "
        "Say it in each edition's visible_to"
    )
    return Remark(line=1, kind=RemarkKind.VISIBLE_TO, text=text)


def _at_odds(info: GuideInfo, editions: Sequence[GuideInfo]) -> str:
    others = ", ".join(other.source for other in editions if other.source != info.source)
    return (
        f"visible_to names {', '.join(info.visible_to) or 'nobody'}, and no channel is named by "
        f"all editions of the guide {info.id!r} ({others}). Name those who may know of it in each"
    )

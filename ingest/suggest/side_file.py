"""Edits a guide's side file: adds, accepts or drops drafts, and adds empty entries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from ingest.errors import SourceError
from ingest.front_matter import read_side_file
from ingest.loaders.decoding import decode
from ingest.parse.outline import parse
from ingest.suggest.problems import GuideFile, ProblemToWord, text_checksum
from kb.model import Drafts, Section
from kb.text.yaml_edit import EditableYaml, as_text, extend, keep_comments

_INDENT = 2


class SideFileEditor:
    """The text of a side file while it is edited; comments and layout are preserved."""

    def __init__(self, guide: GuideFile) -> None:
        """Read the file, if it exists; raises SourceError if it is invalid."""
        self._guide = guide
        self._before = side_text(guide)
        read_side_file(guide.side, self._before)
        self._yaml = EditableYaml(self._before)
        if not self._yaml.value:
            self._yaml.value = CommentedMap()

    def put(self, problem: ProblemToWord, drafts: Drafts) -> None:
        """Replace a problem's drafts."""
        self._entry(problem)["drafts"] = _as_map(drafts)

    def drop_gone(self) -> None:
        """Remove generated drafts for sections that no longer exist."""
        for name in self._guide.gone:
            del self._yaml.value["sections"][name]

    def decide(self, problem: ProblemToWord, kept: Drafts | None, dropped: Sequence[str]) -> None:
        """Move the kept drafts to the docs team's own metadata, and drop the rest.

        The decision is recorded, with the checksums of `dropped` texts, so that these do not come
        back. Raises SourceError if the drafts are not in this file.
        """
        entry = self._drafted(problem)
        if kept:
            _extend(entry, "also_asked", kept.also_asked, problem.written)
            _extend(entry, "keywords", kept.keywords, problem.keywords)
            if kept.title:
                entry["title"] = as_text(kept.title)
        drafts = entry["drafts"]
        for name in ("also_asked", "keywords", "title"):
            drafts.pop(name, None)
        sums = [*(problem.drafts.dropped if problem.drafts else ()), *map(text_checksum, dropped)]
        if sums:
            drafts["dropped"] = _sums(sums)

    def place(self, problem: ProblemToWord) -> bool:
        """Add an empty entry for a problem's wordings; return whether there was none."""
        sections = self._sections()
        key = self._key(problem)
        if key in sections and "also_asked" in sections[key]:
            return False
        new = key not in sections
        entry = self._entry(problem)
        empty = CommentedSeq()
        empty.fa.set_flow_style()
        entry.insert(0, "also_asked", empty)
        if new:
            comment = " ".join(problem.heading.split())
            sections.yaml_set_comment_before_after_key(key, before=comment, indent=_INDENT)
        return True

    def text(self) -> str:
        """Return the edited text; raises SourceError if it would make the guide invalid."""
        if not self._yaml.value:
            return self._before
        written = keep_comments(self._before, self._yaml.text())
        side = read_side_file(self._guide.side, written)
        parse(dataclasses.replace(self._guide.document, side_file=side))
        return written

    def _sections(self) -> Any:
        if "sections" not in self._yaml.value:
            self._yaml.value["sections"] = CommentedMap()
        return self._yaml.value["sections"]

    def _entry(self, problem: ProblemToWord) -> Any:
        sections, key = self._sections(), self._key(problem)
        if key not in sections:
            sections[as_text(key)] = CommentedMap()
        return sections[key]

    def _key(self, problem: ProblemToWord) -> str:
        """Return a problem's key in the file: its anchor, or its heading if the file uses that."""
        first = problem.sections[0]
        return next(self._names([first]), first.anchor)

    def _names(self, sections: Sequence[Section]) -> Iterator[str]:
        """Yield the file's keys for some sections."""
        headings = [section.heading for section in self._guide.guide.sections]
        known = self._yaml.value.get("sections") or {}
        for section in sections:
            if section.anchor in known:
                yield section.anchor
            if section.heading in known and headings.count(section.heading) == 1:
                yield section.heading

    def _drafted(self, problem: ProblemToWord) -> Any:
        for name in self._names(problem.sections):
            entry = self._yaml.value["sections"][name]
            if "drafts" in entry:
                return entry
        raise SourceError(
            self._guide.side,
            f"the drafts for {problem.anchor!r} are not in this file. Move them here.",
        )


def side_text(guide: GuideFile) -> str:
    """Return the text of a guide's side file, "" if there is none; raises SourceError."""
    try:
        data = guide.side.read_bytes() if guide.side.exists() else b""
    except OSError as error:
        raise SourceError(guide.side, f"cannot be read: {error.strerror or error}") from error
    return decode(guide.side, data).text if data.strip() else ""


def _as_map(drafts: Drafts) -> CommentedMap:
    found = CommentedMap(by=as_text(drafts.by), date=_apart(drafts.date))
    if drafts.problem:
        found["problem"] = as_text(drafts.problem)
    if drafts.also_asked:
        found["also_asked"] = [as_text(text) for text in drafts.also_asked]
    if drafts.keywords:
        found["keywords"] = [as_text(text) for text in drafts.keywords]
    if drafts.title:
        found["title"] = as_text(drafts.title)
    if drafts.dropped:
        found["dropped"] = _sums(drafts.dropped)
    return found


def _sums(checksums: Sequence[str]) -> CommentedSeq:
    found = CommentedSeq(as_text(each, flow=True) for each in dict.fromkeys(checksums))
    found.fa.set_flow_style()
    return found


def _apart(day: date) -> date:
    """Return a copy of a date: YAML writes an object that occurs twice as an alias."""
    return date.fromordinal(day.toordinal())


def _extend(entry: Any, name: str, texts: Sequence[str], written: Sequence[str]) -> None:
    known = {text.casefold() for text in written}
    new = [as_text(text) for text in texts if text.casefold() not in known]
    if new:
        extend(entry, name, new)

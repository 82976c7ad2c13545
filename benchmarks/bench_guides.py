"""The guides that the search is measured on, their questions, and their drafted wordings.

Three are in guides/, next to the recipes for those of others; four more are in ../shared. The
questions were written by people who saw the guide, but neither the program nor the wordings; the
wordings by people who saw the problems, but no questions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from benchmarks.measure import REPOSITORY
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.model import Guide, Section, problem_heading

HERE = Path(__file__).parent / "guides"
SHARED = REPOSITORY.parent / "shared"
OWN = ("city-desk-ja", "reise-und-spesen-de", "restaurant-en")

FOLDS = (
    frozenset(
        {
            "city-desk-ja",
            "exment-ja",
            "geyser-en",
            "kubernetes-ja",
            "m365",
            "reise-und-spesen-de",
            "restaurant-en",
            "zulip",
        }
    ),
    frozenset(
        {
            "aaps-es",
            "actual-en",
            "betagouv-fr",
            "growi-cloud-ja",
            "growi-guide",
            "howtocook-zh",
            "mailcow",
            "openclaw-ko",
            "pihole-en",
            "work-rules-ja",
        }
    ),
)
"""A guide is measured with the adapter trained on the guides of the other half."""


@dataclass(frozen=True)
class Question:
    """A question, and the names of the problems that answer it: none, if none does.

    A problem's name consists of its page and the anchor of its first section.
    """

    text: str
    right: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class BenchGuide:
    """A guide, one Guide per page, with its questions, and wordings by problem name."""

    name: str
    pages: tuple[Guide, ...]
    questions: tuple[Question, ...]
    wordings: dict[tuple[str, str], tuple[str, ...]]

    def worded(self) -> tuple[Guide, ...]:
        """Return the pages with the wordings added to the docs team's also_asked."""
        return tuple(
            page.model_copy(
                update={
                    "sections": tuple(
                        section.model_copy(
                            update={
                                "also_asked": self.wordings.get((file_of(page), section.anchor), ())
                            }
                        )
                        for section in page.sections
                    )
                }
            )
            for page in self.pages
        )


def bench_guides(fetched: Path | None, shared: Path = SHARED) -> Iterator[BenchGuide]:
    """Yield the available guides; `fetched` is the folder that collect_guides wrote to."""
    for name in sorted(FOLDS[0] | FOLDS[1]):
        questions = HERE / "questions" / f"{name}.jsonl"
        folder = HERE / name if name in OWN else (fetched or HERE) / name
        if not questions.exists():
            questions = shared / "eval" / "any-guide" / f"{name}.jsonl"
            folder = shared / "guides" / "any-guide" / name
        if folder.exists() and questions.exists():
            yield read_guide(name, folder, questions)


def read_guide(name: str, folder: Path, questions: Path) -> BenchGuide:
    """Return a guide from the folder of its pages and the file of its questions."""
    pages = []
    for path in sorted(folder.rglob("*.md")):
        page = parse(load(read_source(path)))
        file = path.relative_to(folder).as_posix()
        # Files whose names differ only in the language are editions of one guide.
        id = re.sub(r"(\.[a-z]{2})?\.md$", "", file)
        info = page.info.model_copy(update={"id": id, "source": file})
        pages.append(page.model_copy(update={"info": info}))
    index = _Index(pages)
    wordings = HERE / "wordings" / f"{name}.jsonl"
    return BenchGuide(
        name=name,
        pages=tuple(pages),
        questions=tuple(_questions(questions, index)),
        wordings={
            (row["file"], row["anchor"]): tuple(row["wordings"])
            for row in (_rows(wordings) if wordings.exists() else ())
        },
    )


def file_of(page: Guide) -> str:
    """Return the file that a page came from."""
    return page.info.source


class _Index:
    """Finds problems by the headings that questions name."""

    def __init__(self, pages: Sequence[Guide]) -> None:
        self._found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for page in pages:
            file = file_of(page)
            for section in page.sections:
                problem = section.problem or section.anchor
                self._add(file, section.heading, problem, section)
                self._add(file, problem_heading(section, page.info), problem, section)
            # A heading without text of its own stands for the first one below it.
            for section in page.sections:
                for heading in (page.info.title, *section.path, *section.problem_path):
                    if (file, _plain(heading)) not in self._found:
                        self._add(file, heading, section.problem or section.anchor, section)

    def find(self, file: str, heading: str, lines: Sequence[int]) -> set[tuple[str, str]]:
        """Return the problems of a page with a heading; with `lines`, only those at one of them."""
        found = self._found.get((file, _plain(heading)), [])
        if lines and len(found) > 1:
            near = [each for each in found if any(abs(each[1] - line) <= 1 for line in lines)]
            found = near or found
        return {(file, problem) for problem, _ in found}

    def _add(self, file: str, heading: str, problem: str, section: Section) -> None:
        rows = self._found.setdefault((file, _plain(heading)), [])
        rows.append((problem, section.lines.first))


def _questions(path: Path, index: _Index) -> Iterator[Question]:
    for row in _rows(path):
        if row["kind"] == "smalltalk":
            continue
        right: set[tuple[str, str]] = set()
        if row.get("section"):
            named = [(row["file"], row["section"], row.get("section_line") or ())]
            named += [(row["file"], heading, ()) for heading in row.get("also") or ()]
            for other in row.get("also_at") or ():
                lines = other.get("line") or ()
                named.append((other["file"], other["section"], lines))
            for file, heading, lines in named:
                right |= index.find(file, heading, lines)
            if not right:
                raise SystemExit(f"{path}: {row['id']}: the guide has no {row['section']!r}")
        yield Question(row["question"], frozenset(right))


def _plain(heading: str) -> str:
    """Return a heading without its markup, some of which questions and parser may have kept."""
    text = unescape(re.sub(r"<[^>]*>", "", heading))
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\\?\{[#%].*?\}|\{\{.*?\}\}", "", text)
    return " ".join(re.sub(r"[`*_\\]", "", text).split()).casefold()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)

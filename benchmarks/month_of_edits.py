"""A month of a docs team's edits, ingested day by day while someone keeps asking questions.

    python -m benchmarks.month_of_edits [FOLDER] [--days N] [--pages N] [--seed N]

FOLDER contains Markdown pages; the default is the IAM user guide in ../shared/corpus. Each day
brings one to five edits: a sentence added, a word changed, a section added, removed, renamed or
moved, a page added or removed. Then `guidebot ingest --json` runs in a process of its own, while a
reader answers one question after another from the live snapshot. Afterwards, this checks that the
diff named exactly the edited pages, that the newest edit is answered from, and at the end that the
snapshot equals, row for row, the one from an ingest into an empty home.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import DEFAULT_FOLDER, empty_home, live_snapshot, pages_of
from benchmarks.measure import machine, run, run_module, spread, table, tell
from ingest.parse.slug import slug
from kb.question.redact import redact

_WORKING_DAYS = 22
_MOST_EDITS = 5
_PAUSE = 0.2
_QUESTIONS = (
    "I lost my secret access key",
    "how do I turn on MFA for a user",
    "what is a permissions boundary",
    "アクセスキーをローテーションしたい",
)
_KINDS = ("sentence", "word", "add", "drop", "rename", "move", "new page", "lost page")
_ROWS = ("guides", "sections", "chunks", "wordings")


@dataclass
class Page:
    """A page as its introduction and its sections, each with its heading."""

    lead: str
    sections: list[str]

    @classmethod
    def read(cls, path: Path) -> Page:
        """Read a page from its file."""
        lead, *sections = path.read_text("utf-8").split("\n## ")
        return cls(lead, sections)

    def write(self, path: Path) -> None:
        """Write the page to a file."""
        path.write_text("\n## ".join([self.lead.rstrip() + "\n", *self.sections]), "utf-8")


class Team:
    """Makes random edits to the pages in a folder, the same ones for the same seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self._made = 0
        self.newest: tuple[str, str] = ("", "")
        """What the newest added section is asked for with, and what it answers."""

    def work(self) -> dict[str, str]:
        """Edit some pages; return what was done to each, by file name."""
        pages = self._random.sample(
            sorted(self._folder.glob("*.md")), self._random.randint(1, _MOST_EDITS)
        )
        return dict(self._edit(page) for page in pages)

    def _edit(self, path: Path) -> tuple[str, str]:
        page = Page.read(path)
        what = self._random.choice(_KINDS)
        if len(page.sections) < 3 and what in ("drop", "move", "rename"):
            what = "sentence"
        self._made += 1
        at = self._random.randrange(max(1, len(page.sections)))
        match what:
            case "lost page":
                path.unlink()
                return path.name, what
            case "new page":
                path = self._folder / f"runbook-{self._made}.md"
                page = Page(f"# Runbook {self._made}\n\nWhat to do on call.\n", [self._section()])
            case "add":
                page.sections.append(self._section())
            case "drop":
                del page.sections[at]
            case "rename":
                page.sections[at] = f"Part {self._made}: {page.sections[at]}"
            case "move":
                page.sections.insert(0, page.sections.pop())
            case "word":
                page.lead += f"\nSince release {self._made}, the team on call looks after this.\n"
            case _ if page.sections:
                page.sections[at] += f"\nTeam {self._made} knows more about it.\n"
            case _:
                page.lead += f"\nTeam {self._made} knows more about it.\n"
        page.write(path)
        return path.name, what

    def _section(self) -> str:
        lamp, room = f"lamp LX-{1000 + self._made}", f"room {100 + self._made}"
        self.newest = (f"What do I do when the {lamp} is dark?", room)
        return (
            f"The {lamp} is dark\n\nTo light the {lamp} again:\n\n"
            f"1. Fetch a fuse from {room}.\n2. Put it into the {lamp}.\n"
        )


@dataclass
class Reader:
    """Keeps asking questions, as people ask the running bot."""

    home: Path
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    snapshots: set[str] = field(default_factory=set)
    slowest: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        from kb.embedder.embeddings import SentenceTransformerEmbeddings
        from kb.knowledge_base import KnowledgeBase
        from kb.paths import Home
        from kb.settings import DEFAULT_MODEL

        home = Home(self.home)
        embeddings = SentenceTransformerEmbeddings(DEFAULT_MODEL, home.models, threads=1)
        self.knowledge_base = KnowledgeBase(home, embeddings)
        self.knowledge_base.load()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def stop(self) -> None:
        """Stop asking."""
        self._stop.set()
        self._thread.join()

    def until_answered(self, question: str, words: str, snapshot: str) -> float:
        """Return the seconds until a snapshot's new text is answered; exits if it never is."""
        started = time.monotonic()
        while time.monotonic() - started < 60:
            answer = self.knowledge_base.ask(redact(question))
            if answer.snapshot == snapshot and words in answer.model_dump_json():
                return time.monotonic() - started
            time.sleep(0.05)
        sys.exit(f"{question!r} is not answered from {snapshot}: {answer.model_dump_json()[:600]}")

    def _ask(self) -> None:
        number = 0
        while not self._stop.wait(_PAUSE):
            number += 1
            started = time.monotonic()
            try:
                answer = self.knowledge_base.ask(redact(_QUESTIONS[number % len(_QUESTIONS)]))
            except Exception as error:  # any failure of a reader is a finding
                self.failures.append(repr(error))
                continue
            self.answered += 1
            self.snapshots.add(answer.snapshot or "")
            self.slowest = max(self.slowest, time.monotonic() - started)


@dataclass
class Month:
    """The results of all days."""

    edits: int = 0
    seconds: list[float] = field(default_factory=list)
    embedded: int = 0
    named_right: int = 0
    wrongly_named: list[str] = field(default_factory=list)
    until: list[float] = field(default_factory=list)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--days", type=int, default=_WORKING_DAYS)
    parser.add_argument("--pages", type=int, help="use only the first N pages")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = pages_of(options.folder)[: options.pages]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        run_module("ours", "unpack", root / "unpacked")
        folder, home = root / "guides", empty_home(root / "home", root / "unpacked")
        folder.mkdir()
        for page in found:
            shutil.copy(page, folder)
        first = _ingest(folder, home)
        tell(f"first ingest: {first['summary']}")
        reader = Reader(home)
        try:
            month = _replay(Team(folder, options.seed), options.days, folder, home, reader)
        finally:
            reader.stop()
        differences = _differences(folder, home, root)
        kept = len([path for path in (home / "snapshots").iterdir() if path.is_dir()])
    print(f"{machine()}; {len(found)} pages, seed {options.seed}\n")
    seconds = first["summary"]["seconds"]
    rows = [
        ["days / edits", f"{options.days} / {month.edits}"],
        ["first ingest, s", f"{seconds:.1f}"],
        ["one day's ingest, s", spread(month.seconds, 1)],
        ["chunks embedded, total", str(month.embedded)],
        ["days whose diff named just the edited pages", f"{month.named_right} of {options.days}"],
        ["from the end of an ingest to an answer from the new section, s", spread(month.until, 2)],
        ["questions answered meanwhile", str(reader.answered)],
        ["questions that failed", str(len(reader.failures))],
        ["slowest answer meanwhile, s", f"{reader.slowest:.2f}"],
        ["snapshots used for answers", str(len(reader.snapshots))],
        ["snapshots kept", str(kept)],
        ["files of rows that differ from a snapshot made from nothing", str(len(differences))],
    ]
    print(table(["", "one month"], rows))
    if reader.failures or differences or month.wrongly_named:
        sys.exit("\n".join([*reader.failures, *differences, *month.wrongly_named]))


def _ingest(folder: Path, home: Path) -> Any:
    guidebot = Path(sys.executable).parent / "guidebot"
    finished = run(
        [str(guidebot), "ingest", "--json", str(folder)],
        cwd=home,
        GUIDEBOT_HOME=str(home),
        PYTHONPATH=os.pathsep.join(sys.path),
    )
    return json.loads(finished.output.splitlines()[-1])


def _replay(team: Team, days: int, folder: Path, home: Path, reader: Reader) -> Month:
    month = Month()
    asked = team.newest
    for day in range(1, days + 1):
        edits = team.work()
        done = _ingest(folder, home)
        month.edits += len(edits)
        month.seconds.append(done["summary"]["seconds"])
        month.embedded += done["summary"]["embedded"]
        named = {guide["id"] for guide in done["diff"]["guides"]}
        wanted = {slug(name.removesuffix(".md")) for name in edits}
        if named == wanted:
            month.named_right += 1
        else:
            month.wrongly_named.append(f"day {day}: edited {edits}, the diff names {named}")
        if team.newest != asked:
            asked = team.newest
            month.until.append(reader.until_answered(*asked, done["snapshot"]))
        tell(f"day {day}: {edits}, {done['summary']['seconds']:.1f} s")
    return month


def _differences(folder: Path, home: Path, root: Path) -> list[str]:
    """Return the files whose rows differ from those of an ingest into an empty home."""
    fresh = empty_home(root / "fresh", root / "unpacked")
    # Reuse the vectors: in another batch, a text's may differ in the last bits of bfloat16.
    shutil.copy(home / "embeddings.sqlite", fresh)
    _ingest(folder, fresh)
    one, other = live_snapshot(home), live_snapshot(fresh)
    return [
        f"{name}.jsonl differs"
        for name in _ROWS
        if (one / f"{name}.jsonl").read_bytes() != (other / f"{name}.jsonl").read_bytes()
    ]


if __name__ == "__main__":
    main()

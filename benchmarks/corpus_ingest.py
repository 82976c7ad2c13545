"""How long it takes to ingest some hundred pages, and again after one page changed.

    python -m benchmarks.corpus_ingest [FOLDER] [--pages N] [--repeats N]

FOLDER contains Markdown pages; the default is the IAM user guide in ../shared/corpus. The pages are
copied, and the copy's first page is changed for the second ingest. The quickstart can't ingest a
single page, so it starts over. Every ingest and every opening is a process of its own; its seconds
and peak memory are those of the whole process, including imports and loading the model. Opening is
timed inside the process: ours verifies checksums and builds the word index, the quickstart
unpickles.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.corpus import DEFAULT_FOLDER, change, pages_of
from benchmarks.measure import (
    OURS,
    THEIRS,
    Finished,
    in_turns,
    machine,
    run_module,
    spread,
    table,
    tell,
)

_OPENINGS = 5


class Side:
    """One side's ingests, and what they cost."""

    def __init__(self, name: str, root: Path, model: str) -> None:
        self.name = name
        self._root = root
        self._model = model
        self._round = 0
        self.first: list[Finished] = []
        self.second: list[Finished] = []
        self.chunks: list[dict[str, Any]] = []

    def ingest_twice(self, pages: Path) -> float:
        """Ingest into an empty folder, change a page, and ingest again; return all the seconds."""
        self._round += 1
        place = self._root / f"{self.name}-{self._round}"
        folder = self._root / f"{self.name}-{self._round}-pages"
        shutil.copytree(pages, folder)
        if self.name == OURS:
            place.mkdir()
            (place / "models").symlink_to(Path(self._model).parent)
        self.chunks = []
        for results in (self.first, self.second):
            results.append(self._ingest(folder, place))
            change(min(folder.glob("*.md")))
        return self.first[-1].seconds + self.second[-1].seconds

    def open(self) -> float:
        """Open what was ingested last, and return the seconds."""
        place = self._root / f"{self.name}-{self._round}"
        if self.name == OURS:
            _, found = run_module("ours", "open", place)
        else:
            _, found = run_module("quickstart", "open", place, self._model)
        return float(found["seconds"])

    def _ingest(self, folder: Path, place: Path) -> Finished:
        if self.name == OURS:
            finished, chunks = run_module("ours", "ingest", folder, place)
        else:
            finished, chunks = run_module("quickstart", "ingest", folder, place, self._model)
        tell(f"{self.name}: {finished.seconds:.1f} s, {chunks}")
        self.chunks.append(chunks)
        return finished


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--pages", type=int, help="use only the first N pages")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    found = pages_of(options.folder)[: options.pages]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        pages = root / "pages"
        pages.mkdir()
        for page in found:
            shutil.copy(page, pages)
        _, model = run_module("ours", "unpack", root / "unpacked")
        sides = [Side(name, root, model) for name in (OURS, THEIRS)]
        in_turns({s.name: partial(s.ingest_twice, pages) for s in sides}, options.repeats, "s")
        opened = in_turns({s.name: s.open for s in sides}, _OPENINGS, "open")
    print(f"{machine()}; {len(found)} pages\n")
    print(table(["", OURS, THEIRS], _rows(sides, opened)))


def _rows(sides: list[Side], opened: dict[str, list[float]]) -> list[list[str]]:
    return [
        ["ingest, s", *(spread([f.seconds for f in s.first], 1) for s in sides)],
        [
            "ingest with one page changed, s",
            *(spread([f.seconds for f in s.second], 1) for s in sides),
        ],
        ["peak memory, MiB", *(spread([f.peak for f in s.first], 0) for s in sides)],
        [
            "peak memory, one page changed, MiB",
            *(spread([f.peak for f in s.second], 0) for s in sides),
        ],
        ["chunks", *(str(s.chunks[0]["chunks"]) for s in sides)],
        ["embedded / reused, one page changed", *(_reuse(s.chunks[1]) for s in sides)],
        ["opening, s", *(spread(opened[s.name], 3) for s in sides)],
    ]


def _reuse(chunks: dict[str, Any]) -> str:
    return f"{chunks.get('embedded', chunks['chunks'])} / {chunks.get('reused', 0)}"


if __name__ == "__main__":
    main()

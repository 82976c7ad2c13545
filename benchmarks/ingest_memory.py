"""How ingest's memory grows with the guides, from a few thousand chunks to 20,000.

    python -m benchmarks.ingest_memory [FOLDER] [--pages N...]

FOLDER contains Markdown pages; the default is the IAM user guide in ../shared/corpus. If more pages
are needed than there are, they are reused with the number of the round in every heading, so that
no two chunks are alike and each is embedded. Each number of pages is ingested into an empty home,
and again with one page changed. Each ingest is a process of its own, and the peak is that of the
whole process, including imports and loading the model.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from benchmarks.corpus import DEFAULT_FOLDER, change, empty_home, live_snapshot, pages_of
from benchmarks.measure import Finished, machine, run_module, table, tell

_PAGES = (529, 1700)
_HEADING = re.compile(r"^#+ .*", re.MULTILINE)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--pages", nargs="+", type=int, default=_PAGES)
    options = parser.parse_args()
    pages = pages_of(options.folder)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        run_module("ours", "unpack", root / "unpacked")
        for count in options.pages:
            rows.append(_measure(pages, count, root))
    print(f"{machine()}\n")
    header = ["pages", "chunks", "first ingest, s", "its peak, MiB"]
    print(table([*header, "one page changed, s", "its peak, MiB", "snapshot, MiB"], rows))


def _measure(pages: list[Path], count: int, root: Path) -> list[str]:
    folder, home = root / f"pages-{count}", root / f"home-{count}"
    _write_pages(pages, count, folder)
    empty_home(home, root / "unpacked")
    row = [str(count)]
    for number in range(2):
        finished, chunks = run_module("ours", "ingest", folder, home)
        tell(f"{count} pages: {finished.seconds:.1f} s, {finished.peak:.0f} MiB, {chunks}")
        row += [] if number else [str(chunks["chunks"])]
        row += _taken(finished)
        change(min(folder.glob("*.md")))
    size = sum(path.stat().st_size for path in live_snapshot(home).iterdir())
    return [*row, f"{size / 1024**2:.0f}"]


def _taken(finished: Finished) -> list[str]:
    return [f"{finished.seconds:.1f}", f"{finished.peak:.0f}"]


def _write_pages(pages: list[Path], count: int, folder: Path) -> None:
    folder.mkdir()
    for number in range(count):
        again, place = divmod(number, len(pages))
        text = pages[place].read_text("utf-8")
        if again:
            text = _HEADING.sub(rf"\g<0>, round {again + 1}", text)
        (folder / f"{again}-{pages[place].name}").write_text(text, "utf-8")


if __name__ == "__main__":
    main()

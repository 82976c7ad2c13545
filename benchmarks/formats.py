"""Whether a page reads the same as Markdown, HTML, DOCX and PDF, by comparing trees of blocks.

Usage: python -m benchmarks.formats FOLDER [MOST_PAGES]
"""

from __future__ import annotations

import difflib
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pypandoc

from ingest.errors import SourceError
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.model import Block, BlockKind, Guide

# The base of relative links, for formats that only have absolute ones.
_HERE = "https://docs.example.com/"
_STYLE = "td, th { border: 1px solid } pre { font-size: 8pt }"
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_MARKDOWN = "commonmark-smart+pipe_tables+alerts"
FORMATS = ("html", "docx", "pdf")


def tree(guide: Guide) -> list[str]:
    """Return a guide as lines: headings, and each block's depth, kind, number, words and links."""
    lines = []
    for section in guide.sections:
        lines.append(f"{len(section.path)} {_words(section.heading)}")
        lines.extend(line for block in section.blocks for line in _block(block, 1))
    return lines


def convert(page: Path, to: str, folder: Path) -> Path:
    """Convert a Markdown page to another format with pandoc, and return its path."""
    made = folder / f"{page.stem}.{to}"
    if to == "pdf":
        from weasyprint import HTML

        text = convert(page, "html", folder).read_text("utf-8")
        text = re.sub("<style>.*?</style>", f"<style>{_STYLE}</style>", text, flags=re.DOTALL)
        HTML(string=text, base_url=_HERE).write_pdf(made)
        return made
    text = _FRONT_MATTER.sub("", page.read_text("utf-8"))
    pypandoc.convert_text(
        text, to, format=_MARKDOWN, outputfile=str(made), extra_args=["--standalone"]
    )
    return made


def agreement(page: Path, other: Path) -> tuple[float, list[str]]:
    """Return the share of lines that two trees have in common, and their differences."""
    one, two = tree(parse(load(read_source(page)))), tree(parse(load(read_source(other))))
    share = difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()
    return share, [d for d in difflib.unified_diff(one, two, lineterm="", n=0) if d[:2] != "@@"]


def _block(block: Block, depth: int) -> Iterator[str]:
    # Word and PDF rename links within a document.
    hrefs = [span.href for span in block.spans if span.href]
    links = [href.removeprefix(_HERE) for href in hrefs if href[0] != "#"]
    code = block.kind is BlockKind.CODE
    words = "\n".join(map(str.rstrip, block.text.split("\n"))) if code else _words(block.text)
    yield f"{'  ' * depth}{block.kind} {block.number or ''} {words} {links or ''}"
    for child in block.children:
        yield from _block(child, depth + 1)


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def main(arguments: Sequence[str]) -> None:
    """Compare the pages in a folder, at most the given number, chosen with a fixed seed."""
    pages = sorted(Path(arguments[0]).glob("*.md"))
    if len(arguments) > 1:
        pages = sorted(random.Random(1).sample(pages, min(len(pages), int(arguments[1]))))
    with TemporaryDirectory() as folder:
        for to in FORMATS:
            shares = []
            for page in pages:
                try:
                    share, different = agreement(page, convert(page, to, Path(folder)))
                except SourceError as error:
                    print(error)
                    continue
                shares.append(share)
                if share < 1 and "-v" in arguments:
                    print(f"== {page.name} {to} {share:.3f}", *different[:14], sep="\n")
            alike = sum(share == 1 for share in shares)
            print(f"{to}: {sum(shares) / len(shares):.4f}; alike {alike}/{len(shares)}")


if __name__ == "__main__":
    main(sys.argv[1:])

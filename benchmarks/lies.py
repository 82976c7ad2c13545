"""What happens to the lies, and the honest texts, that a language model may produce.

    python -m benchmarks.lies [--cases FILE]

FILE has one case per line: what a model says about a section, step by step, and which steps are
lies (the default is the file in ../shared, if there is one). A model returns ids, so it can't
express a lie in the guide's language: instead, it chooses the lines that the case refers to. For
these choices, and for every one and two lines of the sections, this counts what is shown that the
guide doesn't say, and what is lost, of the chosen lines and of those that warn, forbid or set a
condition. A translation is compared with its nearest line, and counted by how it is shown: with its
original, or not at all.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.bench_guides import SHARED
from benchmarks.measure import SAMPLE_GUIDES, table
from ingest.loaders.load import load, read_source
from ingest.parse.outline import parse
from kb.answer.compose import Composed
from kb.choosing.assemble import assemble
from kb.choosing.lines import Candidate, Line, candidates
from kb.choosing.translate import MIN_COSINE, Original, difference, translated
from kb.embedder.embeddings import SentenceTransformerEmbeddings
from kb.model import BlockKind, Guide, Problem
from kb.settings import DEFAULT_MODEL, Settings

_REAL = {"aws-real": "iam-troubleshooting.ja.txt"}
_MANUAL = "iam-user-guide-en"
_SHORTEST_QUOTE = 6

# Written independently of kb/choosing/polarity.py, to check it.
_WARNS = re.compile(
    r"\b(?:do not|don['’]t|never|must not|should not|avoid)\b"
    r"|ないでください|てはいけません|禁止|避けて|しないこと",
    re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"\b(?:if|unless|only|before|until)\b|場合|まで(?!の)|だけ|前に", re.IGNORECASE
)

Name = tuple[str, str, str]


@dataclass
class Counted:
    """Counts by name: how often something could happen, and how often it did."""

    of: Counter[str] = field(default_factory=Counter)
    was: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, name: str, was: bool) -> None:
        """Count one more."""
        self.of[name] += 1
        self.was[name] += was

    def rows(self) -> Iterator[list[str]]:
        """Yield the counts as rows of a table."""
        for name, of in self.of.items():
            yield [name, str(self.was[name]), str(of), f"{self.was[name] / of:.1%}"]


def main() -> None:
    """Count, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=Path, default=SHARED / "eval" / "lies.jsonl")
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text("utf-8").splitlines()]
    sections = sections_of(cases)
    counted = Counted()
    for case in cases:
        if case["mode"] == "write":
            count_choice(case, sections[name_of(case)], counted)
    for candidate in sections.values():
        count_every_choice(candidate, counted)
    settings = Settings()
    embeddings = SentenceTransformerEmbeddings(DEFAULT_MODEL, settings.home.models)
    for case in cases:
        if case["mode"] == "translate":
            count_translation(case, sections[name_of(case)], embeddings, counted)
    print(table(["", "times", "of", "share"], list(counted.rows())))
    print(
        table(
            ["why an honest step was reduced", "times"],
            [[*map(str, each)] for each in counted.why.items()],
        )
    )
    print(_near_editions(embeddings))


def count_choice(case: dict[str, Any], candidate: Candidate, counted: Counted) -> None:
    """Count what is shown when a model names the lines that a case refers to."""
    chosen = {line for step in case["steps"] for line in _quoted(step["quotes"], candidate)}
    shown = _shown(assemble(candidate, {line.id for line in chosen}))
    for number, step in enumerate(case["steps"]):
        if case["label"] == "lie" and number in case["lies"]:
            said = _dense(step["text"])
            counted.add("lies shown", said in map(_dense, shown) and said not in _guide(candidate))
    if case["label"] == "honest":
        for line in chosen:
            counted.add("honest choices lost", not set(_texts(line)) <= set(shown))
    _count_shown(shown, chosen, candidate, counted)


def count_every_choice(candidate: Candidate, counted: Counted) -> None:
    """Count what is shown for every line, and every two, that a model may name."""
    for some in (*combinations(candidate.lines, 1), *combinations(candidate.lines, 2)):
        shown = _shown(assemble(candidate, {line.id for line in some}))
        for line in some:
            counted.add("choices lost", not set(_texts(line)) <= set(shown))
        _count_shown(shown, some, candidate, counted)


def _count_shown(
    shown: Sequence[str], chosen: Iterable[Line], candidate: Candidate, counted: Counted
) -> None:
    guides = set(_originals(candidate))
    for text in shown:
        counted.add("sentences shown that are not the guide's", text not in guides)
    anchors = {(line.variant, line.anchor) for line in chosen}
    cited = {line.lines_cited for line in chosen}
    for line in candidate.lines:
        there = set(_texts(line)) <= set(shown)
        if (line.variant, line.anchor) in anchors and (line.step.label or _WARNS.search(line.text)):
            counted.add("warnings and prohibitions lost", not there)
        if line.lines_cited in cited and _DEPENDS.search(line.text):
            counted.add("conditions lost", not there)


def count_translation(
    case: dict[str, Any],
    candidate: Candidate,
    embeddings: SentenceTransformerEmbeddings,
    counted: Counted,
) -> None:
    """Count how the steps of a translation are shown."""

    def embed(texts: Sequence[str]) -> Any:
        return embeddings.encode(texts, "query")

    language = candidate.guide.language
    originals = [Original(line.step, language) for line in candidate.lines if line.step.text]
    honest = [
        case.get("honest_text") or step["text"] if number in case["lies"] else step["text"]
        for number, step in enumerate(case["steps"])
    ]
    likeness = embed([original.text for original in originals]) @ embed(honest).T
    for number, step in enumerate(case["steps"]):
        lie = number in case["lies"]
        nearest = int(np.argmax(likeness[:, number]))
        # If a guide is not available, some of its lines are unknown.
        if number != int(np.argmax(likeness[nearest])):
            continue
        original = originals[nearest]
        key = (original.text, step["text"])
        if key in counted.seen:
            continue
        counted.seen.add(key)
        differs = difference(original, step["text"], case["language"], embed)
        kind = "translated lies" if lie else "honest translated steps"
        counted.add(f"{kind} reduced to the original", differs is not None)
        if differs and not lie:
            counted.why[f"{differs.value} {step['text'][:60]} / {original.text[:60]}"] += 1
        elif not differs:
            over = translated(original, step["text"]).original == original.step.spans
            counted.add(f"{kind} shown without the original", not over)


def _near_editions(embeddings: SentenceTransformerEmbeddings) -> str:
    """Return how near the steps of the sample guide's two editions are to each other."""
    japanese, english = (
        embeddings.encode(_steps("iam-troubleshooting", language), "query")
        for language in ("ja", "en")
    )
    cosines = japanese @ english.T
    equivalent = np.diag(cosines)
    others = cosines[~np.eye(len(cosines), dtype=bool)]
    return (
        f"equivalent steps: {sum(equivalent >= MIN_COSINE)} of {len(equivalent)} at {MIN_COSINE} "
        f"or more, {equivalent.mean():.2f} on average; other pairs: {sum(others < MIN_COSINE)} of "
        f"{len(others)} below"
    )


def _steps(guide: str, language: str) -> list[str]:
    parsed = parse(load(read_source(SAMPLE_GUIDES / f"{guide}.{language}.md")))
    return [b.text for s in parsed.sections for b in s.blocks if b.kind is BlockKind.STEP]


def name_of(case: dict[str, Any]) -> Name:
    """Return the guide, the language and the anchor of a case's section."""
    guide, language, anchor = case["section"]
    return guide, language, anchor


def sections_of(cases: Sequence[dict[str, Any]]) -> dict[Name, Candidate]:
    """Return the sections of the cases, as quoted there if the guide is not available."""
    found: dict[Name, Candidate] = {}
    for name in dict.fromkeys(map(name_of, cases)):
        guide = _guide_named(name)
        sections = [s for s in guide.sections if s.anchor == name[2]] if guide else []
        if guide is None or not sections:
            guide = _as_quoted(name, [case for case in cases if name_of(case) == name])
            sections = list(guide.sections)
        (found[name],) = candidates([Problem(sections, guide.info)], "bench")
    return found


def _guide_named(name: Name) -> Guide | None:
    guide, language, _ = name
    paths = (
        SAMPLE_GUIDES / f"{guide}.{language}.md",
        SHARED / "guides" / _REAL.get(guide, "-"),
        SHARED / "guides" / _MANUAL / f"{guide}.md",
    )
    path = next((path for path in paths if path.exists()), None)
    return parse(load(read_source(path))) if path else None


def _as_quoted(name: Name, cases: Sequence[dict[str, Any]]) -> Guide:
    """Return a section made of the steps in honest texts, by the blocks they rest on."""
    texts: dict[int, Counter[str]] = {}
    for case in cases:
        for number, step in enumerate(case["steps"]):
            if case["mode"] == "write" and number not in case["lies"] and len(step["blocks"]) == 1:
                block = int(re.sub(r"\D", "", step["blocks"][0]) or 0)
                quoted = _dense(step["text"]) == _dense(" ".join(step["quotes"]))
                texts.setdefault(block, Counter())[step["text"]] += 2 if quoted else 1
    lines = [
        f"{n}. {texts[block].most_common(1)[0][0]}" for n, block in enumerate(sorted(texts), 1)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name[0]}.{name[1]}.md"
        path.write_text(f"# {name[0]}\n\n## {name[2]}\n\n" + "\n".join(lines) + "\n", "utf-8")
        return parse(load(read_source(path)))


def _quoted(quotes: Sequence[str], candidate: Candidate) -> Iterator[Line]:
    for quote in map(_dense, quotes):
        for line in candidate.lines:
            text = _dense(line.text)
            if len(quote) >= _SHORTEST_QUOTE and (quote in text or text in quote):
                yield line


def _shown(composed: Composed) -> list[str]:
    steps = (step for part in composed.parts for step in (*part.steps, *part.notes))
    return [
        text
        for step in steps
        for text in (step.text, *(b.full_text for b in step.children))
        if text
    ]


def _texts(line: Line) -> list[str]:
    texts = (line.step.text, *(block.full_text for block in line.step.children))
    return [text for text in texts if text]


def _originals(candidate: Candidate) -> list[str]:
    return [text for line in candidate.lines for text in _texts(line)]


def _guide(candidate: Candidate) -> str:
    return _dense(" ".join(block.full_text for s in candidate.problem for block in s.blocks))


def _dense(text: str) -> str:
    """Return a text without white space and punctuation, for finding it in another."""
    return "".join(unicodedata.normalize("NFKC", text).replace("**", "").replace("`", "").split())


if __name__ == "__main__":
    main()

"""How long one question takes once everything is loaded, on an idle machine and on a busy one.

    python -m benchmarks.latency [--rounds N]

Both sides are running, each in a process of its own, and are asked alternately, so that only one
works at a time. Guidebot's time is for the whole answer: language, search, decision and cited
steps. The quickstart's is for `similarity_search` alone, which returns passages. The questions are
those in guides/questions.yaml, and the guide is the sample guide.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from pathlib import Path

import yaml

from benchmarks.measure import (
    OURS,
    SAMPLE_GUIDES,
    THEIRS,
    Answering,
    busy_core,
    machine,
    percentile,
    run_module,
    table,
    tell,
)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    golden = yaml.safe_load((SAMPLE_GUIDES / "questions.yaml").read_text("utf-8"))
    asked = [str(question["q"]) for question in golden["questions"]]
    with tempfile.TemporaryDirectory() as temporary:
        home, store = Path(temporary, "home"), Path(temporary, "store")
        _, model = run_module("ours", "unpack", home / "models")
        run_module("ours", "ingest", SAMPLE_GUIDES, home)
        run_module("quickstart", "ingest", SAMPLE_GUIDES, store, model)
        with (
            closing(Answering("ours", "answer", home)) as ours,
            closing(Answering("quickstart", "answer", store, model)) as theirs,
        ):
            sides = {OURS: ours, THEIRS: theirs}
            idle = _ask(sides, asked, options.rounds)
            with busy_core():
                busy = _ask(sides, asked, options.rounds)
    print(f"{machine()}; {options.rounds} times {len(asked)} questions\n")
    print(table(["ms", "p50", "p99", "max"], [*_rows(idle, "idle"), *_rows(busy, "one core busy")]))


def _ask(sides: dict[str, Answering], asked: list[str], rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for question in asked:
            for name, side in sides.items():
                found[name].append(side.ask(question))
        tell(f"questions, {number + 1} of {rounds}")
    return found


def _rows(found: dict[str, list[float]], machine_is: str) -> list[list[str]]:
    return [
        [
            f"{name}, {machine_is}",
            *(f"{1000 * percentile(seconds, percent):.1f}" for percent in (50, 99, 100)),
        ]
        for name, seconds in found.items()
    ]


if __name__ == "__main__":
    main()

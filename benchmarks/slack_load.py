"""How fast 200 questions from 50 people within ten seconds are answered.

    python -m benchmarks.slack_load [--questions N] [--rate N]

The real bot process with the sample guide, against the loopback Slack in testing/slack_server. A
third of the questions each come as direct messages, mentions, and in threads, once with Slack
working normally, and once with 5% of its responses failing. The time runs from the message in Slack
to the complete answer in Slack, over both connections; the real Slack adds its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import (
    SAMPLE_GUIDES,
    environment,
    machine,
    percentile,
    run_module,
    table,
    tell,
)
from testing.slack_server import SlackServer
from testing.slack_server.crowd import Crowd, Tally

_CONNECTED_SECONDS = 120
_ANSWERED_SECONDS = 180
_SHARE = 0.05
_SEED = 1


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20.0, help="questions per second")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary, "home")
        run_module("ours", "unpack", home / "models")
        run_module("ours", "ingest", SAMPLE_GUIDES, home)
        for name, share in (("Slack working normally", 0.0), ("5% of calls fail", _SHARE)):
            with SlackServer() as slack, _bot(slack, home):
                tally = _ask(slack, options.questions, options.rate, share)
                rows.append([name, *_row(tally)])
                tell(f"{name}: {slack.faults_scattered} faults, {len(slack.violations)} violations")
    print(f"{machine()}; {options.questions} questions, {options.rate:g} per second\n")
    print(
        table(
            ["", "answered", "lost", "duplicated", "p50, s", "p95, s", "p99, s", "max, s"],
            rows,
        )
    )


def _ask(slack: SlackServer, questions: int, rate: float, share: float) -> Tally:
    crowd = Crowd(slack, "L")
    crowd.gather()
    first = set(crowd.tally().answers)
    slack.scatter_faults(share, _SEED)
    crowd.ask(questions, rate)
    tally = crowd.wait(_ANSWERED_SECONDS)
    slack.scatter_faults(0)
    for question in first:
        del tally.answers[question], tally.seconds[question]
    return tally


def _row(tally: Tally) -> list[str]:
    seconds = list(tally.seconds.values())
    answered = len(tally.answers) - len(tally.lost)
    counts = [str(answered), str(len(tally.lost)), str(len(tally.doubled))]
    return counts + [f"{percentile(seconds, percent):.2f}" for percent in (50, 95, 99, 100)]


@contextmanager
def _bot(slack: SlackServer, home: Path) -> Iterator[None]:
    settings = {
        **slack.environment,
        "GUIDEBOT_HOME": str(home),
        "QUESTIONS_PER_MINUTE": "1000",
        "WORKSPACE_QUESTIONS_PER_MINUTE": "10000",
    }
    command = [str(Path(sys.executable).parent / "guidebot"), "serve"]
    with (home / "bot.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(**settings), stdout=log, stderr=log)
    try:
        slack.wait_connected(_CONNECTED_SECONDS)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()

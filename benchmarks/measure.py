"""What the benchmarks share: child processes, alternating timings, and tables."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE_GUIDES = REPOSITORY / "guides"
OURS = "Guidebot"
THEIRS = "quickstart"


@dataclass(frozen=True)
class Finished:
    """What a child process took. `peak` is its peak memory in MiB."""

    seconds: float
    peak: float
    output: str


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a child: ours, without settings that would change a side."""
    kept = {key: value for key, value in os.environ.items() if key != "EMBEDDING_MODEL"}
    # Everything is already on disk; neither side should wait for the network.
    return {**kept, "HF_HUB_OFFLINE": "1", **more}


def run(command: Sequence[str], cwd: Path = REPOSITORY, **more: str) -> Finished:
    """Run a command to its end; exits, with its output, if it fails.

    `more` are additional environment variables. A child's peak is never below the memory its parent
    uses when starting it, so the parents import nothing big.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=cwd, env=environment(**more), stdout=output, stderr=errors
        )
        # Unlike getrusage(RUSAGE_CHILDREN), this reports one child rather than all of them.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if child.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{errors.read()}")
        return Finished(seconds, usage.ru_maxrss / 1024, output.read())


def run_module(name: str, *arguments: object) -> tuple[Finished, Any]:
    """Run `python -m benchmarks.NAME`; return what it took, and the JSON that it printed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)]
    finished = run(command)
    return finished, json.loads(finished.output.splitlines()[-1])


def in_turns(
    sides: Mapping[str, Callable[[], float]], repeats: int, what: str
) -> dict[str, list[float]]:
    """Return what each side measures, `repeats` times: a, b, b, a, a, b, ...

    This spreads whatever else the machine is doing over all sides alike.
    """
    found: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for number in range(repeats):
        for name in names:
            found[name].append(sides[name]())
            tell(f"{what}, {number + 1} of {repeats}, {name}: {found[name][-1]:.2f}")
        names.reverse()
    return found


def spread(samples: Sequence[float], digits: int = 2) -> str:
    """Return the median of `samples`, with the minimum and maximum in brackets."""
    middle = f"{statistics.median(samples):.{digits}f}"
    if len(samples) == 1:
        return middle
    return f"{middle} ({min(samples):.{digits}f}-{max(samples):.{digits}f})"


def percentile(samples: Sequence[float], percent: int) -> float:
    """Return a percentile of `samples` by the nearest-rank method."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def time_lines(answer: Callable[[str], object]) -> None:
    """Answer each line of standard input, and print the seconds it took."""
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        answer(line.strip())
        print(time.perf_counter() - started, flush=True)


class Answering:
    """A child process that answers questions one by one (see `time_lines`)."""

    def __init__(self, name: str, *arguments: object) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{name}", *map(str, arguments)],
            cwd=REPOSITORY,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._read() != "ready":
            sys.exit(f"benchmarks.{name} {arguments} did not start.")

    def ask(self, question: str) -> float:
        """Return the seconds that the answer took, measured in the child."""
        assert self._child.stdin is not None
        self._child.stdin.write(" ".join(question.split()) + "\n")
        self._child.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """Stop the child."""
        self._child.kill()
        self._child.communicate()

    def _read(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tell(message: str) -> None:
    """Report progress on standard error."""
    print(message, file=sys.stderr, flush=True)


def machine() -> str:
    """Describe the machine in one line."""
    processor, flags = platform.machine(), ""
    information = Path("/proc/cpuinfo")
    if information.exists():
        found: dict[str, str] = {}
        for line in information.read_text().splitlines():
            name, _, value = line.partition(":")
            found[name.strip()] = value.strip()
        processor, flags = found.get("model name", processor), found.get("flags", "")
    bf16 = "with bf16" if "avx512_bf16" in flags or "amx_bf16" in flags else "without bf16"
    return (
        f"{os.cpu_count()} cores ({processor}, {bf16}), "
        f"{platform.system()}, Python {platform.python_version()}"
    )


@contextmanager
def busy_core() -> Iterator[None]:
    """Keep one core busy from another process."""
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        child.kill()
        child.wait()

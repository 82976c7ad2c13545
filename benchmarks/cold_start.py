"""How long a person waits for the first answer of a process that has just started.

    python -m benchmarks.cold_start [--repeats N]

`guidebot ask` compared with a quickstart script that opens its store and searches; then
`guidebot chat` in a terminal of its own: when it greets, and when it answers a question typed at
once, or ten seconds after the greeting. The last table shows where the time goes. Each is a
process of its own, with a warm file cache.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import (
    OURS,
    REPOSITORY,
    SAMPLE_GUIDES,
    THEIRS,
    environment,
    in_turns,
    machine,
    run,
    run_module,
    spread,
    table,
)

QUESTION = "I lost my secret key"
_GUIDEBOT = str(Path(sys.executable).with_name("guidebot"))
# The chat's prompt.
_PROMPT = b"\n> "
_TYPED_LATER = 10.0


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home, store = Path(temporary, "home"), Path(temporary, "store")
        _, model = run_module("ours", "unpack", home / "models")
        run_module("ours", "ingest", SAMPLE_GUIDES, home)
        run_module("quickstart", "ingest", SAMPLE_GUIDES, store, model)
        greeted: list[float] = []
        answered = in_turns(
            {
                f"{OURS}: `guidebot ask`": lambda: (
                    run([_GUIDEBOT, "ask", QUESTION], GUIDEBOT_HOME=str(home)).seconds
                ),
                f"{THEIRS}: a script": lambda: (
                    run_module("quickstart", "ask", store, model, QUESTION)[0].seconds
                ),
                f"{OURS}: `guidebot chat`, typed at once": lambda: _chat(home, greeted, 0),
                f"{OURS}: `guidebot chat`, typed {_TYPED_LATER:.0f} s later, from then": lambda: (
                    _chat(home, greeted, _TYPED_LATER)
                ),
            },
            options.repeats,
            "answer",
        )
        steps = [run_module("ours", "phases", home, QUESTION)[1] for _ in range(options.repeats)]
    print(f"{machine()}; median of {options.repeats} (min-max)\n")
    rows = [[name, spread(seconds)] for name, seconds in answered.items()]
    rows.append([f"{OURS}: `guidebot chat`, until its greeting", spread(greeted)])
    print(table(["time to first answer", "s"], rows))
    print()
    print(table(["step", "s"], [[name, spread([x[name] for x in steps])] for name in steps[0]]))


def _chat(home: Path, greeted: list[float], typed_after: float) -> float:
    """Ask in the chat; return the seconds since its start, or since typing if that was later."""
    ours, terminal = pty.openpty()
    started = time.perf_counter()
    child = subprocess.Popen(
        [_GUIDEBOT, "chat"],
        cwd=REPOSITORY,
        env=environment(GUIDEBOT_HOME=str(home), TERM="xterm"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    try:
        _read_until(ours, _PROMPT)
        greeted.append(time.perf_counter() - started)
        if typed_after:
            time.sleep(typed_after)
            started = time.perf_counter()
        os.write(ours, QUESTION.encode() + b"\n")
        _read_until(ours, _PROMPT)
        return time.perf_counter() - started
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def _read_until(terminal: int, wanted: bytes, seconds: float = 120) -> None:
    seen = b""
    end = time.perf_counter() + seconds
    while wanted not in seen.replace(b"\r", b""):
        readable, _, _ = select.select([terminal], [], [], max(0, end - time.perf_counter()))
        if not readable:
            sys.exit(f"guidebot chat: no prompt within {seconds} s, but:\n{seen.decode()}")
        seen += os.read(terminal, 65536)


if __name__ == "__main__":
    main()

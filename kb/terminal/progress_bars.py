"""Shows progress: as bars for people, as JSON for programs, or not at all."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from kb.progress import TaskProgress, TaskState, no_task_progress
from kb.terminal.output import echo_json

# Five lines a second are plenty for a program that follows.
_LINE_SECONDS = 0.2


class _Rate(ProgressColumn):
    """Items per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.0f}/s" if speed and speed >= 1 else "", style="dim")


@contextmanager
def progress_bars(console: Console) -> Iterator[TaskProgress]:
    """Show a progress bar for each reported task, with its rate and the time remaining."""
    columns = (
        TextColumn("{task.description:<20}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report


@contextmanager
def json_lines() -> Iterator[TaskProgress]:
    """Write progress to standard error as JSON lines: a few per second, plus each task's last."""
    last_written: dict[str, float] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done < total and now - last_written.get(what, -1.0) < _LINE_SECONDS:
            return
        last_written[what] = now
        state = TaskState(what=what, done=done, total=total)
        echo_json(json.dumps(state.model_dump(), ensure_ascii=False), err=True)

    yield report


@contextmanager
def silence() -> Iterator[TaskProgress]:
    """Show nothing."""
    yield no_task_progress

"""What the process that reads sources is made to do in tests."""

from __future__ import annotations

import os
import signal

from ingest.source import SourceFile


def own_id(source: SourceFile) -> int:
    return os.getpid()


def forever(source: SourceFile) -> int:
    source.path.with_suffix(".pid").write_text(str(os.getpid()))
    while True:
        pass


def greedy(source: SourceFile) -> int:
    return len(bytearray(500 * 1024 * 1024))


def crashing(source: SourceFile) -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def killed(source: SourceFile) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0

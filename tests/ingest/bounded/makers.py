"""What the process that reads sources is made to do in tests."""

from __future__ import annotations

import os
import signal

from ingest.loaders.load import SourceFile
from ingest.sources.files import Said


def own_id(source: SourceFile, said: Said) -> int:
    return os.getpid()


def forever(source: SourceFile, said: Said) -> int:
    source.path.with_suffix(".pid").write_text(str(os.getpid()))
    while True:
        pass


def greedy(source: SourceFile, said: Said) -> int:
    return len(bytearray(500 * 1024 * 1024))


def crashing(source: SourceFile, said: Said) -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def killed(source: SourceFile, said: Said) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0

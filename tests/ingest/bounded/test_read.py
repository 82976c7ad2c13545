"""Sources that take too much, or take the process that reads them down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.bounded.bounds import Bounds
from ingest.bounded.messages import Make
from ingest.bounded.read import end_reading, read_bounded
from ingest.errors import SourceError
from ingest.reading import read_guides
from ingest.source import Source, SourceFile
from ingest.sources.files import find_sources
from tests.ingest.bounded.makers import crashing, forever, greedy, killed, own_id
from tests.ingest.loaders.test_formats import pdf_of

pytestmark = pytest.mark.e2e

GOOD = "# Doors\n\n## Stuck\n\n1. Push the door.\n"


def refusal(make: Make[int], path: Path, bounds: Bounds | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        read_bounded(make, SourceFile(Source(path), b""), bounds or Bounds())
    return str(caught.value)


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_goes_beyond_its_bounds_is_ended_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    said = refusal(forever, path, Bounds(seconds=0.3))
    assert said == f"{path}: takes longer than 0.3 s to read. Split it, or raise SOURCE_SECONDS."
    assert not is_there(int(path.with_suffix(".pid").read_text()))
    assert is_there(read_bounded(own_id, SourceFile(Source(path), b""), Bounds()))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux bounds memory")
def test_memory_is_bounded(tmp_path: Path) -> None:
    assert "SOURCE_MEMORY" in refusal(greedy, tmp_path / "a.md", Bounds(mebibytes=100))
    source = SourceFile(Source(tmp_path / "a.md"), b"")
    assert read_bounded(greedy, source, Bounds()) == 500 * 1024 * 1024


def test_the_end_of_the_process_is_told_in_words(tmp_path: Path) -> None:
    crash = refusal(crashing, tmp_path / "a.md")
    assert "crashes the program that reads it (SIGSEGV). Save it again" in crash
    assert "(SIGKILL), most often for lack of memory" in refusal(killed, tmp_path / "a.md")


def test_the_process_is_kept_and_ends_when_it_is_not_needed(tmp_path: Path) -> None:
    source = SourceFile(Source(tmp_path / "a.md"), b"")
    one, two = (read_bounded(own_id, source, Bounds()) for _ in range(2))
    assert one == two != os.getpid()
    end_reading()
    assert not is_there(one)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_stays_when_the_one_that_asks_ends(tmp_path: Path, end: int) -> None:
    path = tmp_path / "a.md"
    program = (
        "import sys; from pathlib import Path\n"
        "from ingest.bounded.bounds import Bounds\n"
        "from ingest.bounded.read import read_bounded\n"
        "from ingest.source import Source, SourceFile\n"
        "from tests.ingest.bounded.makers import forever\n"
        "read_bounded(forever, SourceFile(Source(Path(sys.argv[1])), b''), Bounds())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as asking:
        wait_for(lambda: path.with_suffix(".pid").exists() and path.with_suffix(".pid").read_text())
        reading = int(path.with_suffix(".pid").read_text())
        if end == signal.SIGINT:
            os.killpg(asking.pid, end)  # as Ctrl-C does
        else:
            asking.send_signal(end)
        assert asking.wait(10) != 0
    wait_for(lambda: not is_there(reading))


def wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_form_bomb_stops_no_guide_beside_it(tmp_path: Path) -> None:
    # Without its language, the models that tell languages apart would be read, too.
    (tmp_path / "doors.md").write_text(f"---\nlanguage: en\n---\n{GOOD}")
    (tmp_path / "bomb.pdf").write_bytes(form_bomb())
    reading = read_guides(find_sources([tmp_path]), bounds=Bounds(seconds=2))
    assert [guide.info.title for guide in reading.guides] == ["Doors"]
    (error,) = reading.errors
    assert error.source == str(tmp_path / "bomb.pdf") and "SOURCE_SECONDS" in error.reason


def form_bomb() -> bytes:
    """Return a PDF of forms, each of which shows the next ten times."""

    def stream(text: str, more: str = "") -> str:
        return f"<< /Length {len(text)} {more}>>\nstream\n{text}\nendstream"

    often, forms = "/Fm Do " * 10, range(6, 15)
    return pdf_of(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /XObject << /Fm 6 0 R >> >> >>",
        stream(often),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(
            stream(
                often,
                "/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
                f"/Resources << /XObject << /Fm {number + 1} 0 R >> >> ",
            )
            for number in forms
        ),
    )

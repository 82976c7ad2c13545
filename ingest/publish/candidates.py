"""What was found out about a candidate, kept beside it until somebody decides."""

from __future__ import annotations

from ingest.check.gate import GateError
from ingest.publish.live import candidate, held_report, make_live
from ingest.publish.shared import Shared
from kb.errors import GuidebotError
from kb.ingest_result import Diff, GateReport
from kb.model import Frozen
from kb.paths import Home
from kb.snapshot.format import Snapshot, current_name


class Held(Frozen):
    """What a candidate changes, and what the gate said."""

    diff: Diff
    gate: GateReport | None


def held_json(diff: Diff, gate: GateReport | None) -> str:
    """Return what is kept beside a candidate."""
    return Held(diff=diff, gate=gate).model_dump_json(exclude={"gate": {"passed"}})


def publish_held(
    name: str, home: Home, by: str, kept: int, *, accept: bool, shared: Shared | None = None
) -> Snapshot:
    """Make a held candidate live, in `shared` as well; the caller holds the WriterLock.

    Raises GateError if the gate stopped it, and GuidebotError if it was compared with another
    snapshot than is live now, unless `accept` is set.
    """
    text = held_report(name, home)
    if text is None:
        candidate(name, home)  # which says so if there is none
        raise GuidebotError(
            f"{name} is not held: a run that was stopped before the questions were asked left it. "
            "Ingest again."
        )
    if not accept:
        held = Held.model_validate_json(text)
        if held.gate and not held.gate.passed:
            raise GateError(
                f"{name}: {len(held.gate.regressions)} golden questions are answered worse than "
                f"before. Publish it all the same: guidebot publish {name} --accept"
            )
        if held.diff.before != current_name(home.snapshots):
            raise GuidebotError(
                f"{name} was compared with {held.diff.before or 'nothing'}, but "
                f"{current_name(home.snapshots)} is live now. Ingest again to see what it changes, "
                f"or publish it all the same: guidebot publish {name} --accept"
            )
    return make_live(name, home, by, kept, shared)

"""Held candidates: their reports, and publishing them."""

from __future__ import annotations

from ingest.check.gate import GateError
from ingest.publish.live import candidate, held_report, make_live
from ingest.publish.shared import Shared
from kb.errors import GuidebotError
from kb.ingest_result import Diff, GateReport
from kb.model import Frozen
from kb.paths import Home
from kb.snapshot.format import Snapshot
from kb.snapshot.live import current_name


class Held(Frozen):
    """A held candidate's report: what it changes, and the gate's result."""

    diff: Diff
    gate: GateReport | None


def held_json(diff: Diff, gate: GateReport | None) -> str:
    """Return the report to store next to a candidate, as JSON."""
    return Held(diff=diff, gate=gate).model_dump_json(exclude={"gate": {"passed"}})


def publish_held(
    name: str, home: Home, by: str, keep: int, *, accept: bool, shared: Shared | None = None
) -> Snapshot:
    """Make a held candidate live, in `shared` as well; the caller holds the WriterLock.

    Unless `accept` is set, raises GateError if the gate did not pass, and GuidebotError if the live
    snapshot has changed since the comparison. Raises GuidebotError if no such candidate is held,
    and StoreError if the store cannot be used.
    """
    text = held_report(name, home)
    if text is None:
        candidate(name, home)  # raises if there is none
        raise GuidebotError(
            f"{name} is not held: it was left by a run that was interrupted. Ingest again."
        )
    if not accept:
        held = Held.model_validate_json(text)
        if held.gate and not held.gate.passed:
            raise GateError(
                f"{name}: {len(held.gate.regressions)} golden questions are answered worse than "
                f"before. To publish it anyway: guidebot publish {name} --accept"
            )
        if held.diff.before != current_name(home.snapshots):
            raise GuidebotError(
                f"{name} was compared with {held.diff.before or 'nothing'}, but "
                f"{current_name(home.snapshots)} is live now. Ingest again to see what it changes, "
                f"or publish it anyway: guidebot publish {name} --accept"
            )
    return make_live(name, home, by, keep, shared)

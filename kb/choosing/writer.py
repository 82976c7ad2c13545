"""From a section's own words to an answer that a language model wrote, or back to them."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from langsmith import trace

from kb.choosing import prompt as told
from kb.choosing.assemble import Assembly
from kb.choosing.calls import Calls, Outcome, Turn, Unavailable
from kb.choosing.chat_model import open_chat_model
from kb.choosing.metrics import ANSWERS, FAULTS, SECONDS, STEPS
from kb.choosing.prompt import TranslatedStep, WrittenStep
from kb.choosing.sources import Sources, number_blocks
from kb.choosing.store import WrittenStore, key_of
from kb.choosing.stream import Malformed
from kb.choosing.tracing import tracing
from kb.choosing.translate import Embed, Original, check_translation, translated
from kb.choosing.verify import Fault, Finding, cited, unsafe, verify
from kb.model import Answer, Citation, Frozen, GuideInfo, Part, Rendering, Section, Step
from kb.progress import Progress, Stage
from kb.settings import Settings

_ENOUGH = 0.5
_MOST_STEPS = 20
_LONGEST_QUESTION = 300

logger = logging.getLogger(__name__)


class _Kept(Frozen):
    """What is remembered of an answer: nothing of the question."""

    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    rendering: Rendering


@dataclass(frozen=True)
class Report:
    """What came of an answer that the model was to write, for evaluations."""

    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    dropped: int = 0
    tokens: int = 0
    cost: float = 0.0


@dataclass
class _Slot:
    """A step as the model gave it, and what is wrong with it."""

    step: WrittenStep
    finding: Finding | None


class Writer:
    """Writes answers with a language model. Threads may share it."""

    def __init__(self, calls: Calls, embed: Embed) -> None:
        self.calls = calls
        self.embed = embed

    @contextlib.contextmanager
    def tracing(self, question: str) -> Iterator[None]:
        """Gather in one trace what is done for a question inside, if CHAT_TRACING is set."""
        with tracing(self.calls.settings), trace("ask", inputs={"question": question}):
            yield

    def write(
        self, answer: Answer, sections: Sequence[tuple[Section, GuideInfo]], progress: Progress
    ) -> Answer:
        """Return an answer in the model's words, or the guide's if those cannot be trusted."""
        return self.write_and_report(answer, sections, progress)[0]

    def write_and_report(
        self, answer: Answer, sections: Sequence[tuple[Section, GuideInfo]], progress: Progress
    ) -> tuple[Answer, Report]:
        """Return what `write` does, and how it came about."""
        started = time.monotonic()
        task = _Task(self, answer, number_blocks(sections), progress)
        try:
            written, report = self._kept(task) or self._new(task)
        except sqlite3.Error as error:
            logger.error("%s cannot be used: %s", self.calls.settings.home.written, error)
            written, report = None, task.report(Outcome.FAILED)
        ANSWERS.labels(report.outcome.value).inc()
        SECONDS.observe(time.monotonic() - started)
        for fault in report.faults:
            FAULTS.labels(fault.value).inc()
        return written or answer.model_copy(update={"rendering": Rendering.GUIDE}), report

    def condense(self, question: str, before: str) -> str:
        """Return a question that refers to the one before it in words of its own.

        If the model cannot, or adds anything that looks like markup, both are returned as they
        are. The result is only searched with.
        """
        plainly = f"{before}\n{question}"
        values = {
            "instructions": told.CONDENSE,
            "data": told.questions_data(before, question),
        }
        try:
            with trace("condense", inputs={"data": values["data"]}), self.calls.turn() as turn:
                found = turn.parsed(told.prompt(), values, told.CONDENSED)
        except Unavailable:
            return plainly
        text = found.get("question") if isinstance(found, dict) else None
        if not isinstance(text, str) or len(text) > _LONGEST_QUESTION or unsafe(text):
            return plainly
        return text

    def _kept(self, task: _Task) -> tuple[Answer, Report] | None:
        found = self.calls.store.recall(task.answer.snapshot, task.key)
        if found is None:
            return None
        kept = _Kept.model_validate_json(found)
        task.progress(Stage.WRITING)
        for part in kept.parts:
            for step in part.steps:
                task.progress(step)
        return task.answer.model_copy(update=dict(kept)), Report(Outcome.KEPT)

    def _new(self, task: _Task) -> tuple[Answer | None, Report]:
        turn: Turn | None = None
        try:
            with trace("write", inputs={"data": task.data}), self.calls.turn() as turn:
                task.progress(Stage.WRITING)
                kept = task.translate(turn) if task.foreign else task.write(turn)
        except Unavailable as error:
            return None, task.report(error.outcome, turn)
        self.calls.store.remember(task.answer.snapshot, task.key, kept.model_dump_json())
        outcome = Outcome.TRANSLATED if task.foreign else Outcome.WRITTEN
        return task.answer.model_copy(update=dict(kept)), task.report(outcome, turn)


def open_writer(settings: Settings, embed: Embed) -> Writer:
    """Return the writer that the settings name; raises SettingsError if it cannot be had."""
    store = WrittenStore(settings.home.written)
    return Writer(Calls(open_chat_model(settings), settings, store), embed)


class _Task:
    """One answer on its way."""

    def __init__(
        self, writer: Writer, answer: Answer, sources: Sources, progress: Progress
    ) -> None:
        self.answer = answer
        self.sources = sources
        self.progress = progress
        self.foreign = answer.guide_language != answer.language
        self.faults: list[Fault] = []
        self.dropped = 0
        self._writer = writer
        self.data = told.block_data(sources, answer.question, answer.language)
        self.key = key_of(
            writer.calls.settings.chat_model,
            told.VERSION,
            str(self.foreign),
            self.data,
            *(citation.model_dump_json() for citation in answer.citations),
        )

    def report(self, outcome: Outcome, turn: Turn | None = None) -> Report:
        """Return what came of it."""
        tokens, cost = (sum(turn.used), turn.cost) if turn else (0, 0.0)
        return Report(outcome, tuple(self.faults), self.dropped, tokens, cost)

    def write(self, turn: Turn) -> _Kept:
        """Return the steps that hold; raises Unavailable if too few do."""
        assembly = Assembly(self.sources, self.answer.snapshot)
        slots: list[_Slot] = []
        after = -1
        values = {"instructions": told.INSTRUCTIONS, "data": self.data}
        for step in turn.steps(told.prompt(), values, told.WRITTEN, WrittenStep):
            if len(slots) == _MOST_STEPS:
                raise Malformed("there is no end of steps")
            finding = self._verified(step, after, slots)
            if finding is None:
                after = cited(step, self.sources)[0].place
                if all(slot.finding is None for slot in slots):
                    self.progress(assembly.add(step))
            slots.append(_Slot(step, finding))
        self._again(turn, slots)
        for step in self._holding(slots)[len(assembly.steps) :]:
            self.progress(assembly.add(step))
        self._check_enough(assembly, len(slots))
        parts = assembly.parts(self.answer)
        return _Kept(parts=parts, citations=tuple(assembly.citations), rendering=Rendering.WRITTEN)

    def translate(self, turn: Turn) -> _Kept:
        """Return the guide's steps in the asker's language; what fails stays as the guide has it.

        Raises Unavailable if too little can be translated.
        """
        originals = self._originals()
        new: dict[str, Step] = {}
        values = {
            "instructions": told.TRANSLATE,
            "data": told.step_data({n: o.text for n, o in originals.items()}, self.answer.language),
        }
        failed: dict[str, tuple[TranslatedStep, Finding]] = {}
        said = 0
        for step in turn.steps(told.prompt(), values, told.TRANSLATED, TranslatedStep):
            self._take(step, originals, new, failed)
            said = self._say(originals, new, said, whole=False)
        if failed:
            steps = [step for step, _ in failed.values()]
            again = told.again_data(steps, [finding.detail for _, finding in failed.values()])
            try:
                for step in turn.steps(
                    told.prompt(again=True), values | again, told.TRANSLATED, TranslatedStep
                ):
                    self._take(step, originals, new, {})
            except (Unavailable, Malformed) as error:
                logger.info("The second try failed: %s", error)
        self.dropped = len(originals) - len(new)
        if not new or len(new) < _ENOUGH * len(originals):
            raise Unavailable(Outcome.TOO_LITTLE)
        self._say(originals, new, said, whole=True)
        return self._with(new)

    def _verified(self, step: WrittenStep, after: int, slots: Sequence[_Slot]) -> Finding | None:
        finding = verify(step, self.sources, self.answer.question, self.answer.language, after)
        if finding is None and any(step.text == slot.step.text for slot in slots):
            finding = Finding(Fault.ORDER, "it is there already")
        STEPS.labels("failed" if finding else "verified").inc()
        if finding:
            self.faults.append(finding.fault)
        return finding

    def _again(self, turn: Turn, slots: Sequence[_Slot]) -> None:
        """Let the model write once more what failed."""
        failed = [slot for slot in slots if slot.finding]
        if not failed:
            return
        values = {
            "instructions": told.INSTRUCTIONS,
            "data": self.data,
            **told.again_data(
                [slot.step for slot in failed],
                [slot.finding.detail for slot in failed if slot.finding],
            ),
        }
        try:
            steps = turn.steps(told.prompt(again=True), values, told.WRITTEN, WrittenStep)
            for slot, step in zip(failed, steps, strict=False):
                others = [each for each in slots if each is not slot]
                slot.step, slot.finding = step, self._verified(step, -1, others)
                if slot.finding is None and not self._fits(slots):
                    slot.finding = Finding(Fault.ORDER, "it stands at another place")
        except (Unavailable, Malformed) as error:
            logger.info("The second try failed: %s", error)
        self.dropped = sum(slot.finding is not None for slot in slots)

    def _fits(self, slots: Sequence[_Slot]) -> bool:
        """Whether a step that was written again stands where the guide has it."""
        places = [cited(each.step, self.sources)[0].place for each in slots if each.finding is None]
        return places == sorted(places)

    def _holding(self, slots: Sequence[_Slot]) -> list[WrittenStep]:
        """Return the steps without fault, in the guide's order; new ones must fit between."""
        held: list[WrittenStep] = []
        after = -1
        for slot in slots:
            if slot.finding is not None:
                continue
            place = cited(slot.step, self.sources)[0].place
            if place >= after:
                held.append(slot.step)
                after = place
        return held

    def _check_enough(self, assembly: Assembly, wrote: int) -> None:
        kept = len(assembly.steps)
        if not kept or kept < _ENOUGH * wrote:
            raise Unavailable(Outcome.TOO_LITTLE)
        touched = {
            (source.section, source.procedure)
            for sources, _ in assembly.steps
            for source in sources
            if source.procedure is not None
        }
        for section, procedure in touched:
            assert procedure is not None
            steps = self.sources.steps_of(section, procedure)
            if len(assembly.omitted(section, procedure)) > (1 - _ENOUGH) * len(steps):
                raise Unavailable(Outcome.TOO_LITTLE)

    def _originals(self) -> dict[str, Original]:
        language = self.answer.guide_language or ""
        steps = [s for part in self.answer.parts for s in (*part.steps, *part.notes)]
        return {f"s{n}": Original(step, language) for n, step in enumerate(steps, 1) if step.text}

    def _take(
        self,
        step: TranslatedStep,
        originals: dict[str, Original],
        new: dict[str, Step],
        failed: dict[str, tuple[TranslatedStep, Finding]],
    ) -> None:
        original = originals.get(step.id)
        if original is None or step.id in new:
            return
        finding = check_translation(original, step.text, self.answer.language, self._writer.embed)
        STEPS.labels("failed" if finding else "verified").inc()
        if finding:
            self.faults.append(finding.fault)
            failed[step.id] = (step, finding)
        else:
            new[step.id] = translated(original, step.text)

    def _say(
        self, originals: dict[str, Original], new: dict[str, Step], said: int, *, whole: bool
    ) -> int:
        """Tell of the steps that are there, in order; return how many were told by now."""
        notes = {id(note) for part in self.answer.parts for note in part.notes}
        for name, original in list(originals.items())[said:]:
            if name not in new and not whole:
                break
            said += 1
            if id(original.step) not in notes:
                self.progress(new.get(name, original.step))
        return said

    def _with(self, new: dict[str, Step]) -> _Kept:
        count = 0

        def replaced(steps: Sequence[Step]) -> Iterator[Step]:
            nonlocal count
            for step in steps:
                count += 1
                yield new.get(f"s{count}", step)

        parts = []
        for part in self.answer.parts:
            steps = tuple(replaced(part.steps))
            update = {"steps": steps, "notes": tuple(replaced(part.notes))}
            parts.append(part.model_copy(update=update))
        citations = self.answer.citations
        return _Kept(parts=tuple(parts), citations=citations, rendering=Rendering.TRANSLATED)

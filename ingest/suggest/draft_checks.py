"""Checks what replies give for each problem, and keeps what is usable as drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ingest.suggest.drafted import MAX_WORDINGS, Drafted, LineTag, fault_of
from ingest.suggest.findings import ReplyFinding, Severity
from ingest.suggest.problems import MIN_WORDINGS, ProblemToWord, text_checksum
from ingest.suggest.reply_texts import ReplyTexts, TaggedText
from kb.text.counted import counted


class DraftChecks:
    """Checks the texts of all problems together.

    `already` counts those that were drafted, written or dropped before; `few` are findings on
    problems with too few wordings.
    """

    def __init__(self, texts: ReplyTexts, problems: Sequence[ProblemToWord]) -> None:
        self.findings: list[ReplyFinding] = []
        self.few: list[ReplyFinding] = []
        self.already = 0
        self._texts = texts
        # Editions of a guide share names, and may share wordings.
        self._asked: dict[str, set[str]] = defaultdict(set)
        for problem in problems:
            drafted = problem.drafts.also_asked if problem.drafts else ()
            for text in (*problem.written, *drafted):
                self._asked[text.casefold()].add(problem.name)
        for key, lines in texts.given.items():
            for line in lines:
                if line.tag is LineTag.ASK:
                    self._asked[line.text.casefold()].add(texts.known[key].name)

    def drafted(self, problem: ProblemToWord) -> Drafted:
        """Return the usable drafts for a problem, without those it already has."""
        lines = self._texts.given[problem.key]
        current = problem.key in self._texts.current
        kept = kept_drafts(problem, current=current)
        taken: dict[LineTag, dict[str, str]] = {tag: {} for tag in LineTag}
        counts = {LineTag.ASK: len(kept[0]), LineTag.WORD: len(kept[1])}
        had = _had(problem, kept)
        dropped = set(dropped_drafts(problem, current=current))
        for line in lines:
            text = line.text.casefold()
            if text in had.get(line.tag, ()) or (dropped and text_checksum(text) in dropped):
                self.already += 1
            elif fault := self._fault(problem, line, taken, counts.get(line.tag, 0)):
                shown = f" ({line.text[:60]!r})" if line.text else ""
                message = f"{line.tag.value}: {fault}{shown}"
                self.findings.append(
                    ReplyFinding(line.file, line.line, Severity.WARNING, message, dropped=True)
                )
            else:
                taken[line.tag][text] = line.text
        self._say_if_few(problem, lines, counts[LineTag.ASK] + len(taken[LineTag.ASK]))
        return Drafted(
            also_asked=tuple(taken[LineTag.ASK].values()),
            keywords=tuple(taken[LineTag.WORD].values()),
            title=next(iter(taken[LineTag.TITLE].values()), None),
            golden=tuple(taken[LineTag.GOLDEN].values()),
            near=tuple(taken[LineTag.NEAR].values()),
            problem=problem.checksum if current else self._former(problem),
            current=current,
        )

    def _say_if_few(self, problem: ProblemToWord, lines: Sequence[TaggedText], drafts: int) -> None:
        file, number = self._texts.ids.get(problem.key, ("", 1))
        wordings = drafts + len(problem.written)
        if not any(line.tag is LineTag.ASK for line in lines):
            message = f"there is no wording for {problem.heading!r} under its id"
            self.findings.append(ReplyFinding(file, number, Severity.WARNING, message))
        elif wordings < MIN_WORDINGS and not (problem.decided and problem.written):
            came = f"only {counted(wordings, 'wording')} for {problem.heading!r}"
            self.few.append(
                ReplyFinding(file, number, Severity.WARNING, f"{came}: ask again for it")
            )

    def _former(self, problem: ProblemToWord) -> str | None:
        """Return the previous checksum of the problem's text, if its drafts record one."""
        begins = self._texts.begins.get(problem.key)
        before = problem.drafts.problem if problem.drafts else None
        return before if begins and before and before.startswith(begins) else None

    def _fault(
        self,
        problem: ProblemToWord,
        line: TaggedText,
        taken: Mapping[LineTag, Mapping[str, str]],
        had: int,
    ) -> str | None:
        if fault := fault_of(line.text, line.tag):
            return fault
        text = line.text.casefold()
        return next(self._misplaced(problem, line.tag, text, taken, had), None)

    def _misplaced(
        self,
        problem: ProblemToWord,
        tag: LineTag,
        text: str,
        taken: Mapping[LineTag, Mapping[str, str]],
        had: int,
    ) -> Iterator[str]:
        """Yield the reasons why a text that is fine in itself is not usable here."""
        if text in taken[tag]:
            yield "is in the reply twice"
        if tag is LineTag.TITLE:
            if not problem.wants_title:
                yield f"the heading {problem.heading!r} says what it is about"
            if taken[tag]:
                yield "there is one already"
            return
        if tag in (LineTag.ASK, LineTag.WORD) and text in problem.headings:
            yield "is the heading itself, which is searched anyway"
        if tag is LineTag.ASK and len(self._asked[text]) > 1:
            names = ", ".join(sorted(self._asked[text] - {problem.name}))
            yield f"is also a wording of {names}, so it does not tell them apart"
        if tag in (LineTag.GOLDEN, LineTag.NEAR) and self._asked.get(text):
            yield "is also a wording, so asking it would prove nothing"
        if tag is LineTag.NEAR and text in taken[LineTag.GOLDEN]:
            yield "is also one of the questions that it answers"
        if had + len(taken[tag]) >= MAX_WORDINGS:
            yield f"a problem has at most {MAX_WORDINGS}"


def kept_drafts(problem: ProblemToWord, *, current: bool) -> tuple[Sequence[str], Sequence[str]]:
    """Return the drafted wordings and keywords that stay when new ones are added.

    Drafts for an earlier text make room for those for the `current` one.
    """
    drafts = problem.drafts
    if drafts is None or (current and drafts.problem != problem.checksum):
        return (), ()
    return drafts.also_asked, drafts.keywords


def dropped_drafts(problem: ProblemToWord, *, current: bool) -> tuple[str, ...]:
    """Return the checksums of dropped drafts that must not come back, as `kept_drafts` does."""
    drafts = problem.drafts
    if drafts is None or (current and drafts.problem != problem.checksum):
        return ()
    return drafts.dropped


def _had(
    problem: ProblemToWord, kept: tuple[Sequence[str], Sequence[str]]
) -> Mapping[LineTag, frozenset[str]]:
    """Return what a problem already has, casefolded: the docs team's own, and drafts."""
    titles = [problem.sections[0].title, problem.drafts.title if problem.drafts else None]
    texts = {
        LineTag.ASK: (*kept[0], *problem.written),
        LineTag.WORD: (*kept[1], *problem.keywords),
        LineTag.TITLE: tuple(title for title in titles if title),
    }
    return {tag: frozenset(text.casefold() for text in some) for tag, some in texts.items()}

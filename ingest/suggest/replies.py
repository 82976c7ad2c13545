"""Reads replies to prompts into drafts for each problem, keeping what is usable."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.suggest.drafted import MAX_WORDINGS, Drafted, LineTag, fault_of
from ingest.suggest.findings import ReplyFinding, Severity
from ingest.suggest.problems import MIN_WORDINGS, ProblemToWord, text_checksum
from ingest.suggest.reply_json import BadJson, json_in
from ingest.suggest.reply_lines import Given, Piece, ProblemLine, own_text, pieces_of
from kb.text.counted import counted

# Chosen by hand, far beyond any assistant's reply.
MAX_BYTES = 5_000_000
# For how many unknown ids the nearest is looked up, and how near it must be (difflib's ratio);
# chosen by hand.
_NEAREST_NAMED = 20
_NEAR = 0.75
_NOTHING = ("none", "(none)", "n/a", "なし")
_COMMA = re.compile(r"\s*[,，、;；]\s*")
_TAG_NAMES = ", ".join(tag.value for tag in LineTag)


@dataclass(frozen=True)
class ReplyFile:
    """A raw reply: its file's name and contents."""

    name: str
    data: bytes


@dataclass(frozen=True)
class ReadReplies:
    """The drafts by problem key, with the replies they are from, and the findings.

    `already` counts the texts that were already drafted, written or dropped; `few` are findings on
    problems that should be asked about again.
    """

    drafted: Mapping[str, Drafted]
    sources: Mapping[str, str]
    findings: Sequence[ReplyFinding]
    already: int
    few: Sequence[ReplyFinding] = ()

    @property
    def dropped(self) -> list[ReplyFinding]:
        """The findings on lines that were rejected."""
        return [finding for finding in self.findings if finding.dropped]


def read_replies(replies: Sequence[ReplyFile], problems: Sequence[ProblemToWord]) -> ReadReplies:
    """Return the replies' drafts for the problems. No error in them stops the reading."""
    known = {problem.key: problem for problem in problems}
    collection = _Collection(known)
    for reply in replies:
        collection.add(reply)
    checks = _Checks(collection, problems)
    drafted = {key: checks.drafted(known[key]) for key in collection.given}
    order = {reply.name: number for number, reply in enumerate(replies)}
    findings = sorted(
        [*collection.findings, *checks.findings], key=lambda each: (order[each.file], each.line)
    )
    return ReadReplies(drafted, collection.sources, findings, checks.already, checks.few)


def check_texts(
    problem: ProblemToWord,
    texts: Mapping[LineTag, Sequence[str]],
    name: str,
    problems: Sequence[ProblemToWord],
) -> ReadReplies:
    """Return the usable texts of one problem; the texts' numbers serve as line numbers."""
    collection = _Collection({problem.key: problem})
    collection.sources[problem.key] = name
    collection.current.add(problem.key)
    rows = [
        (tag, each) for tag, some in texts.items() for text in some for each in _apart(tag, text)
    ]
    collection.given[problem.key] = [
        _Line(name, number, tag, text) for number, (tag, text) in enumerate(rows, 1)
    ]
    checks = _Checks(collection, problems)
    drafted = {problem.key: checks.drafted(problem)}
    return ReadReplies(drafted, collection.sources, checks.findings, checks.already, checks.few)


def _apart(tag: LineTag, text: str) -> list[str]:
    """Split a line into its texts: keywords may be a comma-separated list."""
    return (
        [each for each in _COMMA.split(text) if each] or [text] if tag is LineTag.WORD else [text]
    )


@dataclass(frozen=True)
class _Line:
    file: str
    line: int
    tag: LineTag
    text: str


@dataclass
class _Collection:
    """The lines of all replies, by problem."""

    known: Mapping[str, ProblemToWord]
    given: dict[str, list[_Line]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)
    begins: dict[str, str] = field(default_factory=dict)
    findings: list[ReplyFinding] = field(default_factory=list)
    _unknown: int = 0

    def add(self, reply: ReplyFile) -> None:
        """Add a reply's lines."""
        text = self._text(reply)
        if text is None:
            return
        found = json_in(own_text(text))
        lines = pieces_of(found.rest)
        if found.pieces:
            lines = [piece for piece in lines if not _is_prose(piece)]
        whole = self._whole(reply.name, lines, ends=text.endswith("\n"), last=text.count("\n") + 1)
        pieces = sorted([*whole, *found.pieces], key=lambda piece: piece.line)
        if found.bad and _is_reply_gone_wrong(found.bad, text, pieces):
            self._bad_json(reply.name, found.bad, found.pieces)
        elif not any(isinstance(piece, (ProblemLine, Given)) for piece in pieces):
            self._say(
                reply.name,
                1,
                Severity.ERROR,
                "has nothing in the format that the prompt asks for: no line with a problem's id "
                "such as '## 3f9c12aa-51b0', and none such as 'ask: ...'",
            )
        self._sort(reply.name, pieces)

    def _bad_json(self, name: str, bad: BadJson, taken: Sequence[Piece]) -> None:
        if taken:
            message = f"{bad.reason}. The complete parts before and after it are used. {_REST}"
            self._say(name, bad.line, Severity.WARNING, message, dropped=True)
        else:
            self._say(name, bad.line, Severity.ERROR, f"{bad.reason}. {_PLAIN}")

    def _text(self, reply: ReplyFile) -> str | None:
        if len(reply.data) > MAX_BYTES:
            size = f"{MAX_BYTES // 1_000_000} MB"
            self._say(reply.name, 1, Severity.ERROR, f"is larger than {size}. Is it a reply?")
            return None
        try:
            text = reply.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = reply.data.count(b"\n", 0, error.start) + 1
            self._say(reply.name, line, Severity.ERROR, "is not UTF-8. Save it as UTF-8.")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _whole(
        self, name: str, pieces: Sequence[Piece], *, ends: bool, last: int
    ) -> Sequence[Piece]:
        """Return a reply's pieces without the last line if it may be truncated.

        `ends` is whether its `last` line has a line break.
        """
        if not pieces or not isinstance(pieces[-1], Given):
            return pieces
        if not ends and pieces[-1].line == last:
            why = "it has no line break. Add one if it is complete; if not, ask for the rest"
        elif self._breaks_off(pieces):
            why = f"the problem has no near misses. {_REST}"
        else:
            return pieces
        message = f"the reply seems to be cut off here, so its last line is dropped: {why}"
        self._say(name, pieces[-1].line, Severity.WARNING, message, dropped=True)
        return pieces[:-1]

    @staticmethod
    def _breaks_off(pieces: Sequence[Piece]) -> bool:
        """Whether the last problem has no near misses although those before it do."""
        starts = [n for n, piece in enumerate(pieces) if isinstance(piece, ProblemLine)]
        if len(starts) < 2:  # nothing to compare with
            return False
        parts = [pieces[a:b] for a, b in zip(starts, [*starts[1:], len(pieces)], strict=True)]
        ends = [any(_is(piece, LineTag.NEAR) for piece in part) for part in parts]
        return all(ends[:-1]) and not ends[-1]

    def _sort(self, name: str, pieces: Sequence[Piece]) -> None:
        """Assign each line to its problem."""
        problem: ProblemToWord | None = None
        lost: list[int] = []
        why = "are before any problem's id"
        for piece in pieces:
            if isinstance(piece, Given):
                if problem is None:
                    lost.append(piece.line)
                else:
                    self._give(name, problem, piece)
                continue
            if (
                isinstance(piece, ProblemLine)
                and piece.checksum is None
                and piece.key not in self.known
            ):
                continue  # eight digits that are not an id
            self._lost(name, lost, why)
            lost = []
            problem = self._problem(name, piece) if isinstance(piece, ProblemLine) else None
            why = "are under an unknown id"
            if not isinstance(piece, ProblemLine):
                why = f"are under the heading {piece.text[:60]!r}, which is not a problem's id"
        self._lost(name, lost, why)

    def _problem(self, name: str, named: ProblemLine) -> ProblemToWord | None:
        problem = self.known.get(named.key)
        if problem is None:
            self._say(name, named.line, Severity.ERROR, self._no_such(named))
            return None
        self.given.setdefault(problem.key, [])
        self.sources.setdefault(problem.key, name)
        self.ids.setdefault(problem.key, (name, named.line))
        if named.checksum and problem.checksum.startswith(named.checksum):
            self.current.add(problem.key)
            return problem
        self.begins.setdefault(problem.key, named.checksum or "")
        self._say(
            name,
            named.line,
            Severity.WARNING,
            f"the text of {problem.heading!r} has changed since the prompt was made: its drafts "
            "are used, and it is drafted again next time",
        )
        return problem

    def _no_such(self, named: ProblemLine) -> str:
        self._unknown += 1
        near: list[str] = []
        if self._unknown <= _NEAREST_NAMED:
            ids = {problem.id: problem for problem in self.known.values()}
            near = [
                f"{each} ({ids[each].heading})"
                for each in difflib.get_close_matches(named.id, ids, n=1, cutoff=_NEAR)
            ]
        hint = f"The nearest is {near[0]}" if near else "It may be gone, or its guide was not given"
        return f"no problem has the id {named.id}. {hint}"

    def _give(self, name: str, problem: ProblemToWord, given: Given) -> None:
        if given.tag is None:
            self._say(
                name,
                given.line,
                Severity.WARNING,
                f"there is no tag {given.name!r} ({_TAG_NAMES})",
                dropped=True,
            )
            return
        for text in _apart(given.tag, given.text):
            if given.tag not in (LineTag.TITLE, LineTag.WORD) or text.casefold() not in _NOTHING:
                self.given[problem.key].append(_Line(name, given.line, given.tag, text))

    def _lost(self, name: str, lines: Sequence[int], why: str) -> None:
        if not lines:
            return
        which = f"lines {lines[0]} to {lines[-1]}" if len(lines) > 1 else f"line {lines[0]}"
        what = why if len(lines) > 1 else why.replace("are ", "is ", 1)
        self._say(name, lines[0], Severity.WARNING, f"{which} {what}", dropped=True)

    def _say(
        self, name: str, line: int, level: Severity, message: str, *, dropped: bool = False
    ) -> None:
        self.findings.append(ReplyFinding(name, line, level, message, dropped))


_REST = "Ask for the rest"
_PLAIN = "Ask for the reply again, in lines as the prompt says"


class _Checks:
    """Checks the lines of all problems together."""

    def __init__(self, collection: _Collection, problems: Sequence[ProblemToWord]) -> None:
        self.findings: list[ReplyFinding] = []
        self.few: list[ReplyFinding] = []
        self.already = 0
        self._collection = collection
        # Editions of a guide share names, and may share wordings.
        self._asked: dict[str, set[str]] = defaultdict(set)
        for problem in problems:
            drafted = problem.drafts.also_asked if problem.drafts else ()
            for text in (*problem.written, *drafted):
                self._asked[text.casefold()].add(problem.name)
        for key, lines in collection.given.items():
            for line in lines:
                if line.tag is LineTag.ASK:
                    self._asked[line.text.casefold()].add(collection.known[key].name)

    def drafted(self, problem: ProblemToWord) -> Drafted:
        """Return the usable drafts for a problem, without those it already has."""
        lines = self._collection.given[problem.key]
        current = problem.key in self._collection.current
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

    def _say_if_few(self, problem: ProblemToWord, lines: Sequence[_Line], drafts: int) -> None:
        file, number = self._collection.ids.get(problem.key, ("", 1))
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
        begins = self._collection.begins.get(problem.key)
        before = problem.drafts.problem if problem.drafts else None
        return before if begins and before and before.startswith(begins) else None

    def _fault(
        self,
        problem: ProblemToWord,
        line: _Line,
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


def read_reply_file(path: Path) -> ReplyFile:
    """Read a reply from a file, up to just over the size limit; raises OSError."""
    with path.open("rb") as file:
        return ReplyFile(str(path), file.read(MAX_BYTES + 1))


def _is_reply_gone_wrong(bad: BadJson, text: str, pieces: Sequence[Piece]) -> bool:
    """Whether unparsable JSON was meant as a reply; prose with a bracket in it is not."""
    has_lines = any(isinstance(piece, Given) for piece in pieces)
    return bad.has_ids or ('"' in text and not has_lines)


def _is_prose(piece: Piece) -> bool:
    """Whether a line only looks tagged: "Here it is:" above JSON."""
    return isinstance(piece, Given) and piece.tag is None


def _is(piece: Piece, tag: LineTag) -> bool:
    return isinstance(piece, Given) and piece.tag is tag

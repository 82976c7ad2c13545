"""Replies to prompts, to what was drafted for each problem; what is good of them is taken."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.suggest.drafted import MOST_WORDINGS, Drafted, Tag, fault_of
from ingest.suggest.findings import Finding, Level
from ingest.suggest.problems import Problem
from ingest.suggest.reply_json import BadJson, json_pieces
from ingest.suggest.reply_lines import Given, Named, Piece, pieces_of

MOST_BYTES = 5_000_000
_NEAREST_NAMED = 20
_NOTHING = ("none", "(none)", "n/a", "なし")
_TAG_NAMES = ", ".join(tag.value for tag in Tag)


@dataclass(frozen=True)
class Reply:
    """A reply as it came: the name of its file, and what is in it."""

    name: str
    data: bytes


@dataclass(frozen=True)
class ReadReplies:
    """What was drafted, by the problems' keys, with the replies it is from, and what was wrong.

    `already` counts the lines that were taken from a reply before.
    """

    drafted: Mapping[str, Drafted]
    sources: Mapping[str, str]
    findings: Sequence[Finding]
    already: int

    @property
    def dropped(self) -> list[Finding]:
        """The findings about lines that were not taken."""
        return [finding for finding in self.findings if finding.dropped]


def read_replies(replies: Sequence[Reply], problems: Sequence[Problem]) -> ReadReplies:
    """Return what replies give to problems. Nothing in them is an error that stops the reading."""
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
    return ReadReplies(drafted, collection.sources, findings, checks.already)


def check_texts(
    problem: Problem,
    texts: Mapping[Tag, Sequence[str]],
    name: str,
    problems: Sequence[Problem],
) -> ReadReplies:
    """Return what of some texts for one of the problems is fit; lines are the texts' numbers."""
    collection = _Collection({problem.key: problem})
    collection.sources[problem.key] = name
    collection.current.add(problem.key)
    rows = [(tag, text) for tag, some in texts.items() for text in some]
    collection.given[problem.key] = [
        _Line(name, number, tag, text) for number, (tag, text) in enumerate(rows, 1)
    ]
    checks = _Checks(collection, problems)
    drafted = {problem.key: checks.drafted(problem)}
    return ReadReplies(drafted, collection.sources, checks.findings, checks.already)


@dataclass(frozen=True)
class _Line:
    file: str
    line: int
    tag: Tag
    text: str


@dataclass
class _Collection:
    """The lines of all replies, by the problems that they are for."""

    known: Mapping[str, Problem]
    given: dict[str, list[_Line]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    ids: dict[str, tuple[str, int]] = field(default_factory=dict)
    current: set[str] = field(default_factory=set)
    begins: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _unknown: int = 0

    def add(self, reply: Reply) -> None:
        """Take the lines of a reply."""
        text = self._text(reply)
        if text is None:
            return
        pieces, bad = _pieces(text)
        if bad:
            self._say(reply.name, bad.line, Level.ERROR, f"{bad.reason}. {_PLAIN}")
        elif not any(isinstance(piece, (Named, Given)) for piece in pieces):
            self._say(
                reply.name,
                1,
                Level.ERROR,
                "holds nothing in the form that the prompt asks for: no line with a problem's id "
                "such as '## 3f9c12aa-51b0', and none such as 'ask: ...'",
            )
        self._sort(reply.name, self._whole(reply.name, pieces))

    def _text(self, reply: Reply) -> str | None:
        if len(reply.data) > MOST_BYTES:
            size = f"{MOST_BYTES // 1_000_000} MB"
            self._say(reply.name, 1, Level.ERROR, f"has more than {size}. Is it a reply?")
            return None
        try:
            text = reply.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = reply.data.count(b"\n", 0, error.start) + 1
            self._say(reply.name, line, Level.ERROR, "is not UTF-8. Save it in the encoding UTF-8.")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _whole(self, name: str, pieces: Sequence[Piece]) -> Sequence[Piece]:
        """Return a reply's pieces without a last line that may be half of one.

        A reply that was cut off breaks in its last problem: that has no near misses, and those
        before it do.
        """
        starts = [n for n, piece in enumerate(pieces) if isinstance(piece, Named)]
        if len(starts) < 2:  # nothing to compare with
            return pieces
        parts = [pieces[a:b] for a, b in zip(starts, [*starts[1:], len(pieces)], strict=True)]
        ends = [any(_is(piece, Tag.NEAR) for piece in part) for part in parts]
        if ends[-1] or not all(ends[:-1]) or not isinstance(pieces[-1], Given):
            return pieces
        self._say(
            name,
            pieces[-1].line,
            Level.WARNING,
            "the reply seems to be cut off here: its last line is dropped. Ask for the rest",
            dropped=True,
        )
        return pieces[:-1]

    def _sort(self, name: str, pieces: Sequence[Piece]) -> None:
        """Give each line to its problem."""
        problem: Problem | None = None
        lost: list[int] = []
        why = "stand before any problem's id"
        for piece in pieces:
            if isinstance(piece, Given):
                if problem is None:
                    lost.append(piece.line)
                else:
                    self._give(name, problem, piece)
                continue
            if isinstance(piece, Named) and piece.checksum is None and piece.key not in self.known:
                continue  # eight digits that are no id
            self._lost(name, lost, why)
            lost = []
            problem = self._problem(name, piece) if isinstance(piece, Named) else None
            why = "stand under an unknown id"
            if not isinstance(piece, Named):
                why = f"stand under the heading {piece.text[:60]!r}, which is no problem's id"
        self._lost(name, lost, why)

    def _problem(self, name: str, named: Named) -> Problem | None:
        problem = self.known.get(named.key)
        if problem is None:
            self._say(name, named.line, Level.ERROR, self._no_such(named))
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
            Level.WARNING,
            f"the text of {problem.heading!r} has changed since it was asked about: its drafts are "
            "taken, and it is drafted again next time",
        )
        return problem

    def _no_such(self, named: Named) -> str:
        self._unknown += 1
        near: list[str] = []
        if self._unknown <= _NEAREST_NAMED:
            ids = {problem.id: problem for problem in self.known.values()}
            near = [
                f"{each} ({ids[each].heading})"
                for each in difflib.get_close_matches(named.id, ids, n=1, cutoff=0.75)
            ]
        hint = f"The nearest is {near[0]}" if near else "It may be gone, or its guide is not named"
        return f"no problem has the id {named.id}. {hint}"

    def _give(self, name: str, problem: Problem, given: Given) -> None:
        if given.tag is None:
            self._say(
                name,
                given.line,
                Level.WARNING,
                f"there is no tag {given.name!r} ({_TAG_NAMES})",
                dropped=True,
            )
            return
        if given.tag in (Tag.TITLE, Tag.WORD) and given.text.casefold() in _NOTHING:
            return
        self.given[problem.key].append(_Line(name, given.line, given.tag, given.text))

    def _lost(self, name: str, lines: Sequence[int], why: str) -> None:
        if not lines:
            return
        which = f"lines {lines[0]} to {lines[-1]}" if len(lines) > 1 else f"line {lines[0]}"
        what = why if len(lines) > 1 else why.replace("stand ", "stands ", 1)
        self._say(name, lines[0], Level.WARNING, f"{which} {what}", dropped=True)

    def _say(
        self, name: str, line: int, level: Level, message: str, *, dropped: bool = False
    ) -> None:
        self.findings.append(Finding(name, line, level, message, dropped))


_PLAIN = "Ask for the reply once more, in lines as the prompt says"


class _Checks:
    """What is fit of the lines that were given, all problems seen together."""

    def __init__(self, collection: _Collection, problems: Sequence[Problem]) -> None:
        self.findings: list[Finding] = []
        self.already = 0
        self._collection = collection
        # Editions of a guide have the same names, and may have the same wordings.
        self._asked: dict[str, set[str]] = defaultdict(set)
        for problem in problems:
            drafted = problem.drafts.also_asked if problem.drafts else ()
            for text in (*problem.written, *drafted):
                self._asked[text.casefold()].add(problem.name)
        for key, lines in collection.given.items():
            for line in lines:
                if line.tag is Tag.ASK:
                    self._asked[line.text.casefold()].add(collection.known[key].name)

    def drafted(self, problem: Problem) -> Drafted:
        """Return what was drafted for a problem, without what it has already."""
        lines = self._collection.given[problem.key]
        current = problem.key in self._collection.current
        kept = kept_drafts(problem, current=current)
        taken: dict[Tag, dict[str, str]] = {tag: {} for tag in Tag}
        had = {
            Tag.ASK: {text.casefold() for text in kept[0]},
            Tag.WORD: {text.casefold() for text in kept[1]},
        }
        for line in lines:
            text = line.text.casefold()
            if text in had.get(line.tag, ()):
                self.already += 1
            elif fault := self._fault(problem, line, taken, len(had.get(line.tag, ()))):
                shown = f" ({line.text[:60]!r})" if line.text else ""
                message = f"{line.tag.value}: {fault}{shown}"
                self.findings.append(
                    Finding(line.file, line.line, Level.WARNING, message, dropped=True)
                )
            else:
                taken[line.tag][text] = line.text
        if not any(line.tag is Tag.ASK for line in lines):
            file, number = self._collection.ids.get(problem.key, ("", 1))
            message = f"no wording for {problem.heading!r} came with its id"
            self.findings.append(Finding(file, number, Level.WARNING, message))
        return Drafted(
            also_asked=tuple(taken[Tag.ASK].values()),
            keywords=tuple(taken[Tag.WORD].values()),
            title=next(iter(taken[Tag.TITLE].values()), None),
            golden=tuple(taken[Tag.GOLDEN].values()),
            near=tuple(taken[Tag.NEAR].values()),
            problem=problem.checksum if current else self._former(problem),
            current=current,
        )

    def _former(self, problem: Problem) -> str | None:
        """Return the checksum that the text had, if the drafts of before tell."""
        begins = self._collection.begins.get(problem.key)
        before = problem.drafts.problem if problem.drafts else None
        return before if begins and before and before.startswith(begins) else None

    def _fault(
        self, problem: Problem, line: _Line, taken: Mapping[Tag, Mapping[str, str]], had: int
    ) -> str | None:
        if fault := fault_of(line.text):
            return fault
        text = line.text.casefold()
        return next(self._misplaced(problem, line.tag, text, taken, had), None)

    def _misplaced(
        self,
        problem: Problem,
        tag: Tag,
        text: str,
        taken: Mapping[Tag, Mapping[str, str]],
        had: int,
    ) -> Iterator[str]:
        """Yield what is wrong with a text that would be good elsewhere."""
        if text in taken[tag]:
            yield "the reply has it twice"
        if tag is Tag.TITLE:
            if not problem.wants_title:
                yield f"the heading {problem.heading!r} says what it is about"
            if taken[tag]:
                yield "there is one already"
            return
        if tag in (Tag.ASK, Tag.WORD):
            if text in problem.headings:
                yield "is the heading itself, which is searched anyway"
            written = problem.written if tag is Tag.ASK else problem.keywords
            if text in {each.casefold() for each in written}:
                yield "the docs team has written it already"
        if tag is Tag.ASK and len(self._asked[text]) > 1:
            names = ", ".join(sorted(self._asked[text] - {problem.name}))
            yield f"is a wording of {names}, too, so it tells neither apart"
        if tag in (Tag.GOLDEN, Tag.NEAR) and self._asked.get(text):
            yield "is a wording, so asking it would show nothing"
        if tag is Tag.NEAR and text in taken[Tag.GOLDEN]:
            yield "is among the questions that it answers"
        if had + len(taken[tag]) >= MOST_WORDINGS:
            yield f"{MOST_WORDINGS} are enough for a problem"


def kept_drafts(problem: Problem, *, current: bool) -> tuple[Sequence[str], Sequence[str]]:
    """Return the drafted wordings and keywords that stay when others come.

    Drafts for a former text make room for those for the `current` one.
    """
    drafts = problem.drafts
    if drafts is None or (current and drafts.problem != problem.checksum):
        return (), ()
    return drafts.also_asked, drafts.keywords


def read_reply_file(path: Path) -> Reply:
    """Return a reply in a file, but not more of it than would be read; raises OSError."""
    with path.open("rb") as file:
        return Reply(str(path), file.read(MOST_BYTES + 1))


def _pieces(text: str) -> tuple[Sequence[Piece], BadJson | None]:
    pieces = pieces_of(text)
    kinds = {type(piece) for piece in pieces}
    if {Named, Given} <= kinds:
        return pieces, None
    found = json_pieces(text)
    if isinstance(found, BadJson):
        # Prose with a bracket in it is no JSON that went wrong.
        return pieces, found if '"' in text and Given not in kinds else None
    return found or pieces, None


def _is(piece: Piece, tag: Tag) -> bool:
    return isinstance(piece, Given) and piece.tag is tag

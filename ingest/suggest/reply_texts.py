"""Sorts the texts of replies by the problem that they are for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.suggest.drafted import LineTag
from ingest.suggest.findings import ReplyFinding, Severity
from ingest.suggest.problems import ProblemToWord
from ingest.suggest.reply_file import MAX_BYTES, ReplyFile
from ingest.suggest.reply_json import BadJson, json_in
from ingest.suggest.reply_lines import Given, Piece, ProblemLine, own_text, pieces_of

# For how many unknown ids the nearest is looked up, and how near it must be (difflib's ratio);
# chosen by hand.
_NEAREST_NAMED = 20
_NEAR = 0.75
_NOTHING = ("none", "(none)", "n/a", "なし")
_COMMA = re.compile(r"\s*[,，、;；]\s*")
_TAG_NAMES = ", ".join(tag.value for tag in LineTag)


@dataclass(frozen=True)
class TaggedText:
    """A text that a reply gives, with its file, its line, and what it is for."""

    file: str
    line: int
    tag: LineTag
    text: str


@dataclass
class ReplyTexts:
    """The texts of all replies, by the keys of their problems.

    `known` are the problems that may be named. `given` are the texts; `sources` and `ids` say which
    reply first gave a problem, and in which line. Problems in `current` have not changed since
    their prompt was made; for the others, `begins` is how their checksums began then.
    """

    known: Mapping[str, ProblemToWord]
    given: dict[str, list[TaggedText]] = field(default_factory=dict)
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
        for text in texts_in(given.tag, given.text):
            if given.tag not in (LineTag.TITLE, LineTag.WORD) or text.casefold() not in _NOTHING:
                self.given[problem.key].append(TaggedText(name, given.line, given.tag, text))

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


def texts_in(tag: LineTag, text: str) -> list[str]:
    """Return the texts in a line: keywords may be a comma-separated list."""
    return (
        [each for each in _COMMA.split(text) if each] or [text] if tag is LineTag.WORD else [text]
    )


def _is_reply_gone_wrong(bad: BadJson, text: str, pieces: Sequence[Piece]) -> bool:
    """Whether unparsable JSON was meant as a reply; prose with a bracket in it is not."""
    has_lines = any(isinstance(piece, Given) for piece in pieces)
    return bad.has_ids or ('"' in text and not has_lines)


def _is_prose(piece: Piece) -> bool:
    """Whether a line only looks tagged: "Here it is:" above JSON."""
    return isinstance(piece, Given) and piece.tag is None


def _is(piece: Piece, tag: LineTag) -> bool:
    return isinstance(piece, Given) and piece.tag is tag

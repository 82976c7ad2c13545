"""Reads replies to prompts into drafts for each problem, keeping what is usable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.suggest.draft_checks import DraftChecks
from ingest.suggest.drafted import Drafted, LineTag
from ingest.suggest.findings import ReplyFinding
from ingest.suggest.problems import ProblemToWord
from ingest.suggest.reply_file import ReplyFile
from ingest.suggest.reply_texts import ReplyTexts, TaggedText, texts_in


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
    collected = ReplyTexts(known)
    for reply in replies:
        collected.add(reply)
    checks = DraftChecks(collected, problems)
    drafted = {key: checks.drafted(known[key]) for key in collected.given}
    order = {reply.name: number for number, reply in enumerate(replies)}
    findings = sorted(
        [*collected.findings, *checks.findings], key=lambda each: (order[each.file], each.line)
    )
    return ReadReplies(drafted, collected.sources, findings, checks.already, checks.few)


def check_texts(
    problem: ProblemToWord,
    texts: Mapping[LineTag, Sequence[str]],
    name: str,
    problems: Sequence[ProblemToWord],
) -> ReadReplies:
    """Return the usable texts of one problem; the texts' numbers serve as line numbers."""
    collected = ReplyTexts({problem.key: problem})
    collected.sources[problem.key] = name
    collected.current.add(problem.key)
    rows = [
        (tag, each) for tag, some in texts.items() for text in some for each in texts_in(tag, text)
    ]
    collected.given[problem.key] = [
        TaggedText(name, number, tag, text) for number, (tag, text) in enumerate(rows, 1)
    ]
    checks = DraftChecks(collected, problems)
    drafted = {problem.key: checks.drafted(problem)}
    return ReadReplies(drafted, collected.sources, checks.findings, checks.already, checks.few)

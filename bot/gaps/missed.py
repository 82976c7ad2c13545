"""The questions that people got no answer to, anonymised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from bot.memory.anonymise import anonymise
from bot.memory.history import Asked
from bot.question import Surface
from kb.model import Decision, Frozen

# Someone who asks again within half an hour and is answered has not given up.
_ASKED_AGAIN_SECONDS = 1800.0


class Reason(StrEnum):
    """Why a question counts as missed."""

    NOT_COVERED = "not covered"
    LOW_RATED = "low-rated"
    ABANDONED = "abandoned"
    """The bot offered a choice, and the asker neither chose nor asked again."""
    ESCALATED = "escalated"


class Missed(Frozen):
    """A missed question. `id` is the one in the log; it reveals nothing about the person."""

    id: str
    text: str
    language: str
    at: float
    reasons: tuple[Reason, ...]
    section: str | None


def missed(asked: Sequence[Asked]) -> list[Missed]:
    """Return the missed ones among the questions asked, in the same order."""
    found = []
    for number, each in enumerate(asked):
        text = anonymise(each.text)
        reasons = tuple(_reasons(each, asked[number + 1 :]))
        if text and reasons:
            found.append(
                Missed(
                    id=each.place.id,
                    text=text,
                    language=each.language,
                    at=each.at,
                    reasons=reasons,
                    section=each.section,
                )
            )
    return found


def _reasons(each: Asked, later: Sequence[Asked]) -> Iterator[Reason]:
    # In auto-answer channels people mostly talk to each other.
    spoken_to = each.surface != Surface.AUTO
    if each.decision == Decision.NOT_COVERED.value and spoken_to:
        yield Reason.NOT_COVERED
    if each.bad > each.good:
        yield Reason.LOW_RATED
    if each.decision == Decision.CHOOSE.value and spoken_to and not _asked_again(each, later):
        yield Reason.ABANDONED
    if each.escalated:
        yield Reason.ESCALATED


def _asked_again(each: Asked, later: Sequence[Asked]) -> bool:
    for other in later:
        if other.at > each.at + _ASKED_AGAIN_SECONDS:
            return False
        same = (other.user, other.place.channel, other.place.thread_ts)
        if same == (each.user, each.place.channel, each.place.thread_ts):
            if other.decision == Decision.ANSWER.value:
                return True
    return False

"""Finds all secrets in a text, with every finder."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain

from kb.question.secrets.addresses import find_in_addresses
from kb.question.secrets.cards import find_cards
from kb.question.secrets.flags import find_behind_flags
from kb.question.secrets.named import find_named
from kb.question.secrets.plain import plain
from kb.question.secrets.private_keys import find_private_keys
from kb.question.secrets.public import public_spans
from kb.question.secrets.sentences import find_in_sentences
from kb.question.secrets.span import SecretSpan
from kb.question.secrets.tokens import find_bare_keys, find_tokens

# The most specific come first: of equal spans, the first one names the kind.
_FINDERS = (
    find_private_keys,
    find_tokens,
    find_bare_keys,
    find_in_addresses,
    find_cards,
    find_behind_flags,
    find_named,
    find_in_sentences,
)


def find_secrets(text: str) -> list[SecretSpan]:
    """Return the spans of secrets in a text with their kinds, in order, without overlaps."""
    read = plain(text)
    harmless = sorted(public_spans(read.text))
    found = chain.from_iterable(find(read.text) for find in _FINDERS)
    spans = [
        SecretSpan(*read.written(start, end), kind)
        for start, end, kind in found
        if end > start and not _within(start, end, harmless)
    ]
    return _apart(sorted(spans, key=lambda span: (span.start, -span.end)))


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a span starts or ends inside one of `spans`, or equals one."""
    for place in (start, end):
        at = bisect_right(spans, (place, 0)) - 1
        if at >= 0 and (place < spans[at][1] or (start, end) == spans[at]):
            return True
    return False


def _apart(spans: Sequence[SecretSpan]) -> list[SecretSpan]:
    """Return the spans with overlapping ones merged, keeping the first one's kind."""
    found: list[SecretSpan] = []
    for span in spans:
        if found and span.start < found[-1].end:
            first = found[-1]
            found[-1] = SecretSpan(first.start, max(first.end, span.end), first.kind)
        else:
            found.append(span)
    return found

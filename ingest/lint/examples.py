"""Real secrets and account ids where there should be examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.lint.finding import Finding
from ingest.lint.page import Page
from ingest.lint_options import Rule
from kb.question.secrets.find import find_secrets

# Parts of addresses and ARNs are names, some as long as a key; one with "@" may hold a password.
_ADDRESS = re.compile(r"https?://[^\s)@?]+(?!\S*@)|(?<=\]\()[^\s)@?]+|arn:[^\s\"']+")
_EXAMPLE = re.compile(r"[\w/+=%-]*EXAMPLE[\w/+=%-]*")

_ACCOUNT = re.compile(r"(?<![\w.-])(?:\d{12}|\d{4}-\d{4}-\d{4})(?![\w.-]|:\d)")
# Elsewhere, twelve digits can be a time or a quantity.
_SAYS_ACCOUNT = re.compile(r"account|arn:|アカウント|userId|principal", re.IGNORECASE)
# Nobody's: AWS's documentation uses them as examples, or they are obviously made up.
_MADE_UP = re.compile(r"(\d)\1{3}(\d)\2{3}(\d)\3{3}|(\d{3})\4{3}|(\d{4})\5{2}|(\d{6})\6")
_SEQUENCES = ("1234567890123", "0987654321098", "2109876543210", "0123456789012")


def secrets(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield lines that contain a key, a token or a password."""
    for page in pages:
        for line, kind in _secrets(page.document.markdown):
            yield Finding(
                rule=Rule.SECRET,
                file=page.source,
                line=page.document.source_line(line),
                reason=f"looks like a real {kind}: use one that ends with EXAMPLE, and treat "
                "this one as leaked",
            )


def account_ids(pages: Sequence[Page]) -> Iterator[Finding]:
    """Yield account ids that are not documented examples, each once per page."""
    for page in pages:
        seen: set[str] = set()
        for number, line in enumerate(page.document.markdown.split("\n")):
            if not _SAYS_ACCOUNT.search(line):
                continue
            for found in _ACCOUNT.findall(line):
                if found in seen or _is_example(found.replace("-", "")):
                    continue
                seen.add(found)
                yield Finding(
                    rule=Rule.ACCOUNT_ID,
                    file=page.source,
                    line=page.document.source_line(number),
                    reason=f"{found} may be a real account: use 123456789012 or 111122223333",
                )


def _is_example(id: str) -> bool:
    return bool(_MADE_UP.fullmatch(id)) or any(id in sequence for sequence in _SEQUENCES)


def _secrets(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield the lines (0-based) where secrets begin, with each secret's kind, each once."""
    text = _EXAMPLE.sub("", _ADDRESS.sub("", markdown))
    line = at = 0
    seen: set[tuple[int, str]] = set()
    for span in find_secrets(text):
        line += text.count("\n", at, span.start)
        at = span.start
        if (line, span.kind) not in seen:
            seen.add((line, span.kind))
            yield line, span.kind

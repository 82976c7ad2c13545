"""Finds private keys in the formats that tools write, also if partly cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.span import SecretSpan

_KIND = "private key"
_DASHES = "[-–—]{1,5}"
_BEGIN = re.compile(
    rf"(?:{_DASHES} ?)?BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?(?: ?{_DASHES})?"
)
_END = re.compile(rf"(?:{_DASHES} ?)?END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)?(?: ?{_DASHES})?")
_PUTTY = re.compile(r"PuTTY-User-Key-File-\d: ")
_PUTTY_END = re.compile(r"Private-MAC: [0-9a-fA-F]+")
# The lines of a key, with real line breaks or \n as in a string.
_BODY = re.compile(
    r"(?:\s|\\[nr]|[\"'`+>|]\s*|[A-Za-z0-9+/=]{24,}+|[A-Za-z0-9+/=]+(?=\s*(?:\n|$|\\n|-))"
    r"|(?:Proc-Type|DEK-Info|Comment|Version|Key|Subject|Hash): ?[^\n\\]{0,200})*+"
    r"-{0,5}(?: ?END?[A-Z ]{0,40}-{0,5})?"
)
# With less than this, it is a question about keys rather than a key.
_SOME = re.compile(r"[A-Za-z0-9+/=]{12}")
_LINE_BEFORE = re.compile(r"[\s\"'`>|]*[A-Za-z0-9+/=]{1,100}(?:\\n|[\s\"'`+])*$")
_JWK = re.compile(r"\"(?:d|p|q|dp|dq|qi|k)\"\s{0,3}:\s{0,3}\"([\w-]{16,}+)\"")
_XML_KEY = re.compile(r"<(D|P|Q|DP|DQ|InverseQ)>([A-Za-z0-9+/=\s]{8,1000})</\1>")
_WIREGUARD = re.compile(r"(?i)\b(?:PrivateKey|PresharedKey)\s{0,3}=\s{0,3}([A-Za-z0-9+/]{43}=)")
# Longer than any private key.
_MAX_LINES = 200


def find_private_keys(text: str) -> Iterator[SecretSpan]:
    """Yield private keys, also those whose start or end is missing."""
    if "PRIVATE KEY" in text:
        yield from _blocks(text)
    if "PuTTY-User-Key" in text:
        for match in _PUTTY.finditer(text):
            end = _PUTTY_END.search(text, match.end())
            yield SecretSpan(match.start(), end.end() if end else len(text), _KIND)
    if '"kty"' in text:
        yield from (SecretSpan(*match.span(1), _KIND) for match in _JWK.finditer(text))
    if "<RSAKeyValue>" in text or "<Modulus>" in text:
        yield from (SecretSpan(*match.span(2), _KIND) for match in _XML_KEY.finditer(text))
    if "Key" in text or "key" in text:
        yield from (SecretSpan(*match.span(1), _KIND) for match in _WIREGUARD.finditer(text))


def _blocks(text: str) -> Iterator[SecretSpan]:
    ends = [match.span() for match in _END.finditer(text)]
    begins = [match.span() for match in _BEGIN.finditer(text)]
    used = 0
    for number, (start, after) in enumerate(begins):
        limit = begins[number + 1][0] if number + 1 < len(begins) else len(text)
        while used < len(ends) and ends[used][0] < after:
            yield from _end_of_key(text, *ends[used])
            used += 1
        if used < len(ends) and ends[used][0] < limit:
            yield SecretSpan(start, ends[used][1], _KIND)
            used += 1
        else:
            body = _BODY.match(text, after, limit)
            if body and _SOME.search(body[0]):
                yield SecretSpan(start, after + len(body[0].rstrip()), _KIND)
    for start, end in ends[used:]:
        yield from _end_of_key(text, start, end)


def _end_of_key(text: str, start: int, end: int) -> Iterator[SecretSpan]:
    """Yield the rest of a key whose start is missing."""
    first = _lines_before(text, start)
    if _SOME.search(text[first:start]):
        yield SecretSpan(first, end, _KIND)


def _lines_before(text: str, end: int) -> int:
    """Return where the lines start of a key that lacks its first line."""
    at = end
    for _ in range(_MAX_LINES):
        window = max(0, at - 120)
        line = _LINE_BEFORE.search(text[window:at])
        if not line or not line[0].strip() or (at == end and len(line[0].strip()) < 4):
            break
        at = window + line.start()
    return at + len(text[at:end]) - len(text[at:end].lstrip())

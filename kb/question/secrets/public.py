"""Finds what looks like a secret but isn't: public keys, data URLs, checksums, identifiers.

Also the labels of secrets that were redacted before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.question.secrets.table import all_kinds, public_shapes

_DATA = re.compile(r"data:[\w.+/-]{1,60}(?:;[\w=-]{1,30}){0,3},[A-Za-z0-9+/=%_-]*+")
_SSH_KEY = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w{1,20}|sk-\S{1,40}openssh\.com) AAAA[A-Za-z0-9+/=]*+"
)
_PUBLIC_BLOCK = re.compile(
    r"-----BEGIN (?P<what>[A-Z0-9 ]{0,30}"
    r"(?:PUBLIC KEY(?: BLOCK)?|CERTIFICATE(?: REQUEST)?|SIGNATURE|MESSAGE|X509 CRL))-----"
)
_IN_BRACKETS = re.compile(r"\[[A-Za-z0-9][\w .&-]{1,40}\]")
_SUM = re.compile(r"(?:sha\d{1,3}|SHA\d{3}|md5|MD5)[-:=][A-Za-z0-9+/=_-]{16,}+")


def public_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of text that need not be hidden."""
    for pattern, has in ((_DATA, "data:"), (_SSH_KEY, " AAAA"), *public_shapes()):
        if has in text:
            yield from (match.span() for match in pattern.finditer(text))
    yield from (match.span() for match in _SUM.finditer(text))
    kinds = all_kinds()
    for match in _IN_BRACKETS.finditer(text):
        if match[0][1:-1] in kinds:
            yield match.span()
    if "-----BEGIN " in text:
        last = 0
        for match in _PUBLIC_BLOCK.finditer(text):
            if match.start() >= last:
                end = text.find(f"-----END {match['what']}-----", match.end())
                last = end if end >= 0 else match.end()
                yield match.start(), last

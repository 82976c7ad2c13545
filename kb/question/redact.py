"""Takes secrets out of what people paste, before anything else sees it.

The patterns of keys and tokens are those of detect-secrets (https://github.com/Yelp/detect-secrets).
It looks for AWS secret keys by the words before them; people paste them bare, beside the key id
or alone, so those are looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kb.model import CleanText

if TYPE_CHECKING:
    from detect_secrets.plugins.base import RegexBasedDetector

AWS_KEY = "AWS access key"
AWS_SECRET = "AWS secret key"
PRIVATE_KEY = "private key"

# Without anything of the kind there is no secret to look for.
_LONG = re.compile(r"[^\s\"'`<>]{16,}|-----BEGIN")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)",
    re.DOTALL,
)
_ACCESS_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_SECRET_KEY = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_SESSION_TOKEN = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{100,}={0,2}(?![A-Za-z0-9/+=])")
# The keys that Amazon's documentation shows are nobody's.
_EXAMPLE = re.compile(r"EXAMPLE(?:KEY)?$")
_KINDS = {
    "AWS Access Key": AWS_KEY,
    "Slack Token": "Slack token",
    "GitHub Token": "GitHub token",
    "GitLab Token": "GitLab token",
    "JSON Web Token": "web token",
    "Basic Auth Credentials": "password in a web address",
}


# The time that the patterns take grows with the square of a text's length.
_LONGEST = 10_000


def redact(text: str) -> CleanText:
    """Return a text with every secret in it replaced by what it was, such as [AWS secret key].

    Half characters go, too, and of a text that is too long to ask only the beginning stays.
    """
    text = _legible(text)
    spans = _spans(text)
    kept: list[str] = []
    at = 0
    for start, end, kind in spans:
        kept += [text[at:start], f"[{kind}]"]
        at = end
    clean = CleanText("".join([*kept, text[at:]]))
    clean.secrets = tuple(dict.fromkeys(kind for _, _, kind in spans))
    return clean


def secret_kinds(text: str) -> tuple[str, ...]:
    """Return what kinds of secrets a text holds, each once."""
    return tuple(dict.fromkeys(kind for _, _, kind in _spans(text)))


def _legible(text: str) -> str:
    """Return a text without half characters, and only its beginning if it is too long to ask.

    No word is cut in two, so that no half of a secret is left that nothing tells from a word.
    """
    # Half a character, as a terminal or JSON may pass it on, is more than libraries bear.
    whole = text[: _LONGEST + 1].encode("utf-8", "replace").decode("utf-8")
    if len(text) <= _LONGEST:
        return whole
    words = whole.rsplit(maxsplit=1)
    return words[0] if len(words) > 1 else whole[:-1]


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Return where secrets begin and end, and of what kind they are, in order and apart."""
    if not _LONG.search(text):
        return []
    return _apart(sorted(_secrets(text), key=lambda span: (span[0], -span[1])))


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where secrets begin and end, and of what kind they are; they may overlap."""
    for match in _PRIVATE_KEY.finditer(text):
        yield *match.span(), PRIVATE_KEY
    for pattern, kind in (
        (_ACCESS_KEY_ID, AWS_KEY),
        (_SECRET_KEY, AWS_SECRET),
        (_SESSION_TOKEN, "session token"),
    ):
        for match in pattern.finditer(text):
            if not _EXAMPLE.search(match[0]) and (kind != AWS_SECRET or _is_random(match[0])):
                yield *match.span(), kind
    for detector in _detectors():
        kind = _KINDS.get(detector.secret_type, detector.secret_type.lower())
        for pattern in detector.denylist:
            for match in pattern.finditer(text):
                span = _within(match)
                if not _EXAMPLE.search(text[slice(*span)]):
                    yield *span, kind


def _within(match: re.Match[str]) -> tuple[int, int]:
    """Return where the secret is: the group, if words that point to it stand before it.

    A group that the match begins with is only the secret's prefix, such as "ghp".
    """
    for number in range(1, (match.lastindex or 0) + 1):
        start, end = match.span(number)
        if start > match.start() and end > start:
            return start, end
    return match.span()


def _is_random(text: str) -> bool:
    """Whether 40 characters are a key rather than a path, a hash or a word."""
    kinds = [any(test(c) for c in text) for test in (str.isupper, str.islower, str.isdigit)]
    return all(kinds) and len(set(text)) >= 18


def _apart(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return the spans with those that overlap made one, of the kind of the first."""
    found: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        if found and start < found[-1][1]:
            first, last, first_kind = found[-1]
            found[-1] = (first, max(last, end), first_kind)
        else:
            found.append((start, end, kind))
    return found


@cache
def _detectors() -> Sequence[RegexBasedDetector]:
    # It brings the requests library with it, so only when there is something to look at.
    from detect_secrets.plugins.aws import AWSKeyDetector
    from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
    from detect_secrets.plugins.basic_auth import BasicAuthDetector
    from detect_secrets.plugins.discord import DiscordBotTokenDetector
    from detect_secrets.plugins.github_token import GitHubTokenDetector
    from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
    from detect_secrets.plugins.jwt import JwtTokenDetector
    from detect_secrets.plugins.mailchimp import MailchimpDetector
    from detect_secrets.plugins.npm import NpmDetector
    from detect_secrets.plugins.openai import OpenAIDetector
    from detect_secrets.plugins.pypi_token import PypiTokenDetector
    from detect_secrets.plugins.sendgrid import SendGridDetector
    from detect_secrets.plugins.slack import SlackDetector
    from detect_secrets.plugins.square_oauth import SquareOAuthDetector
    from detect_secrets.plugins.stripe import StripeDetector
    from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
    from detect_secrets.plugins.twilio import TwilioKeyDetector

    return (
        AWSKeyDetector(),
        AzureStorageKeyDetector(),
        BasicAuthDetector(),
        DiscordBotTokenDetector(),
        GitHubTokenDetector(),
        GitLabTokenDetector(),
        JwtTokenDetector(),
        MailchimpDetector(),
        NpmDetector(),
        OpenAIDetector(),
        PypiTokenDetector(),
        SendGridDetector(),
        SlackDetector(),
        SquareOAuthDetector(),
        StripeDetector(),
        TelegramBotTokenDetector(),
        TwilioKeyDetector(),
    )

"""Drafts a section from a human's answer to a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.gaps.missed import Missed
from bot.limits import PAGE_SIZE
from bot.memory.anonymise import anonymise
from bot.memory.escalations import Escalation
from bot.question import plain_text
from bot.slack.errors import CONNECTION_ERRORS
from bot.slack.retries import with_retries
from kb.errors import GuidebotError
from kb.text.yaml_edit import EditableYaml

_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&])")
_LINE_START = re.compile(r"^(\s*)(#+|>|\+|=+|-(?=-)|\d+(?=\)))", re.MULTILINE)
_BULLET = re.compile(r"^(\s*)[•◦]\s*", re.MULTILINE)


class DraftError(GuidebotError):
    """There is nothing to draft from."""


def human_replies(client: WebClient, escalation: Escalation) -> list[str]:
    """Return people's replies to an escalated question, as Slack formats them.

    Raises DraftError if Slack refuses, or nobody has replied.
    """
    if not escalation.to_ts:
        raise DraftError("The question has not been passed on to a human yet.")
    channel, ts = escalation.to_channel, escalation.to_ts
    try:
        pages = with_retries(
            lambda: list(client.conversations_replies(channel=channel, ts=ts, limit=PAGE_SIZE))
        )
    except SlackApiError as error:
        raise DraftError(
            f"Slack does not show the thread in {channel}: {error.response.get('error')} "
            "(guidebot doctor shows the bot's permissions)."
        ) from error
    except CONNECTION_ERRORS as error:
        raise DraftError(f"Slack cannot be reached: {error}") from error
    messages = [message for page in pages for message in page.get("messages") or []]
    found = [
        str(message.get("text") or "")
        for message in messages
        if message.get("ts") != ts
        and message.get("user")
        and not message.get("bot_id")
        and not message.get("subtype")
    ]
    if not any(text.strip() for text in found):
        raise DraftError(f"Nobody has replied to the question in {channel} yet.")
    return found


def draft_section(question: Missed, replies: list[str]) -> str:
    """Return a Markdown file with one section: the question as its heading, and the replies.

    Secrets, member ids and e-mail addresses are removed; everything except code is escaped.
    """
    front = EditableYaml("")
    front.value["language"] = question.language
    front.value["also_asked"] = [question.text]
    words = "\n\n".join(_markdown(reply) for reply in replies if reply.strip())
    return (
        f"---\n{front.text()}---\n\n## {_escaped(question.text)}\n\n"
        f"> **Draft.** A colleague's answer to the question {question.id}, word for word. "
        "Check it, turn it into steps, and delete this note.\n\n"
        f"{words}\n"
    )


def _markdown(reply: str) -> str:
    return "".join(_parts(plain_text(reply))).strip()


def _parts(text: str) -> Iterator[str]:
    at = 0
    for match in _CODE.finditer(text):
        yield _words(text[at : match.start()])
        block, inline = match.groups()
        yield f"\n\n```\n{_lines(block)}\n```\n\n" if inline is None else f"`{anonymise(inline)}`"
        at = match.end()
    yield _words(text[at:])


def _words(text: str) -> str:
    escaped = _LINE_START.sub(r"\1\\\2", _escaped(_lines(text)))
    return _BULLET.sub(r"\1- ", escaped)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _lines(text: str) -> str:
    """Anonymise each line, keeping its leading and trailing space."""
    kept = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        end = line[len(line.rstrip()) :] if line.strip() else ""
        kept.append(indent + anonymise(line) + end)
    return "\n".join(kept)

"""Slack's message events as questions."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.actor import Actor
from kb.model import Audience, CleanText
from kb.question.redact import redact

# Subtypes of messages written by a person; edits, joins and so on have others.
_WRITTEN = {None, "file_share", "me_message", "thread_broadcast"}
# https://docs.slack.dev/messaging/formatting-message-text: <@U1>, <#C1|name>, <url|label>
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")

COMMAND_TS = "command:"
"""Prefix of the `ts` of a question asked by a command, which has no message."""


class Surface(StrEnum):
    """Where in Slack a question was asked, and what that implies."""

    MESSAGE = "message"
    DIRECT = "dm"
    MENTION = "mention"
    THREAD = "thread"
    AUTO = "auto"
    COMMAND = "command"
    SHORTCUT = "shortcut"
    ELSEWHERE = "elsewhere"
    """A shortcut in a conversation that the bot is not a member of."""

    @property
    def unasked(self) -> bool:
        """Whether the bot was not addressed, so that it may stay silent."""
        return self in (Surface.THREAD, Surface.AUTO)

    @property
    def has_message(self) -> bool:
        """Whether the bot can see the question's message, and so reply to it.

        If not, only the asker sees the answer.
        """
        return self not in (Surface.COMMAND, Surface.ELSEWHERE)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a question is, and where its answer goes.

    `ts` identifies the message in its channel; the answer goes into the thread `thread_ts`, or
    into the conversation itself if there is none.
    """

    channel: str
    ts: str
    thread_ts: str | None = None

    @property
    def id(self) -> str:
        """The question's id in logs and apologies: short, and stable across restarts."""
        return hashlib.sha256(f"{self.channel} {self.ts}".encode()).hexdigest()[:8]

    @property
    def audience(self) -> Audience:
        """Who sees the answer."""
        return Audience(self.channel)

    @property
    def is_command(self) -> bool:
        """Whether a command asked it, so that it has no message."""
        return self.ts.startswith(COMMAND_TS)


@dataclass(frozen=True, kw_only=True)
class Question(Place):
    """A message that may want an answer, and who wrote it.

    `surface` is where in Slack it was asked, `team` the workspace the bot is installed in, and
    `home` the person's own workspace, if Slack reports it.
    """

    user: str
    text: CleanText
    surface: Surface = Surface.MESSAGE
    team: str | None = None
    home: str | None = None

    @property
    def actor(self) -> Actor:
        """Who asks, and where."""
        return Actor(user=self.user, channel=self.channel, team=self.team, home=self.home)


def direct_message(event: Mapping[str, Any]) -> Question | None:
    """Return the question in a `message` event of a direct message, if a person wrote it."""
    if event.get("channel_type") != "im" or not _is_written(event):
        return None
    # In the agent view, the message that starts a conversation is the root of its thread.
    return _question(event, event.get("thread_ts") or event["ts"], Surface.DIRECT)


def mention(event: Mapping[str, Any]) -> Question | None:
    """Return the question in an `app_mention` event, if a person wrote it."""
    if not _is_written(event):
        return None
    return _question(event, event.get("thread_ts") or event["ts"], Surface.MENTION)


def thread_reply(event: Mapping[str, Any]) -> Question | None:
    """Return what a person wrote in a channel thread; its text may be empty, as with a picture."""
    thread = event.get("thread_ts")
    if event.get("channel_type") == "im" or not thread or thread == event.get("ts"):
        return None
    return _question(event, thread, Surface.THREAD) if _is_written(event) else None


def mentions_anyone(event: Mapping[str, Any]) -> bool:
    """Whether a message mentions anyone."""
    return bool(re.search(r"<@[UW]", str(event.get("text") or "")))


def mentions_user(event: Mapping[str, Any], user: str) -> bool:
    """Whether a message mentions a person or an app."""
    return f"<@{user}>" in str(event.get("text") or "")


def channel_message(event: Mapping[str, Any]) -> Question | None:
    """Return the question in a top-level channel message, if a person wrote it.

    None if it mentions someone, since it is then for them.
    """
    thread = event.get("thread_ts")
    if event.get("channel_type") == "im" or (thread and thread != event.get("ts")):
        return None
    if not _is_written(event) or mentions_anyone(event):
        return None
    question = _question(event, event["ts"], Surface.AUTO)
    return question if question.text else None


def plain_text(text: str) -> CleanText:
    """Return a message's text as people see it, without mentions and secrets."""

    def shown(match: re.Match[str]) -> str:
        kind, target, label = match.groups()
        if kind in ("@", "!"):
            return " "
        if kind == "#":
            return f"#{label or target}"
        return label or target

    words = html.unescape(_REFERENCE.sub(shown, text))
    return redact(re.sub(r"[^\S\n]+", " ", words).strip())


def text_of(message: Mapping[str, Any]) -> CleanText:
    """Return a message's text as people see it, without mentions and secrets.

    Workflows, alerts and forwarded messages have their text in blocks and attachments.
    """
    text = str(message.get("text") or "")
    # What people type is repeated in blocks; what apps post may be only there.
    if not text or message.get("bot_id"):
        text = "\n".join([text, *(t for t in _texts(message.get("blocks")) if t not in text)])
    below = []
    for attachment in message.get("attachments") or []:
        shared = attachment.get("is_share") or attachment.get("is_msg_unfurl")
        # A link preview was not written by anyone here.
        if shared or not (attachment.get("from_url") or attachment.get("original_url")):
            below += list(_attached(attachment))
    return plain_text("\n".join([text, *below]))


def _attached(attachment: Mapping[str, Any]) -> Iterator[str]:
    parts = [attachment.get(name) for name in ("pretext", "title", "text")]
    for field in attachment.get("fields") or []:
        parts += [field.get("title"), field.get("value")]
    found = [str(part) for part in parts if part]
    found = found or [str(attachment.get("fallback") or "")]
    yield from found if any(found) else _texts(attachment.get("blocks"))
    for one in attachment.get("message_blocks") or [] if not any(found) else []:
        yield from _texts((one.get("message") or {}).get("blocks"))


def _texts(value: object) -> Iterator[str]:
    """Yield the text in blocks, one line per section."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        if value.get("type") in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
            inline = (_inline(each) for each in value.get("elements") or [])
            yield "".join(inline)
        elif isinstance(value.get("text"), str) and value.get("type") != "button":
            yield value["text"]
        elif value.get("type") != "button":
            for name in ("text", "fields", "elements", "rows"):
                yield from _texts(value.get(name))


def _inline(element: Mapping[str, Any]) -> str:
    return str(element.get("text") or element.get("url") or "")


def _is_written(event: Mapping[str, Any]) -> bool:
    return (
        event.get("subtype") in _WRITTEN
        and not event.get("bot_id")
        and bool(event.get("user"))
        and not event.get("hidden")
    )


def _question(event: Mapping[str, Any], thread_ts: str | None, surface: Surface) -> Question:
    return Question(
        channel=event["channel"],
        ts=event["ts"],
        user=event["user"],
        text=text_of(event),
        thread_ts=thread_ts,
        surface=surface,
    )

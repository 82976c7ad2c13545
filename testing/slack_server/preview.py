"""Messages and views as a page that looks like Slack, so that a person can judge them by eye."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files

from jinja2 import Environment, Template

from .render import unescape
from .workspace import Json

_TOKYO = timezone(timedelta(hours=9))
_REFERENCE = re.compile(r"<([^<>\n]+)>")
_MENTIONS = {"@": ("user", "user_id"), "#": ("channel", "channel_id")}


def conversation(
    title: str,
    messages: Iterable[Json],
    names: Mapping[str, str],
    *,
    thread: bool = False,
    language: str = "ja",
) -> str:
    """A page of messages; ``names`` are what people, groups and channels are called by ID.

    A message with ``is_ephemeral`` is one that only the reader sees.
    """
    return _page(title, names, language, messages=list(messages), thread=thread)


def view(title: str, shown: Json, names: Mapping[str, str], *, language: str = "ja") -> str:
    """A page of one modal or App Home."""
    return _page(title, names, language, shown=shown)


def _page(
    title: str,
    names: Mapping[str, str],
    language: str,
    *,
    messages: Sequence[Json] = (),
    shown: Json | None = None,
    thread: bool = False,
) -> str:
    def author(message: Json) -> Json:
        bot = bool(message.get("bot_id")) or "user" not in message
        user = str(message.get("user", ""))
        return {"name": "Guidebot" if bot else names.get(user, user), "is_bot": bot}

    return _template().render(
        title=title,
        language=language,
        names=names,
        messages=messages,
        view=shown,
        thread=thread,
        author=author,
        mrkdwn=_mrkdwn,
        time=_time,
        date=_date,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = files("testing.slack_server") / "preview.html"
    return environment.from_string(source.read_text("utf-8"))


def _time(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), UTC).astimezone(_TOKYO).strftime("%H:%M")


def _date(element: Json) -> str:
    when = datetime.fromtimestamp(element["timestamp"], UTC).astimezone(_TOKYO)
    shown = str(element["format"]).replace("{date_num}", when.strftime("%Y-%m-%d"))
    return shown.replace("{time}", when.strftime("%H:%M"))


def _mrkdwn(text: str) -> list[Json]:
    """Slack's markup as elements of rich text: its references, but not bold and the like."""
    found: list[Json] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        found.append({"type": "text", "text": unescape(text[end : match.start()])})
        found.append(_reference(match.group(1)))
        end = match.end()
    found.append({"type": "text", "text": unescape(text[end:])})
    return found


def _reference(reference: str) -> Json:
    target, _, label = reference.partition("|")
    if target[0] in _MENTIONS:
        kind, key = _MENTIONS[target[0]]
        return {"type": kind, key: target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": label or target[1:]}
    return {"type": "link", "url": unescape(target), "text": unescape(label)}

"""Messages that grow: ``chat.startStream``, ``chat.appendStream`` and ``chat.stopStream``."""

from collections.abc import Callable
from typing import Any

from . import events
from .limits import parsed
from .workspace import Json, SlackError, Workspace

METHODS = ("chat.startStream", "chat.appendStream", "chat.stopStream")


class Streams:
    """The streams of one workspace. While one lasts, its message cannot be updated."""

    def __init__(self, workspace: Workspace, publish: Callable[[Json], None]) -> None:
        self._workspace = workspace
        self._publish = publish
        self.table: dict[str, tuple[Callable[[Json], Json], tuple[str, ...]]] = {
            "chat.startStream": (self._start, ("channel",)),
            "chat.appendStream": (self._append, ("channel", "ts")),
            "chat.stopStream": (self._stop, ("channel", "ts")),
        }

    def expire(self) -> None:
        """End every stream, as Slack does after some minutes."""
        for channel, message in self._workspace.everything():
            if message.get("streaming_state") == "in_progress":
                fields = {"streaming_state": "errored"}
                self._workspace.replace(channel, message["ts"], fields)

    def _start(self, params: Json) -> Json:
        channel = self._workspace.channel(params["channel"])
        if not channel.is_member:
            raise SlackError("not_in_channel")
        if channel.is_im and not params.get("thread_ts"):
            raise SlackError("invalid_thread_ts")
        if not channel.is_im:
            for kind in ("team", "user"):
                if not params.get(f"recipient_{kind}_id"):
                    raise SlackError(f"missing_recipient_{kind}_id")
        if params.get("task_display_mode", "timeline") not in ("timeline", "plan"):
            raise SlackError("invalid_arguments")
        message = events.app_message(self._workspace.identity, "")
        message |= {"streaming_state": "in_progress", "blocks": _grown([], params)}
        if params.get("thread_ts"):
            message["thread_ts"] = params["thread_ts"]
        kept = self._workspace.store(channel.id, message)
        self._publish(events.message_event(channel, kept))
        return {"channel": channel.id, "ts": kept["ts"]}

    def _append(self, params: Json) -> Json:
        message = self._streaming(params)
        fields = {"blocks": _grown(message["blocks"], params)}
        self._workspace.replace(params["channel"], message["ts"], fields)
        return {"channel": params["channel"], "ts": message["ts"]}

    def _stop(self, params: Json) -> Json:
        message = self._streaming(params)
        blocks = [*_grown(message["blocks"], params), *parsed(params.get("blocks"))]
        fields: Json = {"streaming_state": "completed", "blocks": _with_ids(blocks)}
        if params.get("metadata"):
            fields["metadata"] = params["metadata"]
        previous, now = self._workspace.replace(params["channel"], message["ts"], fields)
        channel = self._workspace.channel(params["channel"])
        ts = self._workspace.next_ts()
        self._publish(events.changed_event(channel, ts, now, previous))
        return {"channel": channel.id, "ts": message["ts"], "message": now}

    def _streaming(self, params: Json) -> Json:
        message = self._workspace.message(params["channel"], params["ts"])
        if message.get("bot_id") != self._workspace.identity.bot_id:
            raise SlackError("message_not_owned_by_app")
        if message.get("streaming_state") != "in_progress":
            raise SlackError("message_not_in_streaming_state")
        return message


def _grown(blocks: list[Json], params: Json) -> list[Json]:
    """What a stream shows after more of it has come."""
    shown = [*blocks]
    if params.get("markdown_text"):
        shown.append({"type": "markdown", "text": params["markdown_text"]})
    for chunk in parsed(params.get("chunks")):
        match chunk["type"]:
            case "markdown_text":
                shown.append({"type": "markdown", "text": chunk["text"]})
            case "blocks":
                shown += chunk["blocks"]
            case "task_update":
                shown = _with_task(shown, chunk)
    return _with_ids(shown)


def _with_task(blocks: list[Json], chunk: Json) -> list[Json]:
    """A task that is told of again takes the place of its card."""
    fields = {key: value for key, value in chunk.items() if key not in ("type", "id")}
    card: Json = {"type": "task_card", "task_id": chunk["id"], **fields}
    for text in ("details", "output"):
        if text in card:
            inline = {"type": "text", "text": card[text]}
            section = {"type": "rich_text_section", "elements": [inline]}
            card[text] = {"type": "rich_text", "elements": [section]}
    if any(block.get("task_id") == chunk["id"] for block in blocks):
        return [card if block.get("task_id") == chunk["id"] else block for block in blocks]
    return [*blocks, card]


def _with_ids(blocks: list[Any]) -> list[Json]:
    for block in blocks:
        block.setdefault("block_id", events.new_block_id())
    return blocks

"""The Web API's methods, each from its parameters to the body of its answer."""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any

from . import events
from .limits import parsed, view_errors
from .streams import Streams
from .workspace import Channel, Ephemeral, Identity, Json, SlackError, User, View, Workspace

Method = Callable[[Json], Json]


STREAMING = "in_progress"
_TRIGGER_SECONDS = 3
_TIMESTAMP = re.compile(r"\d+(\.\d+)?")
INSTALLED_TOKEN = "xoxb-installed-by-oauth"


def installation(identity: Identity, params: Json) -> Json:
    """What `oauth.v2.access` gives for the code of an installation."""
    if params.get("code") != "good-code":
        raise SlackError("invalid_code")
    return {
        "access_token": INSTALLED_TOKEN,
        "token_type": "bot",
        "scope": "chat:write,im:history",
        "bot_user_id": identity.bot_user_id,
        "app_id": identity.app_id,
        "team": {"id": identity.team_id, "name": identity.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U1"},
    }


class Methods:
    """What the bot may call, by method name, on one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        publish: Callable[[Json], None],
        unseen: Callable[[Json], None],
    ) -> None:
        """`unseen` is told of what Slack takes, and shows to nobody."""
        self._workspace = workspace
        self._unseen = unseen
        self._identity = workspace.identity
        self._publish = publish
        self.streams = Streams(workspace, publish)
        # By name: the method, and the parameters without which it is not called.
        self.table: dict[str, tuple[Method, tuple[str, ...]]] = {
            "auth.test": (self._auth_test, ()),
            "chat.postMessage": (self._post, ("channel",)),
            "chat.update": (self._update, ("channel", "ts")),
            "chat.postEphemeral": (self._post_ephemeral, ("channel", "user")),
            "chat.delete": (self._delete, ("channel", "ts")),
            "chat.getPermalink": (self._permalink, ("channel", "message_ts")),
            "conversations.open": (self._open, ("users",)),
            "conversations.info": (self._conversation, ("channel",)),
            "conversations.history": (self._history, ("channel",)),
            "conversations.replies": (self._replies, ("channel", "ts")),
            "users.info": (self._user, ("user",)),
            "usergroups.users.list": (self._group_members, ("usergroup",)),
            "views.open": (self._open_view, ("trigger_id", "view")),
            "views.update": (self._update_view, ("view_id", "view")),
            "views.publish": (self._publish_view, ("user_id", "view")),
            "reactions.add": (self._react, ("channel", "timestamp", "name")),
            "reactions.remove": (self._unreact, ("channel", "timestamp", "name")),
            "assistant.threads.setStatus": (
                self._set_in_thread,
                ("channel_id", "thread_ts", "status"),
            ),
            "assistant.threads.setTitle": (
                self._set_in_thread,
                ("channel_id", "thread_ts", "title"),
            ),
            "assistant.threads.setSuggestedPrompts": (
                self._set_prompts,
                ("channel_id", "prompts"),
            ),
            **self.streams.table,
        }

    def _auth_test(self, params: Json) -> Json:
        return {
            "url": self._identity.url,
            "team": self._identity.team_name,
            "user": self._identity.bot_name,
            "team_id": self._identity.team_id,
            "user_id": self._identity.bot_user_id,
            "bot_id": self._identity.bot_id,
            "is_enterprise_install": False,
        }

    def user_identity(self, team: str) -> Json:
        """What ``auth.test`` says of the administrator who gave a user token."""
        return {
            "url": self._identity.url,
            "team": self._identity.team_name if team == self._identity.team_id else "Elsewhere",
            "user": "admin",
            "team_id": team,
            "user_id": "U0ADMIN",
            "is_enterprise_install": False,
        }

    def _post(self, params: Json) -> Json:
        channel = self._writable(params["channel"])
        message = self._composed(params)
        if params.get("thread_ts"):
            message["thread_ts"] = params["thread_ts"]
            if flag(params.get("reply_broadcast")):
                message["subtype"] = "thread_broadcast"
        kept = self._workspace.store(channel.id, message)
        self._publish(events.message_event(channel, kept))
        return {"channel": channel.id, "ts": kept["ts"], "message": kept}

    def _post_ephemeral(self, params: Json) -> Json:
        channel = self._writable(params["channel"])
        user = self._workspace.user(params["user"])
        message = {**self._composed(params), "ts": self._workspace.next_ts()}
        if params.get("thread_ts"):
            root = self._workspace.thread_root(channel.id, params["thread_ts"])
            if not self._workspace.has_replies(channel.id, root):
                # Slack says that all is well, and shows it to nobody.
                self._unseen(params)
                return {"message_ts": message["ts"]}
            message["thread_ts"] = root
        self._workspace.add_ephemeral(Ephemeral(channel.id, user.id, message))
        return {"message_ts": message["ts"]}

    def _composed(self, params: Json) -> Json:
        message = events.app_message(self._identity, params.get("text") or "")
        for key in ("metadata", "username"):
            if params.get(key):
                message[key] = params[key]
        return {**message, **_content(params)}

    def _update(self, params: Json) -> Json:
        channel = self._workspace.channel(params["channel"])
        self._own(channel, params["ts"], "cant_update_message")
        if self._workspace.message(channel.id, params["ts"]).get("streaming_state") == STREAMING:
            raise SlackError("streaming_state_conflict")
        ts = self._workspace.next_ts()
        fields = {**_content(params), "edited": {"user": self._identity.bot_user_id, "ts": ts}}
        for key in ("text", "metadata"):
            if params.get(key) is not None:
                fields[key] = params[key]
        previous, message = self._workspace.replace(channel.id, params["ts"], fields)
        self._publish(events.changed_event(channel, ts, message, previous))
        shown = {"channel": channel.id, "ts": params["ts"], "text": message["text"]}
        return {**shown, "message": message}

    @property
    def for_admins(self) -> dict[str, Callable[[Json], Json]]:
        """What an administrator's own token may call, who sees the public channels."""
        return {"chat.delete": self._delete_as_admin, "chat.getPermalink": self._link_for_admin}

    def _seen_by_admin(self, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if channel.is_private or channel.is_im:
            raise SlackError("channel_not_found")
        return channel

    def _link_for_admin(self, params: Json) -> Json:
        self._seen_by_admin(params["channel"])
        return self._permalink(params)

    def _delete_as_admin(self, params: Json) -> Json:
        return self._removed(self._seen_by_admin(params["channel"]), params)

    def _delete(self, params: Json) -> Json:
        channel = self._workspace.channel(params["channel"])
        self._own(channel, params["ts"], "cant_delete_message")
        return self._removed(channel, params)

    def _removed(self, channel: Channel, params: Json) -> Json:
        removed = self._workspace.remove(channel.id, params["ts"])
        self._publish(events.deleted_event(channel, self._workspace.next_ts(), removed))
        return {"channel": channel.id, "ts": removed["ts"]}

    def _permalink(self, params: Json) -> Json:
        message = self._workspace.message(params["channel"], params["message_ts"])
        link = f"{self._identity.url}archives/{params['channel']}/p{message['ts'].replace('.', '')}"
        if message.get("thread_ts", message["ts"]) != message["ts"]:
            link += f"?thread_ts={message['thread_ts']}&cid={params['channel']}"
        return {"channel": params["channel"], "permalink": link}

    def _open(self, params: Json) -> Json:
        return {"channel": {"id": self._workspace.direct_channel(params["users"]).id}}

    def _conversation(self, params: Json) -> Json:
        channel = self._workspace.channel(params["channel"])
        shown: Json = {
            "id": channel.id,
            "created": 1700000000,
            "is_im": channel.is_im,
            "is_archived": channel.is_archived,
            "is_org_shared": False,
            "context_team_id": self._identity.team_id,
        }
        if channel.is_im:
            return {"channel": {**shown, "user": channel.user, "is_user_deleted": False}}
        named = {
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": not channel.is_private,
            "is_group": channel.is_private,
            "is_mpim": False,
            "is_private": channel.is_private,
            "is_member": channel.is_member,
            "is_general": False,
            "is_shared": False,
            "is_ext_shared": False,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
        return {"channel": {**shown, **named}}

    def _history(self, params: Json) -> Json:
        channel = self._readable(params["channel"])
        _check_limits(params)
        shown = [
            message
            for message in self._workspace.messages(channel.id)
            if message.get("thread_ts", message["ts"]) == message["ts"]
            or message.get("subtype") == "thread_broadcast"
        ]
        within = [message for message in reversed(shown) if _within(message, params)]
        return {**_page(within, params, 100), "pin_count": 0}

    def _replies(self, params: Json) -> Json:
        channel = self._readable(params["channel"])
        _check_limits(params)
        root = self._workspace.thread_root(channel.id, params["ts"])
        thread = [
            message
            for message in self._workspace.messages(channel.id)
            if message["ts"] == root
            or (message.get("thread_ts") == root and _within(message, params))
        ]
        return _page(thread, params, 1000)

    def _user(self, params: Json) -> Json:
        user = self._workspace.user(params["user"])
        if user.is_stranger:
            raise SlackError("user_not_found")
        shown = self._profile(user)
        if user.grid:
            shown["enterprise_user"] = {
                "id": user.id,
                "enterprise_id": "E0GRID",
                "enterprise_name": "Grid",
                "teams": list(user.grid),
            }
        if flag(params.get("include_locale")):
            shown["locale"] = user.locale
        return {"user": shown}

    def _group_members(self, params: Json) -> Json:
        if params["usergroup"] not in self._workspace.groups:
            raise SlackError("no_such_subteam")
        return {"users": self._workspace.groups[params["usergroup"]]}

    def _open_view(self, params: Json) -> Json:
        # A trigger is good for one view, and not for long.
        trigger = self._workspace.triggers.pop(params["trigger_id"], None)
        if trigger is None:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.at > _TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        return self._show(View(trigger.user, _view(params["view"], "modal"), params["trigger_id"]))

    def _update_view(self, params: Json) -> Json:
        shown = [each for each in self._workspace.views() if each.view["id"] == params["view_id"]]
        if not shown:
            raise SlackError("not_found")
        view = {**_view(params["view"], "modal"), "id": params["view_id"]}
        self._workspace.add_view(View(shown[-1].user, view))
        return {"view": view}

    def _publish_view(self, params: Json) -> Json:
        self._workspace.user(params["user_id"])
        return self._show(View(params["user_id"], _view(params["view"], "home")))

    def _show(self, view: View) -> Json:
        shown = {**view.view, "id": f"V{len(self._workspace.views())}"}
        self._workspace.add_view(View(view.user, shown, view.trigger_id))
        return {"view": shown}

    def _profile(self, user: User) -> Json:
        return {
            "id": user.id,
            "team_id": user.team or self._identity.team_id,
            "name": user.name,
            "real_name": user.name,
            "deleted": False,
            "tz": user.tz,
            "tz_offset": user.tz_offset,
            "profile": {
                "real_name": user.name,
                "display_name": user.name,
                "team": self._identity.team_id,
            },
            "is_bot": user.is_bot,
            "is_app_user": False,
            "is_restricted": user.is_restricted,
            "updated": 1700000000,
        }

    def _react(self, params: Json) -> Json:
        reactions = self._reactions(params)
        users = reactions.setdefault(params["name"], [])
        if self._identity.bot_user_id in users:
            raise SlackError("already_reacted")
        users.append(self._identity.bot_user_id)
        return self._keep_reactions(params, reactions)

    def _unreact(self, params: Json) -> Json:
        reactions = self._reactions(params)
        if self._identity.bot_user_id not in reactions.get(params["name"], []):
            raise SlackError("no_reaction")
        reactions[params["name"]].remove(self._identity.bot_user_id)
        return self._keep_reactions(params, reactions)

    def _reactions(self, params: Json) -> dict[str, list[str]]:
        if not params["name"].replace("-", "").replace("_", "").replace("+", "").isalnum():
            raise SlackError("invalid_name")
        message = self._workspace.message(params["channel"], params["timestamp"])
        return {r["name"]: r["users"] for r in message.get("reactions", [])}

    def _keep_reactions(self, params: Json, reactions: dict[str, list[str]]) -> Json:
        kept = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in reactions.items()
            if users
        ]
        self._workspace.replace(params["channel"], params["timestamp"], {"reactions": kept})
        return {}

    def _set_in_thread(self, params: Json) -> Json:
        channel = self._readable(params["channel_id"])
        self._workspace.thread_root(channel.id, params["thread_ts"])
        return {}

    def _set_prompts(self, params: Json) -> Json:
        channel = self._readable(params["channel_id"])
        if params.get("thread_ts"):
            self._workspace.thread_root(channel.id, params["thread_ts"])
        prompts = parsed(params["prompts"])
        complete = all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts)
        if not 1 <= len(prompts) <= 4 or not complete:
            raise SlackError("invalid_arguments")
        return {}

    def _readable(self, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if not channel.is_member:
            # Of what is private, Slack does not say that it is there.
            private = channel.is_private or channel.is_im
            raise SlackError("channel_not_found" if private else "not_in_channel")
        return channel

    def _writable(self, channel_id: str) -> Channel:
        # Posting to a user's ID goes to the app's DM with that user.
        if channel_id.startswith("U"):
            try:
                return self._workspace.direct_channel(channel_id)
            except SlackError:
                raise SlackError("channel_not_found") from None
        channel = self._readable(channel_id)
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def _own(self, channel: Channel, ts: str, otherwise: str) -> None:
        message = self._workspace.message(channel.id, ts)
        if message.get("bot_id") != self._identity.bot_id:
            raise SlackError(otherwise)


def _view(value: Any, kind: str) -> Json:
    view: Json = json.loads(value) if isinstance(value, str) else value
    errors = [] if view.get("type") == kind else [f"must be of type {kind}"]
    errors += view_errors(view)
    if errors:
        raise SlackError("invalid_arguments", response_metadata={"messages": errors})
    return view


def flag(value: Any) -> bool:
    """A boolean parameter, which arrives as JSON or as the text of a form field."""
    return value in (True, 1) or str(value).lower() in ("1", "true")


def _content(params: Json) -> Json:
    content: Json = {}
    if params.get("markdown_text"):
        content["blocks"] = [{"type": "markdown", "text": params["markdown_text"]}]
    for key in ("blocks", "attachments"):
        if params.get(key) is not None:
            content[key] = parsed(params[key])
    for block in content.get("blocks", []):
        block.setdefault("block_id", events.new_block_id())
    return content


def _check_limits(params: Json) -> None:
    for name in ("oldest", "latest"):
        if not _TIMESTAMP.fullmatch(str(params.get(name) or "0")):
            raise SlackError(f"invalid_ts_{name}")


def _within(message: Json, params: Json) -> bool:
    ts = message["ts"]
    oldest, latest = str(params.get("oldest") or "0"), str(params.get("latest") or "9" * 10)
    if ts in (oldest, latest):
        return flag(params.get("inclusive"))
    return float(oldest) < float(ts) < float(latest)


def _page(messages: list[Json], params: Json, default_limit: int) -> Json:
    try:
        limit = int(params.get("limit") or default_limit)
        start = int(base64.b64decode(params["cursor"])) if params.get("cursor") else 0
    except ValueError:
        raise SlackError("invalid_cursor" if params.get("cursor") else "invalid_limit") from None
    end = start + limit
    page: Json = {"messages": messages[start:end], "has_more": end < len(messages)}
    if page["has_more"]:
        cursor = base64.b64encode(str(end).encode()).decode()
        page["response_metadata"] = {"next_cursor": cursor}
    return page

"""``/api/{method}``: reading calls, checking them, and answering as Slack does."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .faults import Broken, Delay, Drop, Fail, Faults, RateLimit
from .limits import Rejection, rejection, stream_rejection
from .methods import Methods, installation
from .streams import METHODS as STREAMING
from .workspace import Ephemeral, Installation, Json, ResponseUrl, SlackError, Workspace

OPEN = "apps.connections.open"
INSTALL = "oauth.v2.access"
USER_TOKEN = "xoxp-test-token"
# The scope that each method needs; for some, by the kind of conversation.
_HISTORY = {
    "channel": "channels:history",
    "group": "groups:history",
    "mpim": "mpim:history",
    "im": "im:history",
}
_NEEDED: dict[str, str | dict[str, str]] = {
    "conversations.info": {
        "channel": "channels:read",
        "group": "groups:read",
        "mpim": "mpim:read",
        "im": "im:read",
    },
    "conversations.history": _HISTORY,
    "conversations.replies": _HISTORY,
    "conversations.open": "im:write",
    "users.info": "users:read",
    "usergroups.users.list": "usergroups:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setTitle": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    **dict.fromkeys(
        (
            "chat.postMessage",
            "chat.update",
            "chat.postEphemeral",
            "chat.delete",
            *STREAMING,
        ),
        "chat:write",
    ),
}
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
_MOST_USES = 5
_USED_FOR_SECONDS = 30 * 60
_POSTING = ("chat.postMessage", "chat.update", "chat.postEphemeral")


@dataclass(frozen=True)
class ApiCall:
    """One request as it came in; ``time`` is on the monotonic clock."""

    method: str
    params: Json
    token: str
    time: float


@dataclass(frozen=True)
class Violation:
    """A message that Slack would have refused, or that breaks its advice."""

    method: str
    error: str
    errors: tuple[str, ...]
    params: Json


class WebApi:
    def __init__(
        self,
        workspace: Workspace,
        installation: Installation,
        faults: Faults,
        publish: Callable[[Json], None],
        socket_url: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._installation = installation
        self._faults = faults
        self._methods = Methods(workspace, publish, self._unseen)
        self.streams = self._methods.streams
        self._socket_url = socket_url
        self.calls: list[ApiCall] = []
        self.violations: list[Violation] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            token, params = await _read(request)
        except ValueError as problem:
            return _refusal(str(problem))
        with self._workspace.changed:
            self.calls.append(ApiCall(method, params, token, time.monotonic()))
            self._workspace.changed.notify_all()
        match self._faults.take(method):
            case Fail(error):
                return _refusal(error)
            case RateLimit(retry_after):
                headers = {"Retry-After": str(retry_after)}
                return _refusal("ratelimited", status=429, headers=headers)
            case Drop(applied):
                if applied:
                    self._answer(method, params, token)
                return _hang_up(request)
            case Broken(applied):
                if applied:
                    self._answer(method, params, token)
                return web.Response(status=500, text="<html>Oops</html>", content_type="text/html")
            case Delay(seconds):
                await asyncio.sleep(seconds)
        return self._answer(method, params, token)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Take what an app posts to a ``response_url``: a message for the one who acted."""
        body = await request.json()
        with self._workspace.changed:
            self.calls.append(ApiCall("response_url", body, "", time.monotonic()))
            url = self._workspace.response_urls[request.match_info["id"]]
            self._workspace.changed.notify_all()
        match self._faults.take("response_url"):
            case Drop(applied):
                if applied:
                    self._respond(url, body)
                return _hang_up(request)
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case None:
                pass
            case _:
                return web.Response(status=500, text="<html>Oops</html>")
        return self._respond(url, body)

    def _respond(self, url: ResponseUrl, body: Json) -> web.Response:
        url.uses += 1
        spent = url.uses > _MOST_USES or time.monotonic() - url.at > _USED_FOR_SECONDS
        refused = Rejection("used_url", ()) if spent else None
        if not refused and not body.get("delete_original"):
            refused = rejection("chat.postEphemeral", body)
        if refused:
            self._record("response_url", refused, body)
            status = 404 if spent else 400
            return web.json_response({"ok": False, "error": refused.error}, status=status)
        if body.get("delete_original"):
            return web.json_response({"ok": True})
        message = {"ts": self._workspace.next_ts(), **body}
        self._workspace.add_ephemeral(Ephemeral(url.channel, url.user, message))
        return web.json_response({"ok": True})

    def _unseen(self, params: Json) -> None:
        self._record("chat.postEphemeral", Rejection("shown_to_nobody", ()), params)

    def _answer(self, method: str, params: Json, token: str) -> web.Response:
        try:
            body = self._call(method, params, token)
        except SlackError as refusal:
            return _refusal(refusal.code, **refusal.details)
        by_user = token == USER_TOKEN
        scopes = self._installation.user_scopes if by_user else self._installation.scopes
        headers = {"x-oauth-scopes": ",".join(sorted(scopes))}
        return web.json_response({"ok": True, **body}, headers=headers)

    def _call(self, method: str, params: Json, token: str) -> Json:
        if method == INSTALL:
            return installation(self._workspace.identity, params)
        if method != OPEN and method not in self._methods.table:
            raise SlackError("unknown_method", req_method=method)
        if not token:
            raise SlackError("not_authed")
        if token == USER_TOKEN and method == "auth.test":
            return self._methods.user_identity(self._installation.user_team)
        if token == USER_TOKEN and method in self._methods.for_admins:
            return self._methods.for_admins[method](params)
        if not token.startswith("xapp-" if method == OPEN else "xoxb-"):
            raise SlackError("invalid_auth")
        if method == OPEN:
            warnings = self._installation.warnings
            said = {"response_metadata": {"messages": warnings}} if warnings else {}
            return {"url": self._socket_url(), **said}
        run, required = self._methods.table[method]
        missing = [name for name in required if params.get(name) is None]
        if missing:
            messages = [f"[ERROR] missing required field: {name}" for name in missing]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        if method in _NEEDED:
            self._check_scope(_NEEDED[method], params)
        if method in (*_POSTING, *STREAMING):
            self._check_message(method, params)
        return run(params)

    def _check_scope(self, needed: str | dict[str, str], params: Json) -> None:
        if isinstance(needed, dict):
            needed = needed[self._workspace.channel(params["channel"]).type]
        granted = self._installation.scopes
        if needed not in granted:
            provided = ",".join(sorted(granted))
            raise SlackError("missing_scope", needed=needed, provided=provided)

    def _check_message(self, method: str, params: Json) -> None:
        refuses = stream_rejection if method in STREAMING else rejection
        refused = refuses(method, params)
        if refused:
            self._record(method, refused, params)
            details: Json = {}
            if refused.errors:
                messages = [f"[ERROR] {error}" for error in refused.errors]
                details["errors"] = list(refused.errors)
                details["response_metadata"] = {"messages": messages}
            raise SlackError(refused.error, **details)
        self._check_thread(method, params)

    def _check_thread(self, method: str, params: Json) -> None:
        # Slack accepts this, but advises against it: the answer may land outside of the thread.
        thread_ts = params.get("thread_ts")
        if not thread_ts or str(params["channel"]).startswith("U"):
            return
        if self._workspace.thread_root(params["channel"], thread_ts) != thread_ts:
            advice = f"{thread_ts} is a reply, not the start of a thread"
            self._record(method, Rejection("thread_ts_is_a_reply", (advice,)), params)

    def _record(self, method: str, refused: Rejection, params: Json) -> None:
        with self._workspace.changed:
            self.violations.append(Violation(method, refused.error, refused.errors, params))


async def _read(request: web.Request) -> tuple[str, Json]:
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        params.update(_json_object(await request.text()))
    elif request.can_read_body:
        form = await request.post()
        params.update({name: value for name, value in form.items() if isinstance(value, str)})
    in_params = str(params.pop("token", ""))
    scheme, _, in_header = request.headers.get("Authorization", "").partition(" ")
    token = in_header.strip() if scheme.lower() == "bearer" else ""
    return token or in_params, params


def _json_object(text: str) -> Json:
    # The SDK labels even an empty body as JSON.
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        raise ValueError("invalid_json") from None
    if not isinstance(value, dict):
        raise ValueError("json_not_object")
    return value


def _refusal(
    error: str, status: int = 200, headers: dict[str, str] | None = None, **details: Any
) -> web.Response:
    body = {"ok": False, "error": error, **details}
    return web.json_response(body, status=status, headers=headers)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()

"""Checks of everything the bot needs, each with advice if it does not pass."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.doctor.context import (
    APP_PAGE,
    LOOK_AT_NETWORK,
    LOOK_AT_TOKEN,
    CheckFailed,
    DoctorContext,
)
from bot.memory.database import inspect_database
from bot.settings import token_problem
from bot.slack.errors import error_code
from bot.slack.scopes import BOT_SCOPES
from kb.errors import GuidebotError, ModelError, SnapshotError, StoreError
from kb.snapshot.fingerprint import check_fingerprint
from kb.snapshot.live import current_name
from kb.snapshot.store import SnapshotStore
from kb.text.counted import counted

# An ingest needs room for the model (about 0.5 GB unpacked) and a few snapshots; below the second
# limit even the database may not grow.
_LITTLE_SPACE = 1 << 30
_NO_SPACE = 100 << 20
_GB = 1e9
_SENTENCE = "What do I do if something does not work?"
_INGEST = "guidebot ingest PATH..."
# Mode bits of the group and of others.
_OTHERS = 0o077
_TOKEN = re.compile(r"[A-Za-z]+-[A-Za-z0-9-]+")


class State(StrEnum):
    """The state of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class CheckResult:
    """What a check saw, and what to do about it; `advice` is empty if there is nothing to do."""

    check: str
    state: State
    seen: str
    advice: str = ""


class _Other(NamedTuple):
    """What a check returns if it neither passed nor failed."""

    state: State
    seen: str
    advice: str = ""


_Seen = str | _Other


@dataclass(frozen=True)
class Check:
    """A check, and the names of the checks it depends on.

    It returns what it saw, and fails by raising GuidebotError or CheckFailed.
    """

    name: str
    run: Callable[[DoctorContext], _Seen]
    needs: tuple[str, ...] = ()


def run_checks(context: DoctorContext) -> Iterator[CheckResult]:
    """Run every check, and yield each result as soon as it is known."""
    # For each check that did not pass, the names of those that must be fixed first.
    causes: dict[str, tuple[str, ...]] = {}
    for check in CHECKS:
        unmet = dict.fromkeys(cause for need in check.needs for cause in causes.get(need, ()))
        if unmet:
            seen = f"cannot be checked until this is fixed: {', '.join(unmet)}"
            result = CheckResult(check.name, State.SKIPPED, seen)
        else:
            result = _run(check, context)
        if result.state in (State.FAILED, State.SKIPPED):
            causes[check.name] = tuple(unmet) or (check.name,)
        yield result


def _run(check: Check, context: DoctorContext) -> CheckResult:
    try:
        seen = check.run(context)
    except CheckFailed as problem:
        return CheckResult(check.name, State.FAILED, problem.seen, problem.advice)
    except GuidebotError as error:
        what, *more = str(error).splitlines()
        advice = " ".join(line.strip() for line in more) or "Fix this, and try again."
        return CheckResult(check.name, State.FAILED, what, advice)
    except Exception as error:
        # A broken check must not hide the others' results. Its text is left out, as it may
        # contain a token.
        what = f"the check itself broke ({type(error).__name__})"
        return CheckResult(check.name, State.FAILED, what, "Please report this.")
    return CheckResult(check.name, *((State.OK, seen) if isinstance(seen, str) else seen))


def _settings(context: DoctorContext) -> _Seen:
    return f"valid; GUIDEBOT_HOME is {context.settings.home.root.resolve()}"


def _bot_token(context: DoctorContext) -> _Seen:
    if context.settings.installs:
        return _skipped("SLACK_CLIENT_ID is set: each workspace has its own token")
    return _token("SLACK_BOT_TOKEN", context.settings.slack_bot_token.get_secret_value())


def _app_token(context: DoctorContext) -> _Seen:
    settings = context.settings
    secret = settings.slack_signing_secret.get_secret_value()
    if secret and not settings.slack_app_token.get_secret_value():
        return _skipped("SLACK_SIGNING_SECRET is set: Slack sends its requests over HTTP")
    return _token("SLACK_APP_TOKEN", context.settings.slack_app_token.get_secret_value())


def _token(name: str, value: str) -> _Seen:
    if problem := token_problem(name, value):
        raise CheckFailed(f"{name} {problem.wrong}", f"It is {problem.wanted}. Set it in .env.")
    if not _TOKEN.fullmatch(value):
        raise CheckFailed(f"{name} contains characters that no token has", LOOK_AT_TOKEN)
    return f"{name} is set"


def _workspace(context: DoctorContext) -> _Seen:
    with context.asking_slack():
        identity = context.identity
    return f"the bot is @{identity.get('user')} in {identity.get('team')} ({identity.get('url')})"


def _scopes(context: DoctorContext) -> _Seen:
    granted = _granted(context.identity)
    if granted is None:
        return _warning("Slack does not report the token's scopes", LOOK_AT_NETWORK)
    missing = [scope for scope in BOT_SCOPES if scope not in granted]
    if missing:
        raise CheckFailed(
            f"missing: {', '.join(missing)}",
            f"{APP_PAGE}, then OAuth & Permissions, Bot Token Scopes; add them (or "
            "paste slack/manifest.json again under App Manifest), and reinstall the app.",
        )
    return f"the bot token has all {len(BOT_SCOPES)}"


def _socket_mode(context: DoctorContext) -> _Seen:
    token = context.settings.slack_app_token.get_secret_value()
    advice = (
        f"{APP_PAGE}: Socket Mode has to be enabled, and the app-level token (Basic Information) "
        "needs the scope connections:write."
    )
    with context.asking_slack(advice):
        # Do not connect: the connection would receive some of the running bot's events.
        opened = context.client_with(token).apps_connections_open(app_token=token)
    # If Socket Mode is off, Slack still returns an address, with a warning.
    warnings = (opened.get("response_metadata") or {}).get("messages")
    if warnings:
        text = " ".join(map(str, warnings))
        return _warning(f"Slack returned an address, but warns: {text}", advice)
    return "Slack returned an address for the socket"


def _human_channel(context: DoctorContext) -> _Seen:
    channel = context.settings.human_channel
    if not channel:
        return _skipped("HUMAN_CHANNEL is not set: questions cannot be passed on to a human")
    invite = f"Write in the channel: /invite @{context.identity.get('user')}"
    with context.asking_slack(f"Check the id in HUMAN_CHANNEL. If it is right: {invite}"):
        try:
            info = context.client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            if error_code(error) != "missing_scope":
                raise
            return _member(context, channel, str(error.response.get("needed")), invite)
    name = f"#{info.get('name')} ({channel})"
    if info.get("is_archived"):
        raise CheckFailed(f"{name} is archived", "Set HUMAN_CHANNEL to another channel.")
    if not info.get("is_member"):
        raise CheckFailed(f"the bot is not in {name}", invite)
    return f"the bot is in {name}"


def _member(context: DoctorContext, channel: str, scope: str, invite: str) -> _Seen:
    """Check whether the bot is in a channel by reading from it."""
    try:
        # From now on, so that no message is read.
        context.client.conversations_history(channel=channel, oldest=str(time.time()), limit=1)
    except SlackApiError as error:
        if error_code(error) == "missing_scope":
            return _skipped(f"{channel} cannot be looked up without the scope {scope}", invite)
        if error_code(error) == "not_in_channel":
            raise CheckFailed(f"the bot is not in {channel}", invite) from error
        raise
    return f"the bot is in {channel} (its name needs the scope {scope})"


def _user_token(context: DoctorContext) -> _Seen:
    token = context.settings.slack_user_token.get_secret_value()
    if not token:
        return _skipped("SLACK_USER_TOKEN is not set: the bot cannot delete messages with secrets")
    _token("SLACK_USER_TOKEN", token)
    with context.asking_slack():
        person = context.client_with(token).auth_test()
    if person.get("team_id") != context.identity.get("team_id"):
        raise CheckFailed(f"it is for another workspace, {person.get('team')}", LOOK_AT_TOKEN)
    granted = _granted(person)
    if granted is not None and "chat:write" not in granted:
        raise CheckFailed(
            "missing: chat:write",
            f"{APP_PAGE}, then OAuth & Permissions, User Token Scopes; add it, and "
            "reinstall the app.",
        )
    return f"@{person.get('user')} deletes messages when their authors ask"


def _home(context: DoctorContext) -> _Seen:
    root = context.settings.home.root
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=root):
            free = shutil.disk_usage(root).free
    except OSError as error:
        raise CheckFailed(
            f"{root} is not writable: {error.strerror}",
            "Make it writable for the user the bot runs as, or set another GUIDEBOT_HOME.",
        ) from error
    seen = f"{root.resolve()} is writable, {free / _GB:.1f} GB free"
    advice = "Free some space: the model and a few snapshots have to fit."
    if free < _NO_SPACE:
        raise CheckFailed(seen, advice)
    return _warning(seen, advice) if free < _LITTLE_SPACE else seen


def _privacy(context: DoctorContext) -> _Seen:
    root, env = context.settings.home.root, Path(".env")
    if os.name != "posix":
        return _skipped("file permissions cannot be checked on this system")
    if root.stat().st_mode & _OTHERS:
        # Nothing inside a private folder is accessible.
        open_to_others = next((path for path in root.rglob("*") if _is_open(path)), None)
        if open_to_others is not None:
            return _warning(
                f"other users on this machine can read {open_to_others}",
                f"Restrict it: chmod -R go-rwx {shlex.quote(str(root.resolve()))}",
            )
    if env.exists() and _is_open(env):
        return _warning("other users on this machine can read .env", "Restrict it: chmod 600 .env")
    return "no other user on this machine can read the bot's data"


def _is_open(path: Path) -> bool:
    return not path.is_symlink() and bool(path.stat().st_mode & _OTHERS)


def _database(context: DoctorContext) -> _Seen:
    try:
        found = inspect_database(context.settings.database)
    except GuidebotError as error:
        raise CheckFailed(
            str(error),
            "Check DATABASE_URL and its permissions. If a SQLite file is damaged, move it away: "
            "the bot then only loses its history.",
        ) from error
    if found.revision is None:
        return f"{found.name}: empty; the bot creates its tables when it starts"
    at = f"{found.name}: writable, at migration {found.revision}"
    if found.revision not in found.known:
        raise CheckFailed(
            f"{at}, which is newer than this version", "Install the latest version of Guidebot."
        )
    if found.revision != found.newest:
        return _warning(
            f"{at} of {found.newest}",
            "Start the bot: it migrates the database.",
        )
    return f"{at}, the latest"


def _store(context: DoctorContext) -> _Seen:
    url = context.settings.snapshots_url
    if not url:
        return _skipped("SNAPSHOTS_URL is not set: snapshots are only in GUIDEBOT_HOME")
    try:
        pointer = SnapshotStore(url).pointer()
    except StoreError as error:
        # Until the store is back, the bot answers from its local snapshot.
        what, _, advice = str(error).rpartition(". ")
        return _warning(what, advice)
    if pointer is None:
        return _warning(
            f"{url} is readable, but nothing has been published there yet", f"Run: {_INGEST}"
        )
    if pointer.name != current_name(context.settings.home.snapshots):
        return _warning(f"{pointer.name} is live there, but not here yet", "Run: guidebot pull")
    return f"{pointer.name} is live there and here"


def _guides(context: DoctorContext) -> _Seen:
    try:
        snapshot = context.snapshot
    except SnapshotError as error:
        raise CheckFailed(str(error), f"Ingest the guides again: {_INGEST}") from error
    if snapshot is None:
        raise CheckFailed("nothing has been published yet", f"Run: {_INGEST}")
    manifest = snapshot.manifest
    return (
        f"{manifest.name}, published {manifest.created}: "
        f"{counted(manifest.guides, 'guide')}, {counted(manifest.sections, 'section')}"
    )


def _model(context: DoctorContext) -> _Seen:
    model = context.embeddings
    start = time.perf_counter()
    try:
        model.load()
        loaded = time.perf_counter()
        model.embed_query(_SENTENCE)
    except ModelError as error:
        what, *more = str(error).splitlines()
        advice = more[-1] if more else "Set EMBEDDING_MODEL to another model."
        raise CheckFailed(what, advice) from error
    embedded = time.perf_counter()
    return (
        f"{model.model_id} loaded in {loaded - start:.1f} s, "
        f"embedded a sentence in {1000 * (embedded - loaded):.0f} ms"
    )


def _embedder(context: DoctorContext) -> _Seen:
    if context.snapshot is None:
        return _skipped("there are no guides")
    try:
        check_fingerprint(context.snapshot.manifest.embedder, context.embeddings)
    except SnapshotError as error:
        what, _, advice = str(error).partition(". ")
        raise CheckFailed(what, advice) from error
    return "the guides were ingested with this model"


def _chat_model(context: DoctorContext) -> _Seen:
    if not context.settings.chat_model:
        return _skipped("CHAT_MODEL is not set: no language model is used")
    from kb.choosing.chat_model import try_chat_model

    return try_chat_model(context.settings)


CHECKS = (
    Check("settings", _settings),
    Check("bot token", _bot_token, ("settings",)),
    Check("app token", _app_token, ("settings",)),
    Check("workspace", _workspace, ("bot token",)),
    Check("scopes", _scopes, ("workspace",)),
    Check("socket mode", _socket_mode, ("app token",)),
    Check("human channel", _human_channel, ("workspace",)),
    Check("user token", _user_token, ("workspace",)),
    Check("home", _home, ("settings",)),
    Check("privacy", _privacy, ("home",)),
    Check("database", _database, ("settings",)),
    Check("snapshot store", _store, ("settings",)),
    Check("guides", _guides, ("settings",)),
    Check("model", _model, ("settings",)),
    Check("embedder", _embedder, ("guides", "model")),
    Check("chat model", _chat_model, ("settings",)),
)


def _warning(seen: str, advice: str) -> _Other:
    return _Other(State.WARNING, seen, advice)


def _skipped(seen: str, advice: str = "") -> _Other:
    return _Other(State.SKIPPED, seen, advice)


def _granted(response: SlackResponse) -> frozenset[str] | None:
    """Return a token's scopes, if Slack reports them."""
    headers: Mapping[str, str] = {
        str(name).lower(): value for name, value in response.headers.items()
    }
    scopes = headers.get("x-oauth-scopes")
    return None if scopes is None else frozenset(scope.strip() for scope in scopes.split(","))

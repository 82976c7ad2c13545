"""Slack's side of HTTP mode: requests to the app's URL, signed as Slack signs them."""

import http.client
import json
import time
import urllib.parse
from dataclasses import dataclass

from slack_sdk.signature import SignatureVerifier

from .workspace import Json

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass(frozen=True)
class Reply:
    """What the app answered."""

    status: int
    body: str
    headers: dict[str, str]


def post_event(port: int, payload: Json, **signing: object) -> Reply:
    """Send an Events API request."""
    return _post(port, json.dumps(payload), "application/json", **signing)


def post_interaction(port: int, payload: Json) -> Reply:
    """Send what somebody pressed or submitted."""
    form = urllib.parse.urlencode({"payload": json.dumps(payload)})
    return _post(port, form, "application/x-www-form-urlencoded")


def post_command(port: int, payload: Json) -> Reply:
    """Send a slash command."""
    form = urllib.parse.urlencode(payload)
    return _post(port, form, "application/x-www-form-urlencoded")


def get(port: int, path: str, headers: dict[str, str] | None = None) -> Reply:
    """Get a page."""
    return _request(port, "GET", path, None, headers or {})


def _post(
    port: int,
    body: str,
    content_type: str,
    secret: object = SIGNING_SECRET,
    age: object = 0,
    retry: object = None,
) -> Reply:
    """Send a body signed with a secret, as if `age` seconds ago; None leaves the signature out."""
    timestamp = str(int(time.time()) - int(str(age)))
    headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": timestamp}
    if secret:
        signature = SignatureVerifier(str(secret)).generate_signature(
            timestamp=timestamp, body=body
        )
        headers["X-Slack-Signature"] = str(signature)
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return _request(port, "POST", "/slack/events", body, headers)


def _request(port: int, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body and body.encode(), headers)
        response = connection.getresponse()
        return Reply(
            response.status,
            response.read().decode(),
            {name.lower(): value for name, value in response.getheaders()},
        )
    finally:
        connection.close()

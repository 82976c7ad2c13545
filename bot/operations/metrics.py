"""The bot's metrics, for Prometheus (https://prometheus.io)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, time

from prometheus_client import Counter, Gauge, Histogram
from slack_sdk.http_retry import (
    HttpRequest,
    HttpResponse,
    RetryHandler,
    RetryState,
)

QUESTIONS = Counter("guidebot_questions", "Questions claimed.", ["surface"])
DECISIONS = Counter("guidebot_decisions", "Decisions on questions.", ["decision"])
_SECONDS = Histogram(
    "guidebot_seconds",
    "Duration of a stage: from the message to its claim (wait), fetching the asker's profile "
    "(person), finding and composing the answer (answer), posting it (post), and from the claim "
    "to the end (total).",
    ["stage"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_SLACK_ERRORS = Counter(
    "guidebot_slack_errors", "Slack API calls that failed or were refused.", ["error"]
)
SNAPSHOT_PULLS = Counter(
    "guidebot_snapshot_pulls", "Attempts to pull a snapshot from SNAPSHOTS_URL.", ["outcome"]
)
_UNANSWERED = Gauge("guidebot_unanswered_questions", "Questions claimed and not answered yet.")
_SNAPSHOT_AGE = Gauge(
    "guidebot_snapshot_age_seconds",
    "Time since the live guides were published; -1 if there are none.",
)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measure the duration of a stage."""
    started = perf_counter()
    try:
        yield
    finally:
        _SECONDS.labels(name).observe(perf_counter() - started)


def observe_wait(ts: str) -> None:
    """Record how long a message waited until now. `ts` is Slack's."""
    try:
        _SECONDS.labels("wait").observe(max(0.0, time() - float(ts)))
    except ValueError:
        pass  # a command has no message


def set_gauge_sources(unanswered: Callable[[], float], snapshot_age: Callable[[], float]) -> None:
    """Set the functions that compute the gauges at each scrape."""
    _UNANSWERED.set_function(unanswered)
    _SNAPSHOT_AGE.set_function(snapshot_age)


class ErrorCounter(RetryHandler):
    """Counts failed calls, and retries none of them."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if error is not None:
            _SLACK_ERRORS.labels(type(error).__name__).inc()
        elif response is not None and response.status_code >= 300:
            _SLACK_ERRORS.labels(str(response.status_code)).inc()
        elif response is not None and (response.body or {}).get("ok") is False:
            _SLACK_ERRORS.labels(str((response.body or {}).get("error"))).inc()
        return False

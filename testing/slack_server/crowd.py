"""Many people who ask at once, and what became of their questions."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from .events import SentEvent
from .server import SlackServer

_WORDS = (
    "I lost my secret key",
    "my change does not show up",
    "policy variables don't work",
    "シークレットキーをなくした",
    "変更が反映されない",
    "MFA デバイスを消したい",
    "the printer on floor is out of paper",
)
# After so long without an acknowledgement, Slack sends an event again.
_SLACK_WAITS = 3.0


@dataclass
class Tally:
    """How often each question was answered, by channel and ``ts``, and after how many seconds."""

    answers: Counter[tuple[str, str]]
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def lost(self) -> list[tuple[str, str]]:
        return [question for question, count in self.answers.items() if count == 0]

    @property
    def doubled(self) -> list[tuple[str, str]]:
        return [question for question, count in self.answers.items() if count > 1]


class Crowd:
    """People and channels of its own; a third each ask directly, in a channel, and in a thread."""

    def __init__(self, slack: SlackServer, name: str, people: int = 50, channels: int = 5) -> None:
        self._slack = slack
        self._random = random.Random(name)
        self._people = [f"U{name}{number}" for number in range(people)]
        self._channels = [f"C{name}{number}" for number in range(channels)]
        self._threads: list[SentEvent] = []
        for number, user in enumerate(self._people):
            slack.add_user(user, user, locale=("en-US", "ja-JP")[number % 2])
        for channel in self._channels:
            slack.add_channel(channel, channel.lower())
        self.asked: list[SentEvent] = []

    def gather(self) -> None:
        """Have the bot answer once in a thread of each channel, for the replies in it."""
        for user, channel in zip(self._people, self._channels, strict=False):
            self._threads.append(self._slack.mention(channel, user, _WORDS[0]))
        self.asked += self._threads
        self.wait(60)

    def ask(self, count: int, per_second: float = float("inf")) -> None:
        """Ask so many questions, each in words of its own."""
        started = time.monotonic()
        for number in range(count):
            due = started + number / per_second
            time.sleep(max(0.0, due - time.monotonic()))
            self.asked.append(self._ask(number))

    def deliver_again(self, asked: Iterable[SentEvent] | None = None) -> None:
        """Send again what was not acknowledged, as Slack does after a while."""
        acknowledged = {ack.envelope_id for ack in self._slack.acks()}
        for sent in [*(self.asked if asked is None else asked)]:
            for event in (sent, *sent.related):
                if event.envelope_id not in acknowledged:
                    again = self._slack.redeliver(event)
                    self._slack.wait_for_ack(again)

    def wait(self, timeout: float) -> Tally:
        """Wait until every question is answered, or for so long; return how often each was."""
        deadline = time.monotonic() + timeout
        again = time.monotonic() + _SLACK_WAITS
        while (tally := self.tally()).lost and time.monotonic() < deadline:
            time.sleep(0.3)
            if time.monotonic() > again:
                self.deliver_again()
                again = time.monotonic() + 60
        return tally

    def tally(self) -> Tally:
        answers = Counter({(sent.channel, sent.ts): 0 for sent in self.asked})
        tally = Tally(answers)
        marks: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for channel in {sent.channel for sent in self.asked}:
            for message in self._slack.bot_messages(channel):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                question = (channel, str(payload.get("question_ts")))
                # An answer of several messages ends once, and has none of them twice.
                repeated = payload.get("mark") in marks[question]
                marks[question].add(str(payload.get("mark")))
                if payload.get("last") or repeated:
                    answers[question] += 1
                if payload.get("last"):
                    tally.seconds[question] = float(message["ts"]) - float(question[1])
        return tally

    def _ask(self, number: int) -> SentEvent:
        user = self._people[number % len(self._people)]
        text = f"{self._random.choice(_WORDS)} {number}"
        if number % 3 == 0:
            return self._slack.direct_message(user, text)
        if number % 3 == 1 or not self._threads:
            channel = self._random.choice(self._channels)
            return self._slack.mention(
                channel, user, text, message_event_first=self._random.random() < 0.5
            )
        thread = self._random.choice(self._threads)
        return self._slack.mention(thread.channel, user, text, thread_ts=thread.ts)

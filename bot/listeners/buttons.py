"""The buttons under answers: a section, a choice, feedback, a human, deletion."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import App, Respond
from slack_sdk import WebClient
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.actor import Actor
from bot.answering.answerer import read_text
from bot.answering.escalation_context import escalation_context
from bot.limits import MODAL_TITLE_CHARS
from bot.listeners.services import Services
from bot.question import Place
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import post_answer, post_privately, respond_to_interaction, update_message
from bot.views.buttons import (
    CHOOSE,
    DELETE,
    FEEDBACK,
    HUMAN,
    RESOLVE,
    SECTION,
    ButtonTarget,
    parse_target,
    pressed,
    rating,
)
from bot.views.hand_over import place_to_resolve, with_mark
from bot.views.message import Message, plain
from bot.views.problem import problem_blocks
from bot.views.rich_text import moment, shortened
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import problem_heading
from kb.question.redact import redact

COMMENT_VIEW = "feedback_comment"
_COMMENT = "comment"
# Chosen by hand: more than a comment needs, and within what an input takes (3,000,
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element).
_MAX_COMMENT_CHARS = 2000

logger = logging.getLogger(__name__)

Body = dict[str, Any]


def register(app: App, services: Services) -> None:
    """Register the buttons."""
    handlers = _ButtonHandlers(services)
    app.action(CHOOSE)(handlers.choose)
    app.action(SECTION)(handlers.show_section)
    app.action(FEEDBACK)(handlers.rate)
    app.action(HUMAN)(handlers.ask_human)
    app.action(RESOLVE)(handlers.resolve)
    app.action(DELETE)(handlers.delete)
    app.view(COMMENT_VIEW)(handlers.comment)


class _ButtonHandlers:
    """A handler for each button."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def choose(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Replace the message that offered a choice with the chosen section."""
        target, channel = _target_and_channel(body)
        if target is None:
            return
        place, private = target.place(channel), _is_private(body)
        reply = self._services.replies.to_choice(target, channel, private=private)
        if reply is None or reply.outcome is None:
            _tell(body, client, respond, place)(plain(words(target.language).section_gone))
            return
        if private:
            for number, message in enumerate(reply.messages):
                respond_to_interaction(respond, message, replace_original=number == 0)
        else:
            first, *rest = reply.messages
            update_message(client, channel, body["message"]["ts"], first)
            post_answer(client, place, rest)
        self._services.learner.record_choice(place, body["user"]["id"], reply.outcome.section)
        self._services.store.finish(channel, place.ts, reply.outcome)

    def show_section(self, body: Body, client: WebClient) -> None:
        """Open a section as the guide has it."""
        target, channel = _target_and_channel(body)
        if target is None:
            return
        strings, base = words(target.language), self._services.knowledge_base
        audience = Actor(user=body["user"]["id"], channel=channel).audience
        found = base.problem(target.guide, target.edition, target.anchor, audience)
        if found is None:
            title, blocks = strings.whole_section, list(plain(strings.section_gone).blocks)
        else:
            problem, guide = found
            title = problem_heading(problem[0], guide) or guide.title
            published = base.index().snapshot.manifest.created
            blocks = [*problem_blocks(problem, guide, strings), moment(strings.as_of, published)]
        view = View(
            type="modal",
            title=shortened(title, MODAL_TITLE_CHARS),
            close=strings.close,
            blocks=blocks,
        )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def rate(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Record feedback, and ask what was wrong with a bad answer."""
        rated = rating(pressed(body).get("value"))
        if rated is None:
            return
        good, target = rated
        channel, user = body["channel"]["id"], body["user"]["id"]
        self._services.store.rate(channel, target.ts, user, good=good)
        strings = words(target.language)
        if good:
            _tell(body, client, respond, target.place(channel))(plain(strings.thanks_for_feedback))
        else:
            client.views_open(
                trigger_id=body["trigger_id"], view=_comment_view(target, channel, strings)
            )
        self._services.learner.record_rating(target.place(channel), user, good=good)

    def comment(self, body: Body, client: WebClient) -> None:
        """Record what was wrong with an answer."""
        view = body["view"]
        channel, _, value = str(view.get("private_metadata")).partition(" ")
        target = parse_target(value)
        if target is None:
            return
        written = view["state"]["values"][_COMMENT][_COMMENT].get("value") or ""
        user = body["user"]["id"]
        text = redact(written) or None
        self._services.store.rate(channel, target.ts, user, good=False, comment=text)
        place = target.place(channel)
        if not place.is_command:
            post_privately(client, place, user, plain(words(target.language).thanks_for_feedback))

    def ask_human(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Escalate a question to humans."""
        target, channel = _target_and_channel(body)
        if target is None:
            return
        outcome = self._services.store.outcome(channel, target.ts)
        place = target.place(channel)
        # A command has no message to read the question from once its outcome is deleted.
        asked = outcome.text if outcome else None if place.is_command else read_text(client, place)
        self._services.humans.escalate(
            client,
            target,
            channel,
            body["user"]["id"],
            asked or redact(""),
            escalation_context(
                self._services.knowledge_base, outcome, self._services.humans.channel
            ),
            _tell(body, client, respond, place),
        )

    def resolve(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Close an escalated question for both sides."""
        humans, user = self._services.humans, body["user"]["id"]
        channel = (body.get("channel") or {}).get("id") or ""
        place = place_to_resolve(pressed(body).get("value"))
        asked = humans.resolvable(place, channel, user) if place else None
        if asked is None:
            return
        strings = humans.strings(asked)
        first = humans.resolve(client, asked, user)
        if channel != asked.to_channel:
            # The asker's note no longer needs its button.
            shown = with_mark(body["message"], strings.human_resolved_by, user, done=True)
            update_message(client, channel, body["message"]["ts"], shown)
        elif not first:
            here = Place(channel=channel, ts=body["message"]["ts"])
            post_privately(client, here, user, plain(strings.human_resolved_before))

    def delete(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Delete a message for its author, or say that this is impossible."""
        target, channel = _target_and_channel(body)
        if target is None:
            return
        strings, place = words(target.language), target.place(channel)
        try:
            deleted = self._services.deletion.delete(client, place, body["user"]["id"])
        except SLACK_ERRORS:
            logger.exception("Message %s could not be deleted", target.ts)
            deleted = False
        _tell(body, client, respond, place)(
            plain(strings.deleted if deleted else strings.not_deleted)
        )


def _tell(
    body: dict[str, Any], client: WebClient, respond: Respond, place: Place
) -> Callable[[Message], None]:
    """Return a function that sends a private message to whoever pressed a button.

    For an ephemeral message it uses the response_url, since the bot need not be a member.
    """
    if _is_private(body):
        return partial(respond_to_interaction, respond)
    return partial(post_privately, client, place, body["user"]["id"])


def _is_private(body: dict[str, Any]) -> bool:
    """Whether the message with the button is ephemeral."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _target_and_channel(body: dict[str, Any]) -> tuple[ButtonTarget | None, str]:
    channel = (body.get("channel") or {}).get("id") or ""
    return parse_target(pressed(body).get("value")), channel


def _comment_view(target: ButtonTarget, channel: str, strings: SlackWords) -> View:
    return View(
        type="modal",
        callback_id=COMMENT_VIEW,
        title=shortened(strings.what_was_wrong, MODAL_TITLE_CHARS),
        submit=strings.send,
        close=strings.cancel,
        private_metadata=f"{channel} {target.model_dump_json(exclude_defaults=True)}",
        blocks=[
            InputBlock(
                block_id=_COMMENT,
                label=PlainTextObject(text=strings.what_was_wrong_label),
                optional=True,
                element=PlainTextInputElement(
                    action_id=_COMMENT, multiline=True, max_length=_MAX_COMMENT_CHARS
                ),
            )
        ],
    )

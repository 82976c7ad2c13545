"""The buttons under answers: a section, a choice, how good it was, a human, a deletion."""

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
from bot.answering.answerer import message_text
from bot.answering.found import found_for
from bot.listeners.parts import Parts
from bot.question import Place
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import answer_call, post, post_privately, update
from bot.views.answer import Message, plain, problem_blocks
from bot.views.buttons import (
    CHOOSE,
    DELETE,
    FEEDBACK,
    HUMAN,
    RESOLVE,
    SECTION,
    Pointer,
    pointer,
    pressed,
    rating,
)
from bot.views.hand_over import marked, place_to_resolve
from bot.views.rich_text import moment, shortened
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import problem_heading
from kb.question.redact import redact

COMMENT_VIEW = "feedback_comment"
_COMMENT = "comment"
_MOST_TITLE = 24
_LONGEST_COMMENT = 2000

logger = logging.getLogger(__name__)

Body = dict[str, Any]


def register(app: App, parts: Parts) -> None:
    """Listen to the buttons."""
    desk = _Buttons(parts)
    app.action(CHOOSE)(desk.choose)
    app.action(SECTION)(desk.show_section)
    app.action(FEEDBACK)(desk.rate)
    app.action(HUMAN)(desk.ask_human)
    app.action(RESOLVE)(desk.resolve)
    app.action(DELETE)(desk.delete)
    app.view(COMMENT_VIEW)(desk.comment)


class _Buttons:
    """What is done when somebody presses one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def choose(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Answer with the section that was chosen, in place of what offered it."""
        at, channel = _where(body)
        if at is None:
            return
        place, private = at.place(channel), _is_private(body)
        reply = self._parts.replies.to_choice(at, channel, private=private)
        if reply is None or reply.outcome is None:
            _tell(body, client, respond, place)(plain(words(at.language).section_gone))
            return
        if private:
            for number, message in enumerate(reply.messages):
                answer_call(respond, message, replace_original=number == 0)
        else:
            first, *rest = reply.messages
            update(client, channel, body["message"]["ts"], first)
            post(client, place, rest)
        self._parts.learner.chosen(place, body["user"]["id"], reply.outcome.section)
        self._parts.store.finish(channel, place.ts, reply.outcome)

    def show_section(self, body: Body, client: WebClient) -> None:
        """Open a section as the guide has it."""
        at, channel = _where(body)
        if at is None:
            return
        said, base = words(at.language), self._parts.knowledge_base
        audience = Actor(user=body["user"]["id"], channel=channel).audience
        found = base.problem(at.guide, at.edition, at.anchor, audience)
        if found is None:
            title, blocks = said.whole_section, list(plain(said.section_gone).blocks)
        else:
            problem, guide = found
            title = problem_heading(problem[0], guide) or guide.title
            published = base.index().snapshot.manifest.created
            blocks = [*problem_blocks(problem, guide, said), moment(said.as_of, published)]
        view = View(
            type="modal", title=shortened(title, _MOST_TITLE), close=said.close, blocks=blocks
        )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def rate(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Note how good an answer was, and ask what was wrong with a bad one."""
        rated = rating(pressed(body).get("value"))
        if rated is None:
            return
        good, at = rated
        channel, user = body["channel"]["id"], body["user"]["id"]
        self._parts.store.rate(channel, at.ts, user, good=good)
        said = words(at.language)
        if good:
            _tell(body, client, respond, at.place(channel))(plain(said.thanks_for_feedback))
        else:
            client.views_open(trigger_id=body["trigger_id"], view=_comment_view(at, channel, said))
        self._parts.learner.rated(at.place(channel), user, good=good)

    def comment(self, body: Body, client: WebClient) -> None:
        """Note what was wrong with an answer."""
        view = body["view"]
        channel, _, value = str(view.get("private_metadata")).partition(" ")
        at = pointer(value)
        if at is None:
            return
        written = view["state"]["values"][_COMMENT][_COMMENT].get("value") or ""
        user = body["user"]["id"]
        text = redact(written) or None
        self._parts.store.rate(channel, at.ts, user, good=False, comment=text)
        place = at.place(channel)
        if not place.is_call:
            post_privately(client, place, user, plain(words(at.language).thanks_for_feedback))

    def ask_human(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Pass a question on to people."""
        at, channel = _where(body)
        if at is None:
            return
        outcome = self._parts.store.outcome(channel, at.ts)
        place = at.place(channel)
        # Of a call that is forgotten, no message says what it was.
        asked = outcome.text if outcome else None if place.is_call else message_text(client, place)
        self._parts.humans.pass_on(
            client,
            at,
            channel,
            body["user"]["id"],
            asked or redact(""),
            found_for(self._parts.knowledge_base, outcome, self._parts.humans.channel),
            _tell(body, client, respond, place),
        )

    def resolve(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Close a question that went to a human, for both sides."""
        humans, user = self._parts.humans, body["user"]["id"]
        channel = (body.get("channel") or {}).get("id") or ""
        place = place_to_resolve(pressed(body).get("value"))
        asked = humans.to_resolve(place, channel, user) if place else None
        if asked is None:
            return
        outcome = self._parts.store.outcome(asked.channel, asked.ts)
        said = words(outcome.language if outcome else "en")
        first = humans.resolve(client, asked, user)
        if channel != asked.to_channel:
            # The note's own button has done its work.
            shown = marked(body["message"], said.human_resolved_by, user, done=True)
            update(client, channel, body["message"]["ts"], shown)
        elif not first:
            here = Place(channel=channel, ts=body["message"]["ts"])
            post_privately(client, here, user, plain(said.human_resolved_before))

    def delete(self, body: Body, client: WebClient, respond: Respond) -> None:
        """Delete a message for the person who wrote it, or say that it cannot be."""
        at, channel = _where(body)
        if at is None:
            return
        said, place = words(at.language), at.place(channel)
        try:
            deleted = self._parts.deletion.delete(client, place, body["user"]["id"])
        except SLACK_ERRORS:
            logger.exception("Message %s could not be deleted", at.ts)
            deleted = False
        _tell(body, client, respond, place)(plain(said.deleted if deleted else said.not_deleted))


def _tell(
    body: dict[str, Any], client: WebClient, respond: Respond, place: Place
) -> Callable[[Message], None]:
    """Return what tells whoever pressed a button something in private.

    The bot need not be in the channel of a message that only one person sees.
    """
    if _is_private(body):
        return partial(answer_call, respond)
    return partial(post_privately, client, place, body["user"]["id"])


def _is_private(body: dict[str, Any]) -> bool:
    """Whether only one person sees the message that a button is under."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _where(body: dict[str, Any]) -> tuple[Pointer | None, str]:
    channel = (body.get("channel") or {}).get("id") or ""
    return pointer(pressed(body).get("value")), channel


def _comment_view(at: Pointer, channel: str, said: SlackWords) -> View:
    return View(
        type="modal",
        callback_id=COMMENT_VIEW,
        title=shortened(said.what_was_wrong, _MOST_TITLE),
        submit=said.send,
        close=said.cancel,
        private_metadata=f"{channel} {at.model_dump_json(exclude_defaults=True)}",
        blocks=[
            InputBlock(
                block_id=_COMMENT,
                label=PlainTextObject(text=said.what_was_wrong_label),
                optional=True,
                element=PlainTextInputElement(
                    action_id=_COMMENT, multiline=True, max_length=_LONGEST_COMMENT
                ),
            )
        ],
    )

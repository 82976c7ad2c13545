"""The buttons under answers: a section, a choice, how good it was, a human, a deletion."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.answering.answerer import answer_chosen, message_text, outcome_of
from bot.answering.humans import Humans
from bot.answering.learning import Learner
from bot.memory.store import Outcome, Store
from bot.question import Place, audience_of
from bot.slack.errors import SLACK_ERRORS
from bot.slack.posting import answer_call, post, post_privately
from bot.views.answer import Message, plain, problem_blocks, render, render_privately
from bot.views.buttons import (
    CHOOSE,
    DELETE,
    FEEDBACK,
    HUMAN,
    SECTION,
    Pointer,
    pointer,
    pressed,
    rating,
)
from bot.views.rich_text import moment, shortened
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer, Decision, problem_heading
from kb.question.redact import redact

COMMENT_VIEW = "feedback_comment"
_COMMENT = "comment"
_MOST_TITLE = 24
_LONGEST_COMMENT = 2000

logger = logging.getLogger(__name__)


def register(
    app: App,
    knowledge_base: KnowledgeBase,
    store: Store,
    humans: Humans,
    learner: Learner,
    admin: WebClient | None,
) -> None:
    """Listen to the buttons. `admin` is who may delete other people's messages, if anybody."""

    def choose(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        at, channel = _where(body)
        if at is None:
            return
        place, user = at.place(channel), body["user"]["id"]
        answer = answer_chosen(knowledge_base, store, at, channel)
        if _is_private(body):
            said = words(at.language)
            human = bool(humans.channel)
            found = (
                render_privately(answer, place, human=human)
                if answer
                else [plain(said.section_gone)]
            )
            for number, message in enumerate(found):
                answer_call(respond, message, replace_original=number == 0)
            if answer:
                finish(place, user, answer)
            return
        if answer is None:
            post_privately(client, place, user, plain(words(at.language).section_gone))
            return
        first, *rest = render(answer, place, human=bool(humans.channel))
        client.chat_update(
            channel=channel, ts=body["message"]["ts"], text=first.text, blocks=list(first.blocks)
        )
        post(client, place, rest)
        finish(place, user, answer)

    def finish(place: Place, user: str, answer: Answer) -> None:
        """Note what was chosen, and that it was the answer."""
        outcome = outcome_of(answer)
        learner.chosen(place, user, outcome.section)
        store.finish(place.channel, place.ts, outcome)

    def show_section(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        at, channel = _where(body)
        if at is None:
            return
        said, user = words(at.language), body["user"]["id"]
        found = knowledge_base.problem(at.guide, at.edition, at.anchor, audience_of(channel, user))
        if found is None:
            gone = View(
                type="modal",
                title=shortened(said.whole_section, _MOST_TITLE),
                close=said.close,
                blocks=plain(said.section_gone).blocks,
            )
            client.views_open(trigger_id=body["trigger_id"], view=gone)
            return
        problem, guide = found
        published = knowledge_base.index().snapshot.manifest.created
        blocks = [
            *problem_blocks(problem, guide, said),
            moment(said.as_of, published),
        ]
        view = View(
            type="modal",
            title=shortened(problem_heading(problem[0], guide) or guide.title, _MOST_TITLE),
            close=said.close,
            blocks=blocks,
        )
        client.views_open(trigger_id=body["trigger_id"], view=view)

    def rate(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        rated = rating(pressed(body).get("value"))
        if rated is None:
            return
        good, at = rated
        channel, user = body["channel"]["id"], body["user"]["id"]
        store.rate(channel, at.ts, user, good=good)
        said = words(at.language)
        if good:
            _tell(body, client, respond, at.place(channel))(plain(said.thanks_for_feedback))
        else:
            client.views_open(trigger_id=body["trigger_id"], view=_comment_view(at, channel, said))
        learner.rated(at.place(channel), user, good=good)

    def comment(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        view = body["view"]
        channel, _, value = str(view.get("private_metadata")).partition(" ")
        at = pointer(value)
        if at is None:
            return
        written = view["state"]["values"][_COMMENT][_COMMENT].get("value") or ""
        user = body["user"]["id"]
        text = redact(written) or None
        store.rate(channel, at.ts, user, good=False, comment=text)
        place = at.place(channel)
        if not place.is_call:
            post_privately(client, place, user, plain(words(at.language).thanks_for_feedback))

    def found(outcome: Outcome | None) -> str | None:
        """Return the heading of the section that a question was answered with.

        None, if the humans' channel may not know of it.
        """
        if outcome is None or outcome.decision != Decision.ANSWER:
            return None
        try:
            headings = dict(
                knowledge_base.index().headings(outcome.language, audience_of(humans.channel))
            )
        except GuidebotError:
            return None
        return headings.get(outcome.section or "")

    def ask_human(ack: Ack, body: dict[str, Any], client: WebClient, respond: Respond) -> None:
        ack()
        at, channel = _where(body)
        if at is None:
            return
        outcome = store.outcome(channel, at.ts)
        place = at.place(channel)
        # Of a call that is forgotten, no message says what it was.
        asked = outcome.text if outcome else None if place.is_call else message_text(client, place)
        humans.pass_on(
            client,
            at,
            channel,
            body["user"]["id"],
            asked or redact(""),
            _tell(body, client, respond, place),
            outcome,
            found(outcome),
        )

    def delete(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        at, channel = _where(body)
        if at is None or admin is None:
            return
        said, place, user = words(at.language), at.place(channel), body["user"]["id"]
        try:
            if not _is_own(client, channel, at, user):
                return
            admin.chat_delete(channel=channel, ts=at.ts)
        except SLACK_ERRORS:
            logger.exception("Message %s could not be deleted", at.ts)
            return
        post_privately(client, place, user, plain(said.deleted))

    app.action(CHOOSE)(choose)
    app.action(SECTION)(show_section)
    app.action(FEEDBACK)(rate)
    app.action(HUMAN)(ask_human)
    app.action(DELETE)(delete)
    app.view(COMMENT_VIEW)(comment)


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


def _is_own(client: WebClient, channel: str, at: Pointer, user: str) -> bool:
    """Whether a person wrote the message that is to be deleted."""
    pages = (
        client.conversations_replies(channel=channel, ts=at.thread_ts, limit=200)
        if at.thread_ts
        else client.conversations_history(
            channel=channel, oldest=at.ts, latest=at.ts, inclusive=True, limit=1
        )
    )
    messages = pages.get("messages") or []
    return any(m.get("ts") == at.ts and m.get("user") == user for m in messages)


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

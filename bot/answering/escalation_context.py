"""What the bot itself found for a question, as context for the humans it is escalated to."""

from __future__ import annotations

from bot.memory.store import Outcome
from bot.views.hand_over import EscalationContext
from kb.errors import GuidebotError
from kb.knowledge_base import KnowledgeBase
from kb.model import Audience, Decision


def escalation_context(
    knowledge_base: KnowledgeBase, outcome: Outcome | None, channel: str
) -> EscalationContext:
    """Return what the bot found, as far as the humans' channel may see it."""
    if outcome is None:
        return EscalationContext()
    nothing = outcome.decision == Decision.NOT_COVERED
    try:
        index = knowledge_base.index()
    except GuidebotError:
        return EscalationContext(nothing)
    audience = Audience(channel)
    section = outcome.section or ""
    heading = dict(index.headings(outcome.language, audience)).get(section)
    guides = [g for g in index.snapshot.guides if g.id == section.partition("#")[0]]
    owner = next((g.owner for g in guides if g.owner and g.is_visible_to(audience)), None)
    answered = outcome.decision == Decision.ANSWER
    return EscalationContext(nothing, heading if answered else None, owner)

"""The way from a question to a written answer, as one LangChain pipeline.

retrieve and decide -> condense a follow-up -> retrieve and decide again -> write, verify. Each is
a runnable with a name, so that traces show it. The model is asked nothing that the guides do not
cover.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from langchain_core.runnables import Runnable, RunnableBranch, RunnableLambda, RunnablePassthrough

from kb.choosing.calls import Calls
from kb.choosing.chat_model import open_chat_model
from kb.choosing.store import WrittenStore
from kb.choosing.tracing import tracing
from kb.choosing.translate import Embed
from kb.choosing.writer import Writer
from kb.knowledge_base import Found, KnowledgeBase, refers_back
from kb.model import Answer, Decision
from kb.progress import Progress
from kb.settings import Settings


@dataclass(frozen=True)
class _State:
    """A question on its way, and what is known of it so far."""

    question: str
    language: str | None
    before: str | None
    audience: str | None
    found: Found | None = None
    answer: Answer | None = None


def open_writer(settings: Settings, embed: Embed) -> Writer:
    """Return the writer that the settings name; raises SettingsError if it cannot be had."""
    store = WrittenStore(settings.home.written)
    return Writer(Calls(open_chat_model(settings), settings, store), embed)


def ask_in_chain(
    knowledge_base: KnowledgeBase,
    writer: Writer,
    question: str,
    language: str | None,
    before: str | None,
    audience: str | None,
    progress: Progress,
) -> Answer:
    """Return what KnowledgeBase.ask does, in the model's words where they can be trusted."""
    state = _State(question, language, before, audience)
    with tracing(writer.calls.settings):
        return written_chain(knowledge_base, writer, progress).invoke(state)


def written_chain(
    knowledge_base: KnowledgeBase, writer: Writer, progress: Progress
) -> Runnable[_State, Answer]:
    """Return the pipeline."""

    def retrieve(state: _State) -> _State:
        found = knowledge_base.find(state.question, state.language, audience=state.audience)
        return replace(state, found=found)

    def decide(state: _State) -> _State:
        assert state.found
        return replace(state, answer=knowledge_base.answer(state.found))

    def is_follow_up(state: _State) -> bool:
        assert state.found and state.answer
        return bool(state.before) and refers_back(state.answer, state.found)

    def condense(state: _State) -> _State:
        assert state.found and state.answer and state.before
        alone = writer.condense(state.found.question, state.before)
        answer = knowledge_base.answer_with_before(state.answer, state.found, alone)
        return replace(state, answer=answer)

    def is_covered(state: _State) -> bool:
        return state.answer is not None and state.answer.decision is Decision.ANSWER

    def write(state: _State) -> Answer:
        assert state.answer
        sections = knowledge_base.cited_sections(state.answer)
        return writer.write(state.answer, sections, progress)

    def leave(state: _State) -> Answer:
        assert state.answer
        return state.answer

    return (
        RunnableLambda(retrieve)
        | RunnableLambda(decide)
        | RunnableBranch(
            (RunnableLambda(is_follow_up), RunnableLambda(condense)), RunnablePassthrough()
        )
        | RunnableBranch((RunnableLambda(is_covered), RunnableLambda(write)), RunnableLambda(leave))
    )

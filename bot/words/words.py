"""The bot's own strings in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.words.words import Words


@dataclass(frozen=True)
class SlackWords(Words):
    """The shared strings, and those only Slack needs, in one language."""

    continued: str
    apology: str
    not_ready: str
    empty_question: str
    searching: str
    searched: str
    choosing: str
    working: str
    whole_section: str
    ask_human: str
    helped: str
    did_not_help: str
    what_was_wrong: str
    what_was_wrong_label: str
    send: str
    cancel: str
    close: str
    thanks_for_feedback: str
    section_gone: str
    as_of: str
    more_lines: str
    left_out: str
    left_items: str
    left_codes: str
    left_rows: str
    left_lines: str
    more_in_guide: str
    human_asked: str
    human_asked_before: str
    human_failed: str
    human_answered: str
    human_to: str
    human_takes: str
    human_writes: str
    human_question: str
    human_asks: str
    human_found: str
    human_found_nothing: str
    human_how: str
    human_done: str
    human_owner: str
    human_resolve: str
    human_resolved: str
    human_resolved_by: str
    human_resolved_asker: str
    human_resolved_before: str
    human_again: str
    link_to_question: str
    link_to_thread: str
    delete_message: str
    deleted: str
    not_allowed: str
    not_known: str
    too_many: str
    looking_in: str
    try_asking: str
    post_to_channel: str
    usage: str
    how_to_ask: str
    what_i_know: str
    published: str
    try_these: str
    most_asked: str
    most_not_covered: str
    low_rated: str
    nothing_yet: str
    last_days: str
    rerun_ingest: str
    last_diff: str
    only_docs_team: str
    ingest_begun: str
    ingest_running: str
    ingest_tell: str
    ingest_unnamed: str
    ingest_progress: str
    ingest_done: str
    ingest_held: str
    ingest_stopped: str
    ingest_failed: str
    summary: str
    changes: str
    gate: str
    publish: str
    discard: str
    published_now: str
    discarded: str
    no_diff: str
    counts: str
    source_left_out: str
    no_changes: str
    right: str
    taught: str
    taught_counts: str
    accept: str
    remove: str
    without_wordings: str
    never_reached: str
    review_drafts: str
    drafts: str
    drafts_how: str
    drafts_keep: str
    drafts_reading: str
    drafts_later: str
    drafts_decided: str
    no_drafts: str
    keep_quiet: str
    all_right: str
    not_that: str
    nothing_closer: str
    same_section: str
    see_above: str
    what_else: str
    answered_before: str
    see_answer: str
    not_deleted: str
    rest_in_whole: str
    kinds: Mapping[str, str]
    standings: Mapping[str, str]

    def standing(self, name: str) -> str:
        """Return the label of a learned wording's standing."""
        return self.standings.get(name, name)

    def kind(self, name: str) -> str:
        """Return the label of a kind of change."""
        return self.kinds.get(name, name)

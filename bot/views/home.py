"""App Home: what the bot knows, what to ask, and how it is doing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock, PlainTextObject, RichTextBlock
from slack_sdk.models.views import View

from bot.limits import SUGGESTED_PROMPTS
from bot.memory.history import Count, History
from bot.memory.store import Store
from bot.views.buttons import ButtonTarget, section_buttons
from bot.views.ingest_changes import home_buttons
from bot.views.message import Message
from bot.views.rich_text import bullet, moment, paragraph, shortened, text_block
from bot.views.wordings import Vocabulary, vocabulary_blocks
from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.model import GuideInfo, Span
from kb.text.counted import Amount
from kb.words.catalogue import language_name

# Within the default of RETENTION_DAYS.
_DAYS = 30
# App Home is read at a glance; `guidebot gaps` shows everything.
_MAX_GUIDES = 30
_MAX_ROWS = 8
_MAX_SECTIONS = 6
_MAX_ROW_CHARS = 200


@dataclass(frozen=True)
class Figures:
    """Recent activity: sections given as answers and, for the docs team, questions that failed."""

    asked: Sequence[Count] = ()
    not_covered: Sequence[Count] = ()
    low_rated: Sequence[Count] = ()

    def within(self, guides: Iterable[GuideInfo], called_now: Callable[[str], str]) -> Figures:
        """Return a copy whose `asked` has only the sections of these guides.

        `called_now` maps a section's name at the time to its current one.
        """
        ids = {guide.id for guide in guides}
        asked = [each for each in self.asked if called_now(each.name).partition("#")[0] in ids]
        return replace(self, asked=asked)


def figures(store: Store, *, docs_team: bool) -> Figures:
    """Count the recent activity."""
    since = time.time() - _DAYS * 24 * 3600
    history = History(store)
    asked = history.sections_asked(since)
    if not docs_team:
        return Figures(asked)
    return Figures(
        asked, history.not_covered(since, _MAX_ROWS), history.low_rated(since, _MAX_ROWS)
    )


def home_view(
    guides: Sequence[GuideInfo],
    published: str | None,
    headings: Sequence[tuple[str, str]],
    counted: Figures,
    language: str,
    *,
    docs_team: bool,
    may_ingest: bool = False,
    vocabulary: Vocabulary | None = None,
) -> View:
    """Return App Home for a person.

    `guides` are those visible to the person, `headings` their sections as ("guide#anchor",
    heading), `published` the time of publication (ISO 8601). The docs team also sees figures and
    `vocabulary`, and can start an ingest if `may_ingest`.
    """
    strings = words(language)
    blocks: list[Block] = [
        text_block(strings.how_to_ask),
        *_suggestions(guides, headings, counted.asked, strings, language),
        *_knowledge(guides, published, strings, language),
    ]
    if docs_team:
        blocks += [DividerBlock(), *_figures(counted, dict(headings), strings)]
        blocks += home_buttons(strings, may_ingest=may_ingest)
        blocks += vocabulary_blocks(vocabulary or Vocabulary(), strings)
    return View(type="home", blocks=blocks)


def closed_view(message: Message) -> View:
    """Return App Home for someone who is not allowed to use the bot."""
    return View(type="home", blocks=list(message.blocks))


def prompts(examples: Sequence[tuple[str, str]], asked: Iterable[Count]) -> list[str]:
    """Return the prompts to suggest: examples for the problems asked about most."""
    return [text for _, text in _most_asked(examples, asked)][:SUGGESTED_PROMPTS]


def _most_asked(
    headings: Sequence[tuple[str, str]], asked: Iterable[Count]
) -> list[tuple[str, str]]:
    counts = dict(asked)
    named = [pair for pair in headings if pair[1].strip()]
    return sorted(named, key=lambda pair: -counts.get(pair[0], 0))


def _suggestions(
    guides: Sequence[GuideInfo],
    headings: Sequence[tuple[str, str]],
    asked: Sequence[Count],
    strings: SlackWords,
    language: str,
) -> Iterator[Block]:
    """Yield a button for each of the most requested sections, to read it at once."""
    sections = []
    for key, heading in _most_asked(headings, asked)[:_MAX_SECTIONS]:
        guide, _, anchor = key.partition("#")
        editions = [info.language for info in guides if info.id == guide]
        if editions:
            edition = language if language in editions else editions[0]
            target = ButtonTarget(language=language, guide=guide, edition=edition, anchor=anchor)
            sections.append((heading, target))
    buttons = section_buttons(sections)
    if buttons:
        yield _header(strings.try_these)
        yield from buttons


def _knowledge(
    guides: Sequence[GuideInfo], published: str | None, strings: SlackWords, language: str
) -> Iterator[Block]:
    yield _header(strings.what_i_know)
    if not guides or not published:
        yield text_block(strings.nothing_yet)
        return
    editions: dict[str, list[GuideInfo]] = {}
    for guide in guides:
        editions.setdefault(guide.id, []).append(guide)
    elements = []
    for some in list(editions.values())[:_MAX_GUIDES]:
        own = next((guide for guide in some if guide.language == language), some[0])
        codes = sorted((guide.language for guide in some), key=lambda code: code != own.language)
        comma = "、" if language == "ja" else ", "
        names = comma.join(language_name(code, language) for code in codes)
        elements += bullet([Span(text=own.title, href=own.url), Span(text=f" ({names})")])
    yield RichTextBlock(elements=elements)
    yield moment(strings.published, published)


def _figures(counted: Figures, headings: dict[str, str], strings: SlackWords) -> Iterator[Block]:
    yield _header(strings.last_days.format(days=Amount(_DAYS)))
    found = [Count(headings.get(name, name), times) for name, times in counted.asked[:_MAX_ROWS]]
    for title, counts in (
        (strings.most_asked, found),
        (strings.most_not_covered, counted.not_covered),
        (strings.low_rated, counted.low_rated),
    ):
        rows = [f"{times} × {shortened(name, _MAX_ROW_CHARS)}" for name, times in counts]
        yield from _list(title, rows or [strings.nothing_yet])


def _list(title: str, rows: Iterable[str]) -> Iterator[Block]:
    items = [element for row in rows for element in bullet([Span(text=row)])]
    yield RichTextBlock(elements=[*paragraph([Span(text=title, bold=True)]), *items])


def _header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))

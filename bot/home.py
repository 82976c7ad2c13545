"""What App Home shows: what the bot knows, what to ask, and how it fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock, PlainTextObject, RichTextBlock
from slack_sdk.models.views import View

from bot.rich_text import bullet, paragraph
from bot.store import Asked
from kb.catalogue import Words, language_name, words
from kb.model import Decision, GuideInfo, Span

DAYS = 30
"""How many days back the figures go."""

_MOST_GUIDES = 30
_MOST_ROWS = 8
_MOST_PROMPTS = 4
_LONGEST_ROW = 200


def home_view(
    guides: Sequence[GuideInfo],
    published: str | None,
    headings: Sequence[tuple[str, str]],
    asked: Sequence[Asked],
    language: str,
    *,
    docs_team: bool,
) -> View:
    """Return App Home for a person.

    `guides` are those that the person may know of, `headings` their sections as "guide#anchor"
    and by heading, `published` when they were published (ISO 8601). The docs team sees figures.
    """
    said = words(language)
    blocks: list[Block] = [*_knowledge(guides, published, said, language)]
    if suggested := prompts(headings, asked):
        blocks += [*_list(said.try_these, suggested)]
    if docs_team:
        blocks += [DividerBlock(), *_figures(asked, dict(headings), said)]
    return View(type="home", blocks=blocks)


def prompts(headings: Sequence[tuple[str, str]], asked: Iterable[Asked]) -> list[str]:
    """Return what to suggest: the headings of the sections that are most asked for."""
    counts = Counter(each.section for each in asked if each.decision == Decision.ANSWER.value)
    order = sorted(headings, key=lambda pair: -counts[pair[0]])
    return [heading for _, heading in order if heading.strip()][:_MOST_PROMPTS]


def _knowledge(
    guides: Sequence[GuideInfo], published: str | None, said: Words, language: str
) -> Iterator[Block]:
    yield _header(said.what_i_know)
    if not guides or not published:
        yield _words(said.nothing_yet)
        return
    editions: dict[str, list[GuideInfo]] = {}
    for guide in guides:
        editions.setdefault(guide.id, []).append(guide)
    elements = []
    for some in list(editions.values())[:_MOST_GUIDES]:
        own = next((guide for guide in some if guide.language == language), some[0])
        names = ", ".join(language_name(guide.language, language) for guide in some)
        elements += bullet([Span(text=own.title, href=own.url), Span(text=f"  ({names})")])
    yield RichTextBlock(elements=elements)
    when = datetime.fromisoformat(published).strftime("%Y-%m-%d %H:%M UTC")
    yield _words(said.published.format(when=when))


def _figures(asked: Sequence[Asked], headings: dict[str, str], said: Words) -> Iterator[Block]:
    yield _words(said.last_days.format(days=DAYS))
    found = Counter(
        headings.get(each.section or "", each.section or "")
        for each in asked
        if each.decision == Decision.ANSWER.value
    )
    missing = Counter(
        each.text for each in asked if each.decision == Decision.NOT_COVERED.value and each.text
    )
    low = Counter(each.text for each in asked if each.bad > each.good and each.text)
    for title, counts in (
        (said.most_asked, found),
        (said.most_not_covered, missing),
        (said.low_rated, low),
    ):
        rows = [
            f"{count} × {name[:_LONGEST_ROW]}" for name, count in counts.most_common(_MOST_ROWS)
        ]
        yield from _list(title, rows or [said.nothing_yet])


def _list(title: str, rows: Iterable[str]) -> Iterator[Block]:
    yield _header(title)
    yield RichTextBlock(elements=[e for row in rows for e in bullet([Span(text=row)])])


def _header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def _words(text: str) -> RichTextBlock:
    return RichTextBlock(elements=paragraph([Span(text=text)]))

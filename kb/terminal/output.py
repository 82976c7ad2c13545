"""The way to the terminal: nothing that a document says moves a cursor or sets a title there.

All that is printed goes through here, as names, titles and errors hold what documents say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment
from rich.style import Style

from kb.terminal.visible import visible, visible_in_json


def new_console(**options: Any) -> Console:
    """Return a console, made with these options, that spells control characters out."""
    made = Console(highlight=False, **options)
    made.push_render_hook(_Spelling())
    return made


def echo(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text with its control characters spelled out."""
    typer.echo(visible(str(text)), err=err, nl=nl)


def echo_json(text: str, *, err: bool = False) -> None:
    """Print JSON, which is the same JSON afterwards."""
    typer.echo(visible_in_json(text), err=err)


class _Spelling(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Spelled(each) for each in renderables]


class _Spelled:
    """A renderable whose texts, and where its links lead, have no control characters."""

    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), _spelled(segment.style))


def _spelled(style: Style | None) -> Style | None:
    if style and style.link and style.link != visible(style.link):
        return style.update_link(visible(style.link))
    return style

"""Terminal output with control characters escaped, so that no document can control the terminal.

Everything printed goes through here, because names, titles and errors contain text from documents.
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
    """Return a rich console, made with these options, that escapes control characters."""
    console = Console(highlight=False, **options)
    console.push_render_hook(_Escaping())
    return console


def echo(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text with control characters escaped."""
    typer.echo(visible(str(text)), err=err, nl=nl)


def echo_json(text: str, *, err: bool = False) -> None:
    """Print JSON with control characters as JSON escapes, so that its value is the same."""
    typer.echo(visible_in_json(text), err=err)


class _Escaping(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(each) for each in renderables]


class _Escaped:
    """A renderable with control characters escaped in its text and link targets."""

    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for segment in console.render(self._renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), _escaped(segment.style))


def _escaped(style: Style | None) -> Style | None:
    if style and style.link and style.link != visible(style.link):
        return style.update_link(visible(style.link))
    return style

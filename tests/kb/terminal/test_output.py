"""What documents say does nothing to a terminal."""

from __future__ import annotations

import io
import json

import pytest
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb.terminal.output import echo, echo_json, new_console

EVIL = "a\x1b]0;pwned\x07b\x1b[31m\x9b2J\u202e"
SPELLED = r"a\x1b]0;pwned\x07b\x1b[31m\x9b2J\u202e"


def test_a_console_spells_control_characters_out_and_keeps_its_own() -> None:
    out = io.StringIO()
    console = new_console(file=out, force_terminal=True, width=200)
    table = Table(EVIL)
    table.add_row(Text(EVIL, style="bold"))
    console.print(table)
    console.print(f"[bold]{escape(EVIL)}[/]")
    console.print(Text("here", style=f"link https://a.example/{EVIL}"))
    said = out.getvalue()
    assert "\x1b[1m" in said and "\x1b]8;" in said
    for sign in ("\x1b]0;", "\x1b[31m", "\x07", "\x9b", "\u202e"):
        assert sign not in said


def test_a_line_does_so_and_json_stays_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    echo(EVIL)
    assert capsys.readouterr().out == f"{SPELLED}\n"
    echo_json(json.dumps({"title": EVIL}, ensure_ascii=False))
    said = capsys.readouterr().out
    assert said.strip().isascii() and json.loads(said) == {"title": EVIL}

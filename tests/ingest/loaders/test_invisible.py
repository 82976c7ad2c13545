"""Marks that a reader does not see, and those that make letters what they are."""

from __future__ import annotations

import pytest

from ingest.loaders.invisible import visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("pass\u200bword", "password"),
        ("\ufeffstart", "start"),
        ("hy\u00adphen", "hyphen"),
        ("\u202bleft\u202c and \u2068right\u2069", "left and right"),
        ("shelf\u200cful, a\u200db", "shelfful, ab"),
        ("bell\x07", "bell"),
        ("two\tlines\nstay", "two\tlines\nstay"),
        ("note\U000e0061\U000e0062", "note"),
    ],
)
def test_marks_that_nobody_sees_are_taken_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष",
        "👩\u200d🔧",
        "🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "葛\U000e0100城",
        "é",
    ],
)
def test_what_letters_and_pictures_need_is_kept(text: str) -> None:
    assert visible(text) == text

"""The bot's own words, those that the terminal shares among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple

from bot.words.catalogue import words
from bot.words.words import SlackWords
from kb.words.catalogue import secret_names


def _said(words: SlackWords) -> Iterator[str]:
    for value in astuple(words):
        if isinstance(value, Mapping):
            yield from value.values()
        else:
            yield from (value,) if isinstance(value, str) else value


def test_the_japanese_words_have_japanese_punctuation_and_no_spaces_inside() -> None:
    kinds = ["AWS access key", "web token", "Twilio API key", "password in a web address"]
    letter = "ぁ-んァ-ヶー一-龯"
    spaced = re.compile(f"[{letter}、。：？（）「」] | [{letter}（「]")
    half_width = re.compile(f"[{letter}}}] ?[:?!(),]")
    for text in (*_said(words("ja")), secret_names(kinds, "ja")):
        if re.search(f"[{letter}]", text):
            assert not spaced.search(text), text
            assert not half_width.search(text), text

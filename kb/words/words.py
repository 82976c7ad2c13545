"""The texts that the terminal and Slack share."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import Rendering, SourceUnit


@dataclass(frozen=True)
class Words:
    """The bot's own texts in one language, as templates for `str.format`."""

    greeting: str
    hello: str
    welcome: str
    examples_label: str
    leaving: str
    not_covered: str
    nearest: str
    which: str
    none_of_these: str
    rephrase: str
    sources: str
    notes: str
    see_also: str
    original_language: str
    lines: str
    paragraphs: str
    pages: str
    confidence: str
    secret_pasted: str
    thinking: str
    rendering_guide: str
    rendering_chosen: str
    rendering_translated: str
    also_there: str
    comma: str
    steps_left_out: str
    understood: str

    def short_word(self, talk: str | None) -> str | None:
        """Return the reply to small talk that asks for nothing (kb.question.small_talk)."""
        match talk:
            case "no":
                return self.rephrase
            case "thanks" | "fine" | "stop":
                return self.welcome
            case _:
                return None

    def lines_of(self, unit: SourceUnit, lines: str) -> str:
        """Return a label for lines of a source, or for paragraphs or pages."""
        ways = {
            SourceUnit.LINE: self.lines,
            SourceUnit.PARAGRAPH: self.paragraphs,
            SourceUnit.PAGE: self.pages,
        }
        return ways[unit].format(lines=lines)

    def rendering(self, rendering: Rendering) -> str:
        """Return the note on what a language model did."""
        match rendering:
            case Rendering.GUIDE:
                return self.rendering_guide
            case Rendering.CHOSEN:
                return self.rendering_chosen
            case Rendering.TRANSLATED:
                return self.rendering_translated

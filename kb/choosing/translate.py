"""The guide's own steps in the asker's language, each checked against its original."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kb.choosing.assemble import marked
from kb.choosing.literals import Kind, Literal, holds, literals, prose
from kb.choosing.polarity import reverses
from kb.choosing.verify import Fault, Finding, unsafe, wrong_language
from kb.embedder.embeddings import Vectors
from kb.model import Span, Step
from kb.text.sentences import sentences

# Editions of the sample guide: twins of steps are at 0.88 in the mean, 27 of 29 above this; of the
# steps that are no twins, 99 of 100 are below (docs/written-answers.md).
_SAME_MEANING = 0.79
_ONCE = "1"

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Original:
    """A step that is to be translated, and the language that it is in."""

    step: Step
    language: str

    @property
    def text(self) -> str:
        """The step's words, with its code and labels marked."""
        return "".join(_mark(span) for span in self.step.spans)


def translated(original: Original, text: str) -> Step:
    """Return a step in other words, with its own as the original."""
    step = original.step
    return step.model_copy(update={"spans": marked(text.strip()), "original": step.spans})


def check_translation(original: Original, text: str, language: str, embed: Embed) -> Finding | None:
    """Return what is wrong with a translation, or None."""
    return next(_faults(original, text, language, embed), None)


def _faults(original: Original, text: str, language: str, embed: Embed) -> Iterator[Finding]:
    if found := unsafe(text):
        yield found
    kept = original.text
    for one, other, where in ((kept, text, "translation"), (text, kept, "original")):
        for literal in _fixed(one):
            if not holds(other, literal):
                yield Finding(
                    Fault.LITERAL, f"the {literal.kind} {literal.text!r} is not in the {where}"
                )
    if len(_sentences(text, language)) > len(_sentences(kept, original.language)):
        yield Finding(Fault.UNSUPPORTED, "it has more sentences than the original")
    if turned := reverses(prose(text), prose(kept), prose(kept)):
        yield Finding(Fault.REVERSED, turned)
    if wrong_language(text, language):
        yield Finding(Fault.LANGUAGE, f"it has to be in the language {language!r}")
    one, other = np.asarray(embed([kept, text]), np.float32)
    if float(one @ other) < _SAME_MEANING:
        yield Finding(Fault.UNSUPPORTED, "it does not mean the same as the original")


def _fixed(text: str) -> list[Literal]:
    """Return what a translation has to leave as it is."""
    return [literal for literal in literals(text) if literal != Literal(Kind.NUMBER, _ONCE)]


def _sentences(text: str, language: str) -> list[str]:
    return [sentence for sentence in sentences(text, language) if sentence.strip()]


def _mark(span: Span) -> str:
    return f"`{span.text}`" if span.code else f"**{span.text}**" if span.bold else span.text

"""The guide's own steps in the asker's language, each over its original, and compared with it.

What is compared is what can be: commands, labels, numbers, negations and conditions, by their
words. Two texts that agree in these may still differ, which is why the original stays in view.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kb.choosing import quantities
from kb.choosing.literals import holds, literals, prose
from kb.choosing.polarity import drops_condition, forbids, negates
from kb.embedder.embeddings import Vectors
from kb.model import Answer, Span, Step
from kb.text.language import detect_language

# Editions of the sample guide: twins of steps are at 0.88 in the mean, 27 of 29 above this; of the
# steps that are no twins, 99 of 100 are below (docs/model.md).
_SAME_MEANING = 0.79
_SURE_OF_LANGUAGE = 25
_LONGEST = 3
"""How many times as long as its original a translation may be, and some characters more."""

_SOME_MORE = 80
_END = re.compile(r"[。！？]|[.!?](?=\s|$)")
_PAUSE = re.compile(r"[:;：；—]")
_MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_MARKUP = re.compile(
    r"<[^\s<>][^<>]*>|\]\(|```|(?<!\w)[@＠](?:channel|here|everyone)", re.IGNORECASE
)

Embed = Callable[[Sequence[str]], Vectors]


class Difference(StrEnum):
    """In what a translation is not like its original."""

    FORM = "form"
    LITERAL = "literal"
    NUMBER = "number"
    LENGTH = "length"
    NEGATION = "negation"
    CONDITION = "condition"
    LANGUAGE = "language"
    MEANING = "meaning"


@dataclass(frozen=True)
class Original:
    """A step that is to be translated, and the language that it is in."""

    step: Step
    language: str

    @property
    def text(self) -> str:
        """The step's words, with its code and labels marked."""
        return "".join(_mark(span) for span in self.step.spans)


def originals_of(answer: Answer) -> dict[str, Original]:
    """Return the steps and notes of an answer that have words, by ids for a model."""
    steps = [step for part in answer.parts for step in (*part.steps, *part.notes)]
    language = answer.guide_language or ""
    return {f"s{n}": Original(step, language) for n, step in enumerate(steps, 1) if step.text}


def with_translations(answer: Answer, texts: dict[str, str]) -> Answer:
    """Return an answer with some of its steps (`originals_of`) in other words, over their own."""
    new = {
        id(original.step): translated(original, texts[name])
        for name, original in originals_of(answer).items()
        if name in texts
    }

    def replaced(steps: Sequence[Step]) -> tuple[Step, ...]:
        return tuple(new.get(id(step), step) for step in steps)

    parts = tuple(
        part.model_copy(update={"steps": replaced(part.steps), "notes": replaced(part.notes)})
        for part in answer.parts
    )
    return answer.model_copy(update={"parts": parts})


def translated(original: Original, text: str) -> Step:
    """Return a step in other words, with its own as the original."""
    spans = tuple(_spans(text.strip()))
    return original.step.model_copy(update={"spans": spans, "original": original.step.spans})


def difference(original: Original, text: str, language: str, embed: Embed) -> Difference | None:
    """Return in what a translation differs from its original, or None."""
    return next(_differences(original, text, language, embed), None)


def is_plain(text: str) -> bool:
    """Whether a text has no markup, mention, line break or hidden character in it."""
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") for sign in text)
    return bool(text.strip()) and not hidden and not _MARKUP.search(text)


def _differences(
    original: Original, text: str, language: str, embed: Embed
) -> Iterator[Difference]:
    kept = original.text
    if not is_plain(text):
        yield Difference.FORM
    if len(text) > _LONGEST * len(kept) + _SOME_MORE:
        yield Difference.LENGTH
        return
    pairs = ((kept, text), (text, kept))
    if any(not holds(two, literal) for one, two in pairs for literal in literals(one)):
        yield Difference.LITERAL
    if quantities.differ(kept, text):
        yield Difference.NUMBER
    if _ends(text) > _ends(kept) + len(_PAUSE.findall(kept)):
        yield Difference.LENGTH
    one, other = prose(kept), prose(text)
    if _turned(one, original.language, other, language):
        yield Difference.NEGATION
    if drops_condition(one, original.language, other, language):
        yield Difference.CONDITION
    if wrong_language(text, language):
        yield Difference.LANGUAGE
    first, second = np.asarray(embed([kept, text]), np.float32)
    if float(first @ second) < _SAME_MEANING:
        yield Difference.MEANING


def _turned(one: str, its: str, other: str, others: str) -> bool:
    """Whether one of two texts forbids, and the other does not even negate."""
    return (forbids(one, its) is True and negates(other, others) is False) or (
        forbids(other, others) is True and negates(one, its) is False
    )


def wrong_language(text: str, language: str) -> bool:
    """Whether a text is in another language than it has to be, as far as it can be told."""
    words = prose(text)
    letters = sum(sign.isalpha() for sign in words)
    if letters < _SURE_OF_LANGUAGE and language not in ("ja", "zh", "ko"):
        # A few words tell only the script.
        return bool(re.search(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]", words))
    return letters > 0 and detect_language(words, otherwise=language) != language


def _ends(text: str) -> int:
    """Return how many sentences a text has, about."""
    return max(1, len(_END.findall(text.strip())))


def _mark(span: Span) -> str:
    return f"`{span.text}`" if span.code else f"**{span.text}**" if span.bold else span.text


def _spans(text: str) -> Iterator[Span]:
    """Yield a text as spans: what stands in `backticks` is code, in **asterisks** bold."""
    at = 0
    for match in _MARKED.finditer(text):
        if match.start() > at:
            yield Span(text=text[at : match.start()])
        code, bold = match.groups()
        yield Span(text=code or bold, code=code is not None, bold=bold is not None)
        at = match.end()
    if at < len(text):
        yield Span(text=text[at:])

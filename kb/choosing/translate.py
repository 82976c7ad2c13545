"""Translated steps: each shown above its original, and compared with it.

Only what can be compared is: commands, labels, numbers, negations, conditions, language and
embeddings. Texts that agree in these may still differ, which is why the original stays visible.
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

# The least cosine. In the two editions of the sample guide, 27 of 29 pairs of equivalent steps are
# above it (0.88 on average), and 99 of 100 other pairs below (python -m benchmarks.lies,
# docs/model.md).
MIN_COSINE = 0.79
# With fewer letters only the script is checked, because detection is unreliable. Chosen by hand.
_MIN_LETTERS = 25
# How many times as long as its original a translation may be, plus some characters. Chosen by hand.
_MAX_LENGTH_RATIO = 3
_MAX_MORE_CHARACTERS = 80
_END = re.compile(r"[。！？]|[.!?](?=\s|$)")
_PAUSE = re.compile(r"[:;：；—]")
_MARKED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_MARKUP = re.compile(
    r"<[^\s<>][^<>]*>|\]\(|```|(?<!\w)[@＠](?:channel|here|everyone)", re.IGNORECASE
)

Embed = Callable[[Sequence[str]], Vectors]


class Difference(StrEnum):
    """How a translation differs from its original."""

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
    """A step to be translated, and its language (ISO 639-1)."""

    step: Step
    language: str

    @property
    def text(self) -> str:
        """The step's text, with code in `backticks` and bold in **asterisks**."""
        return "".join(_mark(span) for span in self.step.spans)


def originals_of(answer: Answer) -> dict[str, Original]:
    """Return an answer's steps and notes that have text, by ids for a model."""
    steps = [step for part in answer.parts for step in (*part.steps, *part.notes)]
    language = answer.guide_language or ""
    return {f"s{n}": Original(step, language) for n, step in enumerate(steps, 1) if step.text}


def with_translations(answer: Answer, texts: dict[str, str]) -> Answer:
    """Return an answer with translations of some steps, given by their ids in `originals_of`."""
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
    """Return a step with a translated text, keeping its own as the original."""
    spans = tuple(_spans(text.strip()))
    return original.step.model_copy(update={"spans": spans, "original": original.step.spans})


def difference(original: Original, text: str, language: str, embed: Embed) -> Difference | None:
    """Return the first difference found between a translation and its original, if any."""
    return next(_differences(original, text, language, embed), None)


def is_plain(text: str) -> bool:
    """Whether a text is not empty and has no markup, mention, line break or hidden character."""
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") for sign in text)
    return bool(text.strip()) and not hidden and not _MARKUP.search(text)


def _differences(
    original: Original, text: str, language: str, embed: Embed
) -> Iterator[Difference]:
    kept = original.text
    if not is_plain(text):
        yield Difference.FORM
    if len(text) > _MAX_LENGTH_RATIO * len(kept) + _MAX_MORE_CHARACTERS:
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
    if float(first @ second) < MIN_COSINE:
        yield Difference.MEANING


def _turned(one: str, its: str, other: str, others: str) -> bool:
    """Whether one of two texts forbids, and the other does not even negate."""
    return (forbids(one, its) is True and negates(other, others) is False) or (
        forbids(other, others) is True and negates(one, its) is False
    )


def wrong_language(text: str, language: str) -> bool:
    """Whether a text is in another language than `language`, as far as can be detected."""
    words = prose(text)
    letters = sum(sign.isalpha() for sign in words)
    if letters < _MIN_LETTERS and language not in ("ja", "zh", "ko"):
        # So few letters only tell the script.
        return bool(re.search(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]", words))
    return letters > 0 and detect_language(words, otherwise=language) != language


def _ends(text: str) -> int:
    """Return roughly how many sentences a text has."""
    return max(1, len(_END.findall(text.strip())))


def _mark(span: Span) -> str:
    return f"`{span.text}`" if span.code else f"**{span.text}**" if span.bold else span.text


def _spans(text: str) -> Iterator[Span]:
    """Yield a text as spans, with `backticks` as code and **asterisks** as bold."""
    at = 0
    for match in _MARKED.finditer(text):
        if match.start() > at:
            yield Span(text=text[at : match.start()])
        code, bold = match.groups()
        yield Span(text=code or bold, code=code is not None, bold=bold is not None)
        at = match.end()
    if at < len(text):
        yield Span(text=text[at:])

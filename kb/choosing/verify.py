"""Checks of what a language model wrote, against the guide's blocks that it names.

Every check is plain text work: nothing here asks a model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kb.choosing.injected import speaks_to_models
from kb.choosing.literals import Kind, dense, holds, literals, plain, prose
from kb.choosing.polarity import drops_condition, reverses
from kb.choosing.prompt import INSTRUCTIONS, WrittenStep
from kb.choosing.sources import Source, Sources, code_of
from kb.text.language import detect_language
from kb.text.sentences import sentences

_SHORTEST_QUOTE = 6
_LONGEST_STEP = 600
_SUPPORTED = 0.5
_LEAST_WORDS = 3
_STEM = 5
_SURE_OF_LANGUAGE = 25
_LEAKED = 32
_MARKUP = re.compile(
    r"<[^\s<>][^<>]*>|\]\(|\[[^\]]*\]:|(?<!\w)[@＠](?:channel|here|everyone|[A-Za-z]\w+)|[!#@]subteam|^\s*#"
    r"|!\[|```|\|\|",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_CJK = re.compile(r"[\u30a1-\u30fa\u30fc\u3400-\u9fff]{2,}")
_COMMON = frozenset(
    "the and for you your that this with from are not but can has have had was were will would "
    "then than when where which what who how its their there them they these those into onto any "
    "all one use using used also just only please make sure should must need may might could "
    "after before until once again first next finally does done doing get got let here new via "
    "step steps follow following out off about more most other such same each every own".split()
)


class Fault(StrEnum):
    """What was wrong with a step."""

    NO_BLOCK = "no such block"
    QUOTE = "quote not found"
    LITERAL = "not in the blocks"
    MARKUP = "link, mention or markup"
    ORDER = "out of order"
    REVERSED = "reversed"
    CONDITION = "condition left out"
    UNSUPPORTED = "unsupported"
    LANGUAGE = "wrong language"
    LEAK = "instructions shown"
    LENGTH = "too long or empty"


@dataclass(frozen=True)
class Finding:
    """A fault of a step, and what to tell the model of it."""

    fault: Fault
    detail: str


def cited(step: WrittenStep, sources: Sources) -> list[Source]:
    """Return the blocks that a step names, in the guide's order; those that exist."""
    found = {
        source.id: source
        for name in step.blocks
        if (source := sources.get(name)) and not speaks_to_models(source.block.full_text)
    }
    return sorted(found.values(), key=lambda source: source.place)


def verify(
    step: WrittenStep, sources: Sources, question: str, language: str, after: int = -1
) -> Finding | None:
    """Return what is wrong with a step, or None.

    `language` is what it has to be in; `after` is the place of the step before it.
    """
    return next(_faults(step, sources, question, language, after), None)


def unsafe(text: str) -> Finding | None:
    """Return what no text of a model may have: markup, hidden characters, our instructions."""
    if not text.strip() or len(text) > _LONGEST_STEP:
        return Finding(Fault.LENGTH, f"has to have 1 to {_LONGEST_STEP} characters")
    if found := _MARKUP.search(text):
        return Finding(Fault.MARKUP, f"{found[0]!r} is not allowed")
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") for sign in text):
        return Finding(Fault.MARKUP, "it has line breaks or hidden characters")
    if leaks(text):
        return Finding(Fault.LEAK, "it repeats the instructions")
    return None


def leaks(text: str) -> bool:
    """Whether a text shows some of the instructions that the model was given."""
    words = dense(text).lower()
    secret = dense(INSTRUCTIONS).lower()
    pieces = (words[at : at + _LEAKED] for at in range(0, len(words) - _LEAKED + 1, 4))
    return any(piece in secret for piece in pieces)


def wrong_language(text: str, language: str) -> bool:
    """Whether a text is in another language than it has to be, as far as it can be told."""
    words = prose(text)
    letters = sum(sign.isalpha() for sign in words)
    if letters < _SURE_OF_LANGUAGE and language not in ("ja", "zh", "ko"):
        # A few words tell only the script.
        return bool(re.search(r"[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]", words))
    return letters > 0 and detect_language(words, otherwise=language) != language


def _faults(
    step: WrittenStep, sources: Sources, question: str, language: str, after: int
) -> Iterator[Finding]:
    if found := unsafe(step.text):
        yield found
    blocks = cited(step, sources)
    if not blocks or len(blocks) < len(set(step.blocks)):
        yield Finding(Fault.NO_BLOCK, "it has to name blocks that are in the data")
        return
    texts = [source.block.full_text for source in blocks]
    yield from _quotes(step.quotes, texts)
    whole = "\n".join(texts)
    about = "\n".join([sources.about(blocks[0].section), *_section_texts(blocks[0], sources)])
    yield from _literals(step.text, whole, about, question)
    if blocks[0].place < after:
        yield Finding(Fault.ORDER, "steps have to be in the guide's order")
    evidence = " ".join(_evidence(step.quotes, texts, sources, blocks))
    if turned := reverses(prose(step.text), evidence, whole):
        yield Finding(Fault.REVERSED, turned)
    # The code under a block is shown whole, so all that is said about it has to be, too.
    shown = " ".join(source.block.text for source in blocks if code_of(source.block))
    if drops_condition(step.text, f"{evidence} {shown}"):
        yield Finding(Fault.CONDITION, "the guide says when to do it (if, before, until, only)")
    yield from _support(step.text, f"{whole}\n{sources.about(blocks[0].section)}", language)
    if wrong_language(step.text, language):
        yield Finding(Fault.LANGUAGE, f"it has to be in the language {language!r}")


def _quotes(quotes: Sequence[str], texts: Sequence[str]) -> Iterator[Finding]:
    whole = [dense(text) for text in texts]
    wanted = [dense(quote) for quote in quotes]
    for quote, words in zip(quotes, wanted, strict=True):
        if not any(words in text for text in whole):
            yield Finding(Fault.QUOTE, f"{quote[:80]!r} is not in the blocks that it names")
        elif len(words) < _SHORTEST_QUOTE and words not in whole:
            yield Finding(Fault.QUOTE, f"{quote!r} is too short to show anything")
    for text in whole:
        if not any(words and words in text for words in wanted):
            yield Finding(Fault.QUOTE, "every block that it names needs a quote from it")


def _literals(text: str, whole: str, about: str, question: str) -> Iterator[Finding]:
    for literal in literals(text):
        allowed = [whole]
        if literal.kind is Kind.NAME and literal.text.isupper():
            allowed.append(about)
        if literal.kind is not Kind.ADDRESS and " " not in literal.text:
            # A person may be told their own names again, but no commands, and is sent nowhere.
            allowed.append(question)
        if not any(holds(each, literal) for each in allowed):
            yield Finding(Fault.LITERAL, f"the {literal.kind} {literal.text!r} is not in the guide")


def _section_texts(source: Source, sources: Sources) -> Iterator[str]:
    for other in sources.blocks:
        if other.section == source.section:
            yield other.block.text


def _evidence(
    quotes: Sequence[str], texts: Sequence[str], sources: Sources, blocks: Sequence[Source]
) -> Iterator[str]:
    """Yield the sentences of the blocks that the quotes are from."""
    for source, text in zip(blocks, texts, strict=True):
        language = sources.sections[source.section][1].language
        for sentence in sentences(text, language):
            words = dense(sentence)
            parts = (dense(quote) for quote in quotes)
            if words and any(part in words or words in part for part in parts if part):
                yield sentence.strip()


def _support(text: str, evidence: str, language: str) -> Iterator[Finding]:
    """Find the sentences whose words are not the guide's; for steps in its own language."""
    known = _stems(evidence)
    for sentence in sentences(plain(text), language):
        words = _stems(sentence)
        if words and len(words & known) < _SUPPORTED * len(words):
            if len(words) >= _LEAST_WORDS or not words & known:
                yield Finding(Fault.UNSUPPORTED, f"the blocks do not say: {sentence.strip()[:80]}")


def _stems(text: str) -> set[str]:
    """Return the beginnings of words, and pairs of characters where words have no ends."""
    text = plain(text).lower()
    words = {word[:_STEM] for word in _WORD.findall(text) if word not in _COMMON}
    words = {
        word for word in words if not _CJK.search(word) and not re.search("[\u3041-\u309f]", word)
    }
    return words | {run[at : at + 2] for run in _CJK.findall(text) for at in range(len(run) - 1)}

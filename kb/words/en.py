"""The shared texts in English."""

from __future__ import annotations

from kb.words.words import Words

WORDS = Words(
    greeting="Ask about the guides, in your own words.",
    hello="Hello! I answer questions from these guides and cite the source of every step:",
    welcome="You're welcome. Just ask if there's anything else.",
    examples_label="For example:",
    leaving="Ctrl-D to quit",
    not_covered="I couldn't find an answer to this in the guides.",
    nearest="The closest sections:",
    which="Which of these do you mean?",
    none_of_these="None of these? Ask again and include the error message or what you were doing.",
    rephrase="Try again and include the error message or what you were doing, "
    "or ask the team that owns the guide.",
    sources="Sources",
    notes="Good to know",
    see_also="See also",
    original_language="The guide is in {language}; this is the original text.",
    lines="lines {lines}",
    paragraphs="paragraphs {lines}",
    pages="p. {lines}",
    confidence="(confidence {share:.0%})",
    secret_pasted=(
        "Your message contains a secret ({kinds}). Treat it as leaked: deactivate it now and "
        "replace it. I haven't stored or logged it."
    ),
    thinking="is searching the guides…",
    rendering_guide="This is the guide's own wording.",
    rendering_chosen="Chosen by a language model; the wording is the guide's own.",
    rendering_translated=(
        "Translated by a language model. If in doubt, follow the original text under each step."
    ),
    also_there="The guide also says: {headings}.",
    comma=", ",
    steps_left_out="Steps {numbers} of the guide are left out here.",
    understood="You asked: {question}",
)

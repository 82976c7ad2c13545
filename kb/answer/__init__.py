"""From ranked sections to a decision, and from a section to cited steps in its own words.

Nothing here searches, and nothing here calls a language model.
"""

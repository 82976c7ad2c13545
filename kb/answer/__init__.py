"""From ranked problems to a decision, and from a problem to cited steps in its own words.

Nothing here searches or calls a language model.
"""

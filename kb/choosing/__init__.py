"""What a language model does: it chooses among the guide's lines, condenses, and translates.

It never states: what it returns are ids, except for translations, which stand over their originals.
Without CHAT_MODEL nothing here is used. What the guide says is composed in kb/answer.
"""

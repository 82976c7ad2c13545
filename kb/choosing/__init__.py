"""What a language model does: it chooses among the guide's lines, condenses, and translates.

It never states facts: it returns ids, or translations, which are shown above their originals.
Without CHAT_MODEL nothing here is used. kb.answer composes what the guide says.
"""

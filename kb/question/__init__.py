"""What is done to a question before anything is looked for: cleaning, redaction, parts, small talk.

Nothing here reads a guide.
"""

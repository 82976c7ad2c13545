"""What happens to a question before the search: redaction, splitting, small talk, follow-ups.

Nothing here reads a guide.
"""

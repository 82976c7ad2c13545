"""From Markdown to a guide: its sections and their blocks.

Nothing here knows the guide's original format.
"""

"""From Markdown to a guide: its sections, and the blocks in them.

Nothing here knows what format the guide was in.
"""

"""Rules for the Markdown parser: syntax of documentation tools beyond CommonMark.

Each module holds the rules for one kind of mark. Whatever a rule leaves out becomes a `left_out`
token, from which remarks are made.
"""

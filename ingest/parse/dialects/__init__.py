"""What documentation tools write that CommonMark does not know, as rules of the Markdown parser.

A module holds the rules of one kind of mark. What a rule leaves out, it says in a token
(`left_out`), of which remarks are made.
"""

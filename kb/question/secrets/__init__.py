"""What counts as a secret, and where in a text there is one.

The tables beside the modules say which kinds there are; the modules say how they are found, each in
time that grows with a text's length and no faster. Nothing here changes a text.
"""

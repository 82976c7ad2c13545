"""The docs team's commands: options in, a call of the pipeline, words for people out.

What they do is done elsewhere.
"""

"""The docs team's commands: parse options, call the pipeline, print the result.

The work itself is done elsewhere.
"""

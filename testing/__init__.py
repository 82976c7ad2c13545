"""What tests and benchmarks share: the servers that stand in for Slack and for language models.

The product imports nothing from here.
"""

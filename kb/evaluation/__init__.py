"""Golden questions, what comes of asking them, and how the decision is fitted to them.

The product answers without it.
"""

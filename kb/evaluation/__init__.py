"""Golden questions, their evaluation, and calibration on them.

Answering does not need it.
"""

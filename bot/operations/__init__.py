"""What the operator sees and runs: the log, metrics, HTTP pages, an ingest on demand.

Nothing here knows how a question is answered.
"""

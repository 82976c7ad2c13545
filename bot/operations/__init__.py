"""Operations: logging, metrics, HTTP endpoints, ingests on demand.

Nothing here knows how a question is answered.
"""

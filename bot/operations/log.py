"""The log: one line per event, with the id of the question it belongs to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

from bot.question import Place
from bot.settings import BotSettings

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s%(question_mark)s"
_JSON = "%(asctime)s %(levelname)s %(name)s %(message)s %(question)s"

# The SDK logs the payload of a broken WebSocket message, which contains what people wrote.
_PAYLOAD = ", payload: "

# Loggers that may emit DEBUG. Others (Slack's libraries, HTTP and model clients) would log what
# people wrote, and Bolt copies the root logger's level to its own.
_PACKAGES = ("bot", "ingest", "kb")

_question: ContextVar[str | None] = ContextVar("question", default=None)


@contextmanager
def log_context(place: Place) -> Iterator[None]:
    """Add the question's id to every line that this thread logs in the block."""
    token = _question.set(place.id)
    try:
        yield
    finally:
        _question.reset(token)


def configure(settings: BotSettings) -> None:
    """Log to standard error, as text or JSON lines, but never what people wrote."""
    handler = logging.StreamHandler()
    handler.addFilter(_without_details_of_libraries)
    handler.addFilter(_with_question)
    handler.addFilter(_without_payload)
    if settings.log_format == "json":
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        handler.setFormatter(JsonFormatter(_JSON, rename_fields=names, json_ensure_ascii=False))
    else:
        handler.setFormatter(logging.Formatter(_TEXT))
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(logging.INFO, level), handlers=[handler], force=True)
    for package in _PACKAGES:
        logging.getLogger(package).setLevel(level)
    for chatty in ("faiss.loader", "sentence_transformers", "httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _with_question(record: logging.LogRecord) -> bool:
    question = _question.get()
    record.__dict__["question"] = question
    record.__dict__["question_mark"] = f" (question {question})" if question else ""
    return True


def _without_details_of_libraries(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.INFO or record.name.partition(".")[0] in _PACKAGES


def _without_payload(record: logging.LogRecord) -> bool:
    if record.name.startswith("slack") and _PAYLOAD in (text := record.getMessage()):
        record.msg, record.args = text.partition(_PAYLOAD)[0] + ")", ()
    return True

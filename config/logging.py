"""Logs as JSON lines on standard error (or as text, for people), each with the request it belongs to."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, TextIO

from config.settings import MASK, LoggingSettings

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

# Whoever writes a record never passes a secret; this catches the address that a library's error quotes back.
_PASSWORD_IN_URL: Final = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE)
_BEARER: Final = re.compile(r"(\b(?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}", re.IGNORECASE)
_FEED_KEY: Final = re.compile(r"(/feeds/searches/\d+/)[\w~-]+")
_QUIET: Final = ("uvicorn.access", "asyncio", "httpx2", "httpcore2", "tortoise", "pgqueuer")


def _without_secrets(text: str) -> str:
    for secret in (_PASSWORD_IN_URL, _BEARER, _FEED_KEY):
        text = secret.sub(rf"\1{MASK}", text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339), level, logger, message, request_id, error (a traceback)."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _without_secrets(record.getMessage()),
        }
        if (request := request_id.get()) is not None:
            line["request_id"] = request
        if record.exc_info:
            line["error"] = _without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False).encode(errors="replace").decode()


class PlainText(logging.Formatter):
    """One line for a person at a terminal; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        text = f"{time} {record.levelname.lower():<7} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return _without_secrets(text).encode(errors="replace").decode()


def set_up(settings: LoggingSettings, stream: TextIO | None = None) -> None:
    """Let every logger of the process write through one handler; call again to change it."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonLines() if settings.format == "json" else PlainText())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    logging.captureWarnings(True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))

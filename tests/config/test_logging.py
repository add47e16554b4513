"""Log lines: their shape, the request they belong to, and what they never show."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from config.logging import request_id, set_up
from config.settings import LoggingSettings, Secret


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def written(settings: LoggingSettings, message: str, *values: object) -> str:
    stream = io.StringIO()
    set_up(settings, stream)
    logging.getLogger("forum.sample").info(message, *values)
    return stream.getvalue()


def test_json_line_has_its_request() -> None:
    token = request_id.set("r-1")
    try:
        line = json.loads(written(LoggingSettings(), "posted %s", 7))
    finally:
        request_id.reset(token)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "info", "logger": "forum.sample", "message": "posted 7", "request_id": "r-1"}


def test_one_record_is_one_line_whatever_it_holds() -> None:
    text = written(LoggingSettings(), "a\nb\ud800 é")
    assert text.count("\n") == 1
    assert json.loads(text)["message"].startswith("a\nb")


def test_error_carries_its_traceback_without_passwords() -> None:
    stream = io.StringIO()
    set_up(LoggingSettings(), stream)
    try:
        raise OSError("cannot reach postgresql://forum:verysecret@db/forum")
    except OSError:
        logging.getLogger("forum.sample").exception("failed with Authorization: Bearer abcdefgh12345678")
    line = json.loads(stream.getvalue())
    assert "OSError" in line["error"]
    assert "verysecret" not in stream.getvalue()
    assert "abcdefgh12345678" not in stream.getvalue()


def test_text_form_and_secrets() -> None:
    text = written(LoggingSettings(format="text"), "key %s", Secret("verysecret"))
    assert text.endswith("info    key ********\n")


def test_level_and_uvicorn_are_tamed() -> None:
    assert written(LoggingSettings(level="warning"), "quiet") == ""
    stream = io.StringIO()
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(io.StringIO()))
    set_up(LoggingSettings(), stream)
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("uvicorn.error").info("started")
    assert json.loads(stream.getvalue())["message"] == "started"

"""Answers made small on the way out: brotli for pages, zstd for JSON, gzip for the rest; never a stream."""

import gzip
import re
from typing import Final

import brotli  # type: ignore[import-untyped]
import zstandard
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH_IT: Final = 500
BROTLI_QUALITY: Final = 4
GZIP_LEVEL: Final = 4
ZSTD_LEVEL: Final = 1
_SMALL: Final = re.compile(
    rb"text/(?!event-stream)|application/(?:json|problem\+json|[a-z.]+\+json|xml|javascript)"
)
_REFUSED: Final = re.compile(rb"([a-z]+)\s*;\s*q=0(?:\.0+)?\s*(?:,|$)")


def brotli_best(body: bytes) -> bytes:
    """As small as it gets, for what is compressed once."""
    return bytes(brotli.compress(body, quality=11))


class Compress:
    """Compresses an answer that comes in one piece; one that comes in several is a stream, and passes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Sender(send, _accepted(scope)).send)


class _Sender:
    """Holds the start of an answer back until its first piece tells whether it is the only one."""

    def __init__(self, send: Send, accepted: bytes) -> None:
        self._send, self._accepted = send, accepted
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_compressible(message):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            start, self._start = self._start, None
            start["headers"] = _varying(start["headers"])
            body = message.get("body", b"")
            if not message.get("more_body") and len(body) >= WORTH_IT:
                message = {**message, "body": self._pressed(start, body)}
            await self._send(start)
        await self._send(message)

    def _pressed(self, start: Message, body: bytes) -> bytes:
        coding, small = _press(body, _header(start, b"content-type") or b"", self._accepted)
        if coding is None:
            return body
        kept = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        start["headers"] = [
            *kept,
            (b"content-encoding", coding),
            (b"content-length", str(len(small)).encode()),
        ]
        return small


def _press(body: bytes, kind: bytes, accepted: bytes) -> tuple[bytes | None, bytes]:
    is_json = b"json" in kind
    if is_json and b"zstd" in accepted:
        return b"zstd", zstandard.compress(body, ZSTD_LEVEL)
    if b"br" in accepted:
        return b"br", bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    if b"gzip" in accepted:
        return b"gzip", gzip.compress(body, GZIP_LEVEL, mtime=0)
    return None, body


def _accepted(scope: Scope) -> bytes:
    """The codings that the client names, without those that it gives no weight."""
    named = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding").lower()
    return _REFUSED.sub(b",", named) if b"q=0" in named else named


def _is_compressible(start: Message) -> bool:
    if start["status"] in (204, 304) or _header(start, b"content-encoding") is not None:
        return False
    return _SMALL.match(_header(start, b"content-type") or b"") is not None


def _header(message: Message, wanted: bytes) -> bytes | None:
    for name, value in message["headers"]:
        if name == wanted:
            return bytes(value)
    return None


def _varying(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Whether it was compressed or not, the answer depends on what the client takes."""
    said = b", ".join(value for name, value in headers if name == b"vary")
    if b"accept-encoding" in said.lower() or said == b"*":
        return list(headers)
    kept = [(name, value) for name, value in headers if name != b"vary"]
    return [*kept, (b"vary", said + b", Accept-Encoding" if said else b"Accept-Encoding")]

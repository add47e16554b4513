"""The way out to providers and platforms: one shared client, and bounds that hold for a whole answer."""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import httpx2

from auth.public_hosts import PublicHosts
from config.settings import LimitsSettings

READABLE_ENCODINGS = "identity"
FAILURES = 3
ALONE_SECONDS = 10


class TooLong(httpx2.TransportError):
    """The answer was larger than what may be read."""


def open_client(
    limits: LimitsSettings,
    mounts: Mapping[str, httpx2.AsyncBaseTransport] | None = None,
    named: Iterable[str] = (),
) -> httpx2.AsyncClient:
    """The one client for a process's life; it asks public hosts, and private ones only if they are ``named``.

    ``mounts`` serves some hosts in process (the demo's provider). Redirects are not followed.
    """
    return httpx2.AsyncClient(
        transport=PublicHosts(certificates(), (*limits.private_hosts, *named)),
        timeout=timeout(limits),
        mounts=dict(mounts or {}),
        follow_redirects=False,
        trust_env=False,
    )


@cache
def certificates() -> ssl.SSLContext:
    """Read once: the system's certificates take 30 ms."""
    return ssl.create_default_context()


def timeout(limits: LimitsSettings) -> httpx2.Timeout:
    return httpx2.Timeout(limits.outbound_seconds, connect=limits.outbound_connect_seconds)


class Bounded(httpx2.AsyncBaseTransport):
    """Lends the shared client to Authlib, which makes a client of its own a call and closes it after.

    The whole exchange, body included, ends within ``outbound_seconds`` and ``outbound_bytes``; httpx's own
    timeouts bound single reads only, so a server that drips would hold us for ever.
    """

    def __init__(self, client: httpx2.AsyncClient, limits: LimitsSettings) -> None:
        self._client, self._limits = client, limits

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        # No compression asked for: a small body that unpacks to a large one is not worth the trouble.
        request.headers["Accept-Encoding"] = READABLE_ENCODINGS
        try:
            async with asyncio.timeout(self._limits.outbound_seconds):
                return await self._exchange(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("the provider took too long", request=request) from error

    async def _exchange(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._client.send(request, stream=True, auth=None)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._limits.outbound_bytes:
                    raise TooLong("the provider's answer is too long", request=request)
        finally:
            await response.aclose()
        return httpx2.Response(response.status_code, headers=response.headers, content=bytes(body))


class Breaker(httpx2.AsyncBaseTransport):
    """After three failures in a row a server is left alone for ten seconds: who comes then is told at once."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner, self._failures, self._alone_until = inner, 0, 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._alone_until

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_open:
            raise httpx2.ConnectError("this server has just failed several times", request=request)
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx2.TransportError, asyncio.CancelledError):
            self._count(failed=True)
            raise
        self._count(failed=response.status_code >= 500)
        return response

    def _count(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= FAILURES:
            self._alone_until = time.monotonic() + ALONE_SECONDS


class Outbound:
    """Single questions to servers of others, each bounded as a whole."""

    def __init__(self, client: httpx2.AsyncClient, limits: LimitsSettings) -> None:
        self._client, self._bounded = client, Bounded(client, limits)

    async def ask(self, method: str, url: str, **sent: Any) -> httpx2.Response:
        """The answer, whatever its status; ``sent`` are `headers`, `data` or `json`. Raises httpx2.HTTPError."""
        try:
            request = self._client.build_request(method, url, **sent)
        except (httpx2.InvalidURL, ValueError) as error:
            raise httpx2.UnsupportedProtocol(f"this cannot be asked: {error}") from error
        return await self._bounded.handle_async_request(request)


def object_in(answer: httpx2.Response) -> dict[str, Any] | None:
    """The JSON object of an answer, None for what is none, however deep it is nested."""
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

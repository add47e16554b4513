"""A browser's end of a stream, as small as it can be."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.live.serve import COOKIE


@dataclass(frozen=True, slots=True)
class Event:
    id: str | None
    kind: str
    data: Any


class Reader:
    """`async with Reader(port, …) as reader:`; the stream is read all the time unless ``slow``."""

    def __init__(
        self,
        port: int,
        thread: int | str | None = None,
        *,
        session: str | None = None,
        token: str | None = None,
        since: str | None = None,
        slow: bool = False,
        path: str = "/live",
    ) -> None:
        self.port, self.slow = port, slow
        headers = [f"GET {path}{'' if thread is None else f'?thread={thread}'} HTTP/1.1", "Host: 127.0.0.1"]
        if session:
            headers.append(f"Cookie: {COOKIE.name}={session}")
        if token:
            headers.append(f"Authorization: Bearer {token}")
        if since:
            headers.append(f"Last-Event-ID: {since}")
        self._request = ("\r\n".join(headers) + "\r\n\r\n").encode()
        self.status, self.headers = 0, dict[str, str]()
        self.events: list[Event] = []
        self.body, self.last_id, self.ended = b"", "", False
        self._news = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        sock = socket.socket()
        if self.slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        self._in, self._out = await asyncio.open_connection(sock=sock, limit=4096 if self.slow else 2**18)
        self._out.write(self._request)
        head = (await self._in.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
        if not self.slow:
            self.read_on()
        return self

    def read_on(self) -> None:
        self._task = asyncio.create_task(self._read())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._out.transport.abort()
        with suppress(OSError):
            await self._out.wait_closed()

    async def _read(self) -> None:
        if "content-length" in self.headers:
            self.body = await self._in.readexactly(int(self.headers["content-length"]))
            await self._end()
            return
        rest = b""
        while size := int(await self._in.readline() or b"0", 16):
            chunk = await self._in.readexactly(size + 2)
            self.body += chunk[:-2]
            *blocks, rest = (rest + chunk[:-2]).split(b"\n\n")
            for block in blocks:
                self._take(block.decode())
            async with self._news:
                self._news.notify_all()
        await self._end()

    async def _end(self) -> None:
        self.ended = True
        async with self._news:
            self._news.notify_all()

    def _take(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and line[0] != ":")
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.events.append(Event(fields.get("id"), fields["event"], json.loads(fields["data"])))

    def of(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    async def until(self, what: Callable[["Reader"], object], seconds: float = 5.0) -> None:
        """Wait until ``what`` holds of this reader; ``TimeoutError`` if it does not come about."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: what(self))

    async def until_begun(self) -> None:
        await self.until(lambda reader: reader.last_id or reader.ended)


async def fetch(port: int, path: str) -> Any:
    async with Reader(port, path=path) as reader:
        await reader.until(lambda each: each.ended)
        return json.loads(reader.body) if reader.body else None

"""A process that serves nothing but `/live`: `python -m tests.live.serve DATABASE_URL SOCKET_FD`."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.middleware import Identify
from auth.sessions.cookies import cookies_for
from config.database import connect, disconnect, tortoise_config
from config.settings import AuthSettings, DatabaseSettings
from forum.directory import MemberDirectory
from forum.live.hub import Hub
from forum.live.stream import live_route

COOKIE = cookies_for("http://127.0.0.1", session_days=1, sign_in_seconds=60).session


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def build(url: str) -> Identify:
    directory = MemberDirectory(AuthSettings())
    hub = Hub(directory)

    async def state(request: Request) -> Response:
        return JSONResponse({"count": hub.count, "resident": resident()})

    async def end(request: Request) -> Response:
        hub.end_streams()
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await connect(tortoise_config(url, DatabaseSettings()))
        await hub.start()
        yield
        await hub.stop()
        await disconnect()

    app = Starlette(routes=[live_route(hub), Route("/state", state), Route("/end", end)], lifespan=lifespan)
    return Identify(app, directory=directory, cookie=COOKIE)


def main(url: str, fd: int) -> None:
    listening = socket.socket(fileno=fd)
    config = uvicorn.Config(build(url), log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listening]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

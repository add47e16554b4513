"""The whole site on a socket that is given: `python -m tests.scim.serve DATABASE_URL BASE_URL SOCKET_FD`."""

import asyncio
import socket
import sys
import tempfile

import uvicorn

from config.loading import load
from forum.app import Site


async def serve(url: str, base_url: str, fd: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = load(
            environ={},
            site_base_url=base_url,
            site_secret_key="a key for tests, long enough to be taken",
            search_folder=folder,
        )
        site = Site(settings)
        async with site.running(url):
            config = uvicorn.Config(site.app, log_level="warning", access_log=False, lifespan="off")
            await uvicorn.Server(config).serve(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))

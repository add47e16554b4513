"""S-13: the site knocks at public doors only, unless its operator named the house."""
import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx2
import pytest

from auth.public_hosts import PublicHosts

pytestmark = pytest.mark.anyio
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server on this machine that notes who knocks."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def ask(address: str, *named: str) -> httpx2.Response:
    async with httpx2.AsyncClient(transport=PublicHosts(ssl.create_default_context(), named), timeout=2) as client:
        return await client.get(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1", "10.0.0.1",
        "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]", "[2002:7f00:1::]",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "[64:ff9b::7f00:1]",
    ],
)  # fmt: skip
async def test_private_hosts_are_not_asked(host: str, port: int) -> None:
    with pytest.raises(httpx2.ConnectError):
        await ask(f"http://{host}:{port}/")


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.0/8"])
async def test_what_the_operator_named_is_asked(named: str, port: int) -> None:
    assert (await ask(f"http://127.0.0.1:{port}/", named)).text == "hi"


async def test_a_name_is_allowed_by_name(port: int) -> None:
    assert (await ask(f"http://localhost:{port}/", "localhost")).text == "hi"


async def test_the_address_that_was_checked_is_the_one_that_is_asked(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means one machine now and another a moment later is looked up once."""
    answers = [[(2, 1, 6, "", ("127.0.0.1", port))], [(2, 1, 6, "", ("192.168.1.1", port))]]

    async def rebinding(*_: object, **__: object) -> object:
        return answers.pop(0)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
    assert (await ask(f"http://rebinding.example:{port}/", "127.0.0.0/8")).text == "hi"
    with pytest.raises(httpx2.ConnectError):
        await ask(f"http://rebinding.example:{port}/", "127.0.0.0/8")
    assert not answers

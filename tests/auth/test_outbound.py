"""The way out: an answer that is too long or too slow is cut, a redirect is not followed."""

import asyncio
import dataclasses

import httpx2
import pytest
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from auth.outbound import Bounded, TooLong, open_client
from config.settings import LimitsSettings

pytestmark = pytest.mark.anyio

HOST = "https://op.example.test"


class Endless(httpx2.AsyncBaseTransport):
    """Sends a piece for as long as somebody reads, or holds back for ever."""

    def __init__(self, piece: bytes, pause: bool) -> None:
        self.piece, self.pause = piece, pause

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=_Drip(self.piece, self.pause))


class _Drip(httpx2.AsyncByteStream):
    def __init__(self, piece: bytes, pause: bool) -> None:
        self.piece, self.pause = piece, pause

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        while True:
            yield self.piece
            if self.pause:
                await asyncio.Event().wait()
            await asyncio.sleep(0)


async def ask(transport: httpx2.AsyncBaseTransport, limits: LimitsSettings) -> httpx2.Response:
    async with open_client(limits, {HOST: transport}) as shared:
        async with httpx2.AsyncClient(transport=Bounded(shared, limits), trust_env=False) as lent:
            answer = await lent.get(HOST + "/x")
        assert not shared.is_closed
        return answer


async def test_an_endless_answer_is_cut() -> None:
    with pytest.raises(TooLong):
        await ask(Endless(b"x" * 1000, pause=False), LimitsSettings(outbound_bytes=5_000))


async def test_a_dripping_answer_is_cut() -> None:
    limits = dataclasses.replace(LimitsSettings(), outbound_seconds=0.05)  # type: ignore[arg-type]
    with pytest.raises(httpx2.ReadTimeout):
        await ask(Endless(b"x", pause=True), limits)


async def test_a_redirect_is_not_followed() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await RedirectResponse("http://169.254.169.254/")(scope, receive, send)

    assert (await ask(httpx2.ASGITransport(app=app), LimitsSettings())).status_code == 307


async def test_no_compression_is_asked_for() -> None:
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(value for key, value in scope["headers"] if key == b"accept-encoding")
        await Response("ok")(scope, receive, send)

    assert (await ask(httpx2.ASGITransport(app=app), LimitsSettings())).text == "ok"
    assert seen == [b"identity"]

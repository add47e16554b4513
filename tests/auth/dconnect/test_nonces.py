"""Many at once with one nonce: one of them is the first."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from auth.dconnect import nonces
from auth.dconnect.nonces import Spoilt
from auth.oidc import transactions
from auth.oidc.transactions import UnderWay
from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def committed(committed_url: str) -> AsyncIterator[None]:
    await connect(tortoise_config(committed_url, DatabaseSettings()))
    yield
    await disconnect()


async def test_an_answer_that_comes_many_times_at_once_is_taken_once(committed: None) -> None:
    under_way = UnderWay(nonce="", verifier="", target="/groups")
    await transactions.begin("n", "b", "dconnect:school", under_way)
    taken = await asyncio.gather(*(nonces.take("n", b"b", "dconnect:school") for _ in range(10)))
    assert [one for one in taken if not isinstance(one, Spoilt)] == [under_way]
    assert [one.reason for one in taken if isinstance(one, Spoilt)] == ["replayed"] * 9


async def test_a_request_that_comes_from_many_browsers_at_once_is_answered_to_one(committed: None) -> None:
    browsers = [str(number).encode() for number in range(10)]
    claimed = await asyncio.gather(*(nonces.claim("n", browser, "dconnect-client:wiki") for browser in browsers))
    assert claimed.count(True) == 1
    assert await nonces.claim("n", browsers[claimed.index(True)], "dconnect-client:wiki")
    assert await nonces.claim("n", browsers[claimed.index(False)], "dconnect-client:another")

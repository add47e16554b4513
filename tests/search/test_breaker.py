"""A broken engine is waited for once; then searches fail at once, and one in a while tries again."""

import asyncio

import pytest

from search.breaker import Breaker
from search.embedded import EmbeddedEngine
from search.engine import Answer, Hit, Query, QueryError, SearchUnavailable
from tests.search.making import document, query

pytestmark = pytest.mark.anyio

FOUND = Answer((Hit(1, 1, 1, 1, 1.0, 1),))


class Moody:
    """An engine whose next answers are given: an exception, "hangs", or an answer."""

    def __init__(self) -> None:
        self.answer: Answer | Exception | str = FOUND
        self.asked = 0

    async def search(self, _query: Query) -> Answer:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer == "hangs":
            await asyncio.Event().wait()
        assert isinstance(self.answer, Answer)
        return self.answer


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inner() -> Moody:
    return Moody()


@pytest.fixture
def breaker(inner: Moody, clock: Clock) -> Breaker:
    return Breaker(inner, patience=0.01, rest=5, clock=clock)


async def fails(breaker: Breaker) -> str:
    with pytest.raises(SearchUnavailable) as raised:
        await breaker.search(query("word"))
    return str(raised.value)


async def test_what_works_goes_through(breaker, inner):
    assert await breaker.search(query("word")) == FOUND
    assert inner.asked == 1


@pytest.mark.parametrize("trouble", ["hangs", SearchUnavailable("gone"), TimeoutError()])
async def test_a_failing_engine_is_asked_once(breaker, inner, trouble):
    inner.answer = trouble
    reasons = {await fails(breaker) for _ in range(3)}
    assert inner.asked == 1
    assert len(reasons) == 1 and reasons != {""}


async def test_after_a_rest_one_search_tries_and_the_others_do_not_wait_for_it(breaker, inner, clock):
    inner.answer = SearchUnavailable("gone")
    await fails(breaker)
    clock.now += 5
    inner.answer = "hangs"
    trying = asyncio.create_task(fails(breaker))
    await asyncio.sleep(0)
    assert inner.asked == 2
    assert await fails(breaker) == "gone"
    assert "did not answer" in await trying
    assert inner.asked == 2


async def test_an_engine_that_came_back_is_asked_by_all(breaker, inner, clock):
    inner.answer = SearchUnavailable("gone")
    await fails(breaker)
    inner.answer = FOUND
    await fails(breaker)
    clock.now += 5
    for _ in range(3):
        assert await breaker.search(query("word")) == FOUND
    assert inner.asked == 4


async def test_one_heavy_search_does_not_take_the_engine_from_the_others(breaker, inner):
    inner.answer = "hangs"
    heavy = asyncio.create_task(fails(breaker))
    await asyncio.sleep(0)
    inner.answer = FOUND
    assert await breaker.search(query("word")) == FOUND
    assert "did not answer" in await heavy
    assert await breaker.search(query("word")) == FOUND


async def test_who_goes_away_or_asks_wrongly_says_nothing_about_the_engine(breaker, inner):
    inner.answer = "hangs"
    leaving = asyncio.create_task(breaker.search(query("word")))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    inner.answer = QueryError("no")
    with pytest.raises(QueryError):
        await breaker.search(query("word"))
    inner.answer = FOUND
    assert await breaker.search(query("word")) == FOUND


async def test_everything_else_reaches_the_engine_though_searches_rest(tmp_path):
    breaker = Breaker(EmbeddedEngine(tmp_path / "index"))
    assert "rebuild" in await fails(breaker)
    async with breaker.rebuild() as builder:
        await builder.add([document("one", post_id=1), document("two", post_id=2)])
    await breaker.index([document("three", post_id=3, thread_id=2)])
    await breaker.delete([1])
    assert set(await breaker.stamps(1, 3)) == {2, 3}
    await breaker.delete([2, 3])
    assert (await breaker.count(), (await breaker.status()).ready) == (0, True)
    await breaker.aclose()

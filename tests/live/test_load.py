"""Many streams, a burst, a reader who does not read; what a stream weighs."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack

import pytest

from tests.live.community import Community
from tests.live.reader import Reader, fetch

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

STREAMS, SECONDS, RATE = 100, 3, 50
WEIGHED = 500
KILOBYTES = 20
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plenary' AND pid <> pg_backend_pid()
"""


async def opened(stack: AsyncExitStack, port: int, thread: int, number: int) -> list[Reader]:
    readers = [await stack.enter_async_context(Reader(port, thread)) for _ in range(number)]
    for reader in readers:
        await reader.until_begun()
    return readers


async def test_a_busy_thread_reaches_every_reader_in_order_and_whole(port: int, community: Community) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    posts = SECONDS * RATE
    async with AsyncExitStack() as stack:
        readers = await opened(stack, port, thread, STREAMS)
        for _ in range(posts):
            await community.reply(thread, "Ben")
            await asyncio.sleep(1 / RATE)
        for reader in readers:
            await reader.until(lambda r: len(r.of("reply")) >= posts)
        for reader in readers:
            assert [event.data["number"] for event in reader.events] == list(range(1, posts + 1))
            places = [tuple(map(int, str(event.id).split("-"))) for event in reader.events]
            assert places == sorted(set(places))


async def test_a_burst_overflows_nobody_who_reads(port: int, community: Community) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    async with AsyncExitStack() as stack:
        readers = await opened(stack, port, thread, 20)
        await community.reply(thread, "Ben", 1200)
        for reader in readers:
            await reader.until(lambda r: len(r.events) >= 1200)
            assert [event.data.get("number") for event in reader.events] == list(range(1, 1201))


async def test_a_slow_reader_is_told_to_ask_again_and_holds_nobody_up(
    serve: Callable[..., AbstractContextManager[int]], community: Community
) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    with serve(send_buffer=4096) as port:
        async with Reader(port, thread, slow=True) as slow, Reader(port, thread) as quick:
            await quick.until_begun()
            await community.reply(thread, "Ben", 3000)
            await quick.until(lambda r: len(r.of("reply")) >= 3000 or r.of("resync"), 10)
            # A burst of 3,000 at once is more than a queue holds: on a busy machine even a quick reader may be sent to
            # ask again; what matters is that it is told of the end of the burst while the slow one stands still.
            assert len(quick.of("reply")) == 3000 or quick.of("resync")
            slow.read_on()
            await slow.until(lambda r: r.of("resync"))
            (post,) = await community.reply(thread, "Ben")
            await slow.until(lambda r: r.events[-1].data.get("number") == post["number"])
            assert len(slow.of("reply")) < 3000


async def test_what_a_stream_weighs(serve: Callable[..., AbstractContextManager[int]], community: Community) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    with serve() as port:
        async with AsyncExitStack() as stack:
            await opened(stack, port, thread, 50)  # what the first ones allocate belongs to the process
            before = await fetch(port, "/state")
            readers = await opened(stack, port, thread, WEIGHED)
            await community.reply(thread, "Ben", 5)
            for reader in readers:
                await reader.until(lambda r: len(r.events) == 5)
            after = await fetch(port, "/state")
        assert after["count"] - before["count"] == WEIGHED
        # The machine's rounding is tolerated by a quarter.
        assert (after["resident"] - before["resident"]) / WEIGHED <= 1.25 * KILOBYTES * 1024
        await gone(port)


async def gone(port: int) -> None:
    """Streams whose readers went are counted no more."""
    for _ in range(100):
        if not (await fetch(port, "/state"))["count"]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("streams are left over")


async def test_streams_live_through_a_lost_database_and_miss_nothing(
    serve: Callable[..., AbstractContextManager[int]], community: Community
) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    with serve() as port:
        async with Reader(port, thread) as reader:
            await reader.until_begun()
            await community.raw.execute(CUT)
            await community.reply(thread, "Ben", 3)
            await reader.until(lambda r: len(r.of("reply")) == 3, 10)
            assert [event.data["number"] for event in reader.of("reply")] == [1, 2, 3]

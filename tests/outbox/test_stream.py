"""Nobody who follows the facts misses one, however late it commits."""
import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from forum.outbox.relay import Listener, Relay
from forum.outbox.stream import (
    START,
    Cursor,
    StoredFact,
    facts_after,
    follow,
    newest_cursor,
    renumber_after_restore,
)
from tests.jobs.cases import until
from tests.outbox.cases import BellRung, open_transaction, tell

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


def bells(facts: list[StoredFact]) -> list[int]:
    return [fact.payload["bell_id"] for fact in facts]


async def test_a_fact_that_commits_late_is_not_skipped(sql: asyncpg.Connection) -> None:
    await tell(BellRung(bell_id=1))
    async with open_transaction(BellRung(bell_id=2)):
        await tell(BellRung(bell_id=3))
        early = await facts_after(START)
        assert bells(early) == [1]
        assert await newest_cursor() == early[-1].cursor
    late = await facts_after(early[-1].cursor)
    assert bells(late) == [2, 3]
    assert await facts_after(late[-1].cursor) == []


async def test_facts_come_in_pages(sql: asyncpg.Connection) -> None:
    await tell(*(BellRung(bell_id=n) for n in range(5)))
    first = await facts_after(START, limit=3)
    second = await facts_after(first[-1].cursor, limit=3)
    assert (bells(first), bells(second)) == ([0, 1, 2], [3, 4])


async def test_an_empty_stream_begins_at_its_start(sql: asyncpg.Connection) -> None:
    assert await newest_cursor() == START


def test_a_cursor_is_its_own_text() -> None:
    assert Cursor.parse(str(Cursor(12, 34))) == Cursor(12, 34)


@pytest.mark.parametrize(
    "text", ["", "-", "1", "1-", "-1", "1-2-3", "a-b", "1- 2", "²-1", "9" * 19 + "-1", "1" * 60]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        Cursor.parse(text)


async def test_old_facts_go_before_the_new_after_a_restore(sql: asyncpg.Connection) -> None:
    await tell(BellRung(bell_id=1))
    assert await renumber_after_restore() is False
    await sql.execute("UPDATE facts SET tx = 4611686018427387904")
    assert await renumber_after_restore() is True
    await tell(BellRung(bell_id=2))
    assert bells(await facts_after(START)) == [1, 2]


async def test_a_follower_is_woken_and_sees_a_late_commit(sql: asyncpg.Connection) -> None:
    async with Relay(), Listener() as listener:
        await listener.listening.wait()
        stream = follow(START, listener.subscribe())
        await tell(BellRung(bell_id=1))
        assert bells(await first_of(stream)) == [1]
        async with open_transaction(BellRung(bell_id=2)):
            await tell(BellRung(bell_id=3))
        assert bells(await first_of(stream)) == [2, 3]


async def first_of(stream: AsyncIterator[list[StoredFact]]) -> list[StoredFact]:
    async with asyncio.timeout(10):
        return await anext(stream)


async def test_many_commits_are_one_notification(sql: asyncpg.Connection) -> None:
    async with Relay() as relay, Listener() as listener:
        await listener.listening.wait()
        for n in range(50):
            await tell(BellRung(bell_id=n))
        assert await listener.wait(10)

        async def settled() -> bool:
            return not await listener.wait(0.1)

        await until(settled)
        assert 1 <= relay.sent < 50


async def test_the_listener_finds_its_way_back(sql: asyncpg.Connection) -> None:
    listens = "query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%'"

    async with Relay(), Listener() as listener:
        await listener.listening.wait()
        await tell(BellRung(bell_id=0))
        await listener.wait(10)
        await sql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ("
            + listens
            + ")"
        )

        async def gone() -> bool:
            return not listener.listening.is_set()

        await until(gone)
        await asyncio.wait_for(listener.listening.wait(), 10)
        assert await listener.wait(10), "what was missed is caught up"
        await tell(BellRung(bell_id=1))
        assert await listener.wait(10)

"""Counters that went wrong, by whatever way, are found and put right."""
from pathlib import Path

import asyncpg
import pytest

from forum.groups.recount import recount_groups
from forum.threads.recount import recount_threads
from forum.transfer.community import import_community
from tests.transfer.making import message, unseen, written

pytestmark = [pytest.mark.anyio, pytest.mark.committed, pytest.mark.usefixtures("at_hand")]

THREADS = "SELECT post_count, last_number, last_post_id, last_post_at, last_author_id FROM threads ORDER BY id"
GROUPS = "SELECT member_count, thread_count, post_count, last_post_id, last_post_at FROM groups ORDER BY id"


async def test_wrong_counters_are_counted_and_put_right(sql: asyncpg.Connection, tmp_path: Path) -> None:
    lines = [message(n, topic=f"Topic {n % 3}", group=f"Group {n % 2}", author=f"author {n}") for n in range(12)]
    await import_community(written(tmp_path / "f", *lines), unseen)
    threads, groups = await sql.fetch(THREADS), await sql.fetch(GROUPS)
    assert (await recount_threads(), await recount_groups()) == (0, 0)

    await sql.execute("UPDATE threads SET post_count = 0, last_post_id = 0, last_post_at = NULL WHERE id % 2 = 0")
    await sql.execute("UPDATE groups SET post_count = 7, member_count = 0")

    assert (await recount_threads(), await recount_groups()) == (3, 2)
    assert (await sql.fetch(THREADS), await sql.fetch(GROUPS)) == (threads, groups)


async def test_posts_that_are_not_public_are_not_counted_but_keep_their_numbers(
    sql: asyncpg.Connection, tmp_path: Path
) -> None:
    await import_community(written(tmp_path / "f", message(1), message(2)), unseen)
    first, last = [row[0] for row in await sql.fetch("SELECT id FROM posts ORDER BY id")]

    await sql.execute("UPDATE posts SET state = 'withdrawn' WHERE id = $1", last)
    assert (await recount_threads(), await recount_groups()) == (1, 1)
    assert tuple(await sql.fetchrow(THREADS) or ())[:3] == (1, 2, first)

    await sql.execute("UPDATE posts SET state = 'withdrawn'")
    assert (await recount_threads(), await recount_groups()) == (1, 1)
    assert tuple(await sql.fetchrow(THREADS) or ()) == (0, 2, 0, None, None)
    assert tuple(await sql.fetchrow(GROUPS) or ()) == (1, 0, 0, 0, None)

"""What is done with a post while its thread is being merged is done where it went; with real commits."""
import asyncio

import pytest

from forum.curation.commands.merge import merge
from forum.kit.transaction import command, connection
from tests.curation.acting import actor_of
from tests.support.clients import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
EDIT = {"body": "Mended while it moved."}


async def until_waiting(requests):
    async with asyncio.timeout(20):
        while True:
            async with connection() as raw:
                if await raw.fetchval(WAITING) >= requests:
                    return
            await asyncio.sleep(0.02)


async def test_whatever_waits_for_a_merger_goes_along(committed_site, cast):
    fay = await actor_of(committed_site, "fay")
    source, first, second = cast.threads["public"], cast.first["public"], cast.second["public"]
    target = cast.threads["members"]
    done, go = asyncio.Event(), asyncio.Event()

    @command
    async def slowly():
        await merge(fay, source, target)
        done.set()
        await go.wait()

    async with connection() as raw:
        author = {row["id"]: row["username"] for row in await raw.fetch(
            "SELECT p.id, m.username FROM posts p JOIN members m ON m.id = p.author_id")}  # fmt: skip
    writer = client_of(committed_site, author[first])
    merging = asyncio.create_task(slowly())
    await done.wait()
    requests = [
        asyncio.create_task(each)
        for each in (
            writer.patch(f"/api/v1/posts/{first}", json=EDIT, headers={"If-Match": '"1"'}),
            client_of(committed_site, "fay").put(f"/api/v1/posts/{second}/reactions/thanks"),
            client_of(committed_site, "ben").post(f"/api/v1/threads/{source}/posts", json={"body": "As they moved."}),
        )
    ]
    await until_waiting(len(requests))
    go.set()
    await merging
    edited, thanked, replied = await asyncio.gather(*requests)
    assert (edited.status_code, edited.json().get("thread_id")) == (200, target), edited.text
    assert thanked.status_code < 300, thanked.text
    assert (replied.status_code, replied.json().get("thread_id")) == (201, target), replied.text
    async with connection() as raw:
        assert await raw.fetchval("SELECT body FROM posts WHERE id = $1", first) == EDIT["body"]
        numbers = await raw.fetch("SELECT number FROM posts WHERE thread_id = $1 ORDER BY number", target)
    assert [row["number"] for row in numbers] == list(range(1, len(numbers) + 1))

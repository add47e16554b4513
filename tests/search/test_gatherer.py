"""Jobs that share one commit of the index do not share each other's failures."""
import asyncio

import pytest

from forum.searching.indexing import Gatherer

pytestmark = pytest.mark.anyio


async def test_a_post_that_cannot_be_indexed_spoils_no_later_batch() -> None:
    batches: list[set[int]] = []

    async def index(post_ids):
        batches.append(set(post_ids))
        await asyncio.sleep(0)
        if 13 in batches[-1]:
            raise ValueError("unlucky")

    gatherer = Gatherer(index)
    answers = await asyncio.gather(
        *(gatherer.index([post_id]) for post_id in (13, 1, 2)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [ValueError, type(None), type(None)]
    await gatherer.index([3])
    assert batches[1:] == [{1, 2}, {3}]


async def test_who_waits_for_the_same_post_tries_it_again() -> None:
    failures = [ValueError("once")]

    async def index(_post_ids):
        await asyncio.sleep(0)
        if failures:
            raise failures.pop()

    gatherer = Gatherer(index)
    answers = await asyncio.gather(gatherer.index([1]), gatherer.index([1]), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError, type(None)]
    assert not failures and not gatherer._waiting

"""Many snippets of long posts do not hold up the loop."""
import asyncio
from datetime import UTC, datetime

import pytest

from forum.searching.queries import hits
from search.query import parse

pytestmark = pytest.mark.anyio


def row(post_id: int) -> dict[str, object]:
    return {
        "id": post_id, "number": 1, "created_at": datetime.now(UTC), "text": "a word", "username": "ben",
        "display_name": "Ben", "thread_id": 1, "title": "T", "slug": "t", "language": "en",
        "kind": "discussion",
        "group_slug": "g", "group_title": "G", "visibility": "public", "policy": "open",
    }  # fmt: skip


async def test_others_have_their_turn_between_hits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "TURN_SECONDS", 0)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    found = await hits.with_snippets([row(2), row(1)], parse("word"))
    task.cancel()
    assert [hit.post.id for hit in found] == [2, 1] and turns >= 2
    assert found[0].marks == [(2, 6)]


async def test_beyond_their_time_snippets_are_the_posts_beginnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "SNIPPET_SECONDS", 0)
    found = await hits.with_snippets([row(1)], parse("word"))
    assert (found[0].snippet, found[0].marks) == ("a word", [])

"""After each change, once its jobs have run, the index holds what the database holds."""
from typing import Any

import pytest

from forum.jobs.drain import drain
from forum.kit.transaction import connection
from forum.searching import engine, indexing, jobs
from forum.searching.comparison import verify
from search.documents import Document
from tests.cast import Cast
from tests.searching.engines import MemoryEngine
from tests.threads.conftest import Reply, reply  # noqa: F401 (a fixture)

pytestmark = pytest.mark.anyio

WAITING = "SELECT entrypoint, payload FROM pgqueuer WHERE entrypoint LIKE 'searching.%' ORDER BY id"

PAYLOAD = b'{"post_id":%d}'


async def in_step() -> None:
    await drain()
    assert (await verify(mend=False)).total == 0


async def test_a_thread_that_is_edited(client: Any, cast: Cast, memory: MemoryEngine) -> None:
    edit = {"title": "Another title", "language": "fr", "kind": "discussion"}
    path = f"/api/v1/threads/{cast.threads['public']}"
    assert (await client("ben").patch(path, json=edit, headers={"If-Match": '"1"'})).is_success
    await in_step()
    held = memory.held[cast.second["public"]]
    assert (held.title, held.language, held.kind) == ("Another title", "fr", "discussion")


async def test_an_answer_that_is_accepted_and_taken_back(client: Any, cast: Cast, memory: MemoryEngine) -> None:
    path = f"/api/v1/threads/{cast.threads['public']}/answer"
    first, second = cast.first["public"], cast.second["public"]
    assert (await client("ben").put(path, json={"post_id": second})).is_success
    await in_step()
    assert memory.held[first].answered and not memory.held[first].accepted and memory.held[second].accepted
    assert (await client("ben").delete(path)).is_success
    await in_step()
    assert not memory.held[first].answered and not memory.held[second].accepted


async def test_an_accepted_answer_that_is_withdrawn(client: Any, cast: Cast, memory: MemoryEngine) -> None:
    """The thread is no longer answered, which all its posts say."""
    first, second = cast.first["public"], cast.second["public"]
    path = f"/api/v1/threads/{cast.threads['public']}/answer"
    assert (await client("ben").put(path, json={"post_id": second})).is_success
    await drain()
    assert (await client("fay").delete(f"/api/v1/posts/{second}")).is_success
    await in_step()
    assert second not in memory.held and not memory.held[first].answered


async def test_a_member_who_is_renamed(client: Any, cast: Cast, memory: MemoryEngine) -> None:
    ben = client("ben")
    answer = await ben.patch("/api/v1/me", json={"name": "Benedict"}, headers={"If-Match": '"1"'})
    assert answer.is_success
    await in_step()
    assert {memory.held[post].author_name for post in cast.first.values()} == {"Benedict"}


@pytest.mark.parametrize("edit", [{"bio": "New."}, {"name": "Ben"}])
async def test_what_a_document_does_not_hold_indexes_nothing(
    edit: dict[str, str], client: Any, memory: MemoryEngine
) -> None:
    assert (await client("ben").patch("/api/v1/me", json=edit, headers={"If-Match": '"1"'})).is_success
    async with connection() as sql:
        assert not await sql.fetch(WAITING)


async def test_many_posts_are_indexed_batch_by_batch(
    client: Any, cast: Cast, memory: MemoryEngine, monkeypatch: pytest.MonkeyPatch, reply: Reply  # noqa: F811
) -> None:
    for number in range(3):
        await reply("ben", f"Reply {number}")
    await drain()
    monkeypatch.setattr(jobs, "BATCH", 2)
    ben = client("ben")
    assert (await ben.patch("/api/v1/me", json={"name": "Benedict"}, headers={"If-Match": '"1"'})).is_success
    async with connection() as sql:
        (waiting,) = await sql.fetch(WAITING)
        assert waiting["entrypoint"] == "searching.index_member"
        await jobs.index_member(member_id=cast.members["ben"])
        _, more = await sql.fetch(WAITING)
        assert more["payload"] != waiting["payload"]
    await in_step()


async def test_one_job_does_what_others_wait_for(memory: MemoryEngine, reply: Reply) -> None:  # noqa: F811
    posts = [(await reply("ben", f"Reply {number}"))["id"] for number in range(5)]
    async with connection() as sql:
        # Picked by another worker, and to be tried later: neither is anybody else's to finish.
        await sql.execute("UPDATE pgqueuer SET status = 'picked' WHERE payload = $1", PAYLOAD % posts[3])
        await sql.execute(
            "UPDATE pgqueuer SET execute_after = now() + interval '1 h' WHERE payload = $1", PAYLOAD % posts[4]
        )
        before = memory.asked
        await jobs.index_post(post_id=posts[0])
        assert memory.asked == before + 1
        assert memory.held.keys() >= set(posts[:3])
        assert [row["payload"] for row in await sql.fetch(WAITING)] == [PAYLOAD % post for post in posts[3:]]


async def test_a_post_that_cannot_be_indexed_stops_no_other(memory: MemoryEngine, reply: Reply) -> None:  # noqa: F811
    well, ill = [(await reply("ben", text))["id"] for text in ("Well", "Ill")]
    memory.ill = ill
    await jobs.index_post(post_id=well)
    assert well in memory.held
    async with connection() as sql:
        assert len(await sql.fetch(WAITING)) == 2


class Late(MemoryEngine):
    """Another process writes, with what it had read before the change, just before this one is done."""

    def __init__(self, old: Document) -> None:
        super().__init__()
        self.old: Document | None = old

    async def index(self, documents: Any) -> None:
        await super().index(documents)
        if self.old is not None:
            old, self.old = self.old, None
            async with connection() as sql:
                await sql.execute("UPDATE posts SET text = 'changed meanwhile' WHERE id = $1", old.post_id)


async def test_whoever_writes_last_looks_once_more(cast: Cast, memory: MemoryEngine) -> None:
    post = cast.first["public"]
    late = Late(memory.held[post])
    engine.install(late)
    await indexing.index_posts([post])
    assert late.held[post].text == "changed meanwhile"


async def test_a_stale_index_tells_nobody_of_a_group_that_was_closed(client: Any, cast: Cast, site: Any) -> None:
    """A group's visibility is in no document: nothing has to be indexed, and nothing is told meanwhile."""
    async with engine.engine().rebuild() as builder:
        async for some in indexing.every_document():
            await builder.add(some)
    path = "/api/v1/search?q=Post in the public group"
    assert (await client("cem").get(path)).json()["items"]
    async with connection() as sql:
        await sql.execute("UPDATE groups SET visibility = 'closed' WHERE id = $1", cast.groups["public"])
    slugs = {hit["thread"]["group"]["slug"] for hit in (await client("cem").get(path)).json()["items"]}
    assert "public-group" not in slugs
    assert (await client("ben").get(path)).json()["items"]
    assert (await verify(mend=False)).total == 0

"""What comes over a stream, to whom, and what is refused before it begins."""

import asyncio
import json

import pytest

from tests.live.community import Community
from tests.live.reader import Reader

pytestmark = [pytest.mark.anyio, pytest.mark.committed]


async def test_a_visitor_hears_of_replies_edits_and_withdrawals_in_the_open_thread(
    port: int, community: Community
) -> None:
    _, group = await community.group("public", "Ben")
    thread, other = await community.thread(group, "Ben"), await community.thread(group, "Ben")
    async with Reader(port, thread) as reader:
        assert reader.status == 200
        assert reader.headers["content-type"].startswith("text/event-stream")
        assert reader.headers["cache-control"] == "no-store"
        assert reader.headers["x-accel-buffering"] == "no"
        await reader.until_begun()
        assert reader.body.startswith(b"retry: 3000\n")
        await community.reply(other, "Ben")
        (post,) = await community.reply(thread, "Ben")
        await reader.until(lambda r: r.events)
        (reply,) = reader.events
        assert (reply.kind, reply.id) == ("reply", post["place"])
        assert reply.data == {"thread_id": thread, "post_id": post["post_id"], "number": 1, "author": "Ben"}

        about = {"thread_id": thread, "group_id": group, "post_id": post["post_id"]}
        await community.tell("thread.post_edited", **about, editor_id=1)
        await reader.until(lambda r: r.of("edited"))
        await community.raw.execute("UPDATE posts SET state = 'withdrawn' WHERE id = $1", post["post_id"])
        await community.tell("thread.post_withdrawn", **about, actor_id=1)
        await reader.until(lambda r: r.of("withdrawn"))
        expected = {"post_id": post["post_id"], "number": 1}
        assert [event.data for event in reader.of("edited", "withdrawn")] == [expected, expected]


async def test_a_post_withdrawn_since_its_fact_is_not_told_as_a_reply(port: int, community: Community) -> None:
    _, group = await community.group("public")
    thread = await community.thread(group, "Ben")
    async with Reader(port, thread) as reader:
        await reader.until_begun()
        await community.raw.execute("BEGIN")
        first, second = await community.reply(thread, "Ben", 2)
        await community.raw.execute("UPDATE posts SET state = 'hidden' WHERE id = $1", first["post_id"])
        await community.raw.execute("COMMIT")
        await reader.until(lambda r: r.events)
        assert [event.data["post_id"] for event in reader.events] == [second["post_id"]]


@pytest.mark.parametrize(
    ("visibility", "who", "status", "code"),
    [
        ("hidden", None, 404, "not_found"),
        ("members", None, 401, "sign_in_required"),
        ("closed", "Cem", 403, "group_members_only"),
        ("hidden", "Cem", 404, "not_found"),
    ],
)
async def test_a_thread_that_may_not_be_read_is_refused_before_the_stream_begins(
    port: int, community: Community, visibility: str, who: str | None, status: int, code: str
) -> None:
    _, group = await community.group(visibility, "Ben")
    thread = await community.thread(group, "Ben")
    async with Reader(port, thread, session=await community.session(who) if who else None) as reader:
        await reader.until(lambda r: r.ended)
        assert reader.status == status
        assert reader.headers["content-type"] == "application/problem+json"
        assert json.loads(reader.body)["code"] == code


@pytest.mark.parametrize(
    ("thread", "since", "status"),
    [(10**18, None, 404), ("x", None, 422), (0, None, 422), (2**64, None, 422), (None, "yesterday", 422)],
)
async def test_nonsense_is_refused(
    port: int, community: Community, thread: int | str | None, since: str | None, status: int
) -> None:
    async with Reader(port, thread, since=since) as reader:
        assert reader.status == status


async def test_a_reader_who_comes_back_gets_what_was_missed_and_only_that(port: int, community: Community) -> None:
    _, group = await community.group("closed", "Ben", "Fay")
    thread, other = await community.thread(group, "Ben"), await community.thread(group, "Ben")
    session = await community.session("Fay")
    async with Reader(port, thread, session=session) as reader:
        await reader.until_begun()
        await community.reply(thread, "Ben")
        await reader.until(lambda r: r.of("reply"))
        last = reader.last_id
    await community.reply(other, "Ben", 3)
    await community.reply(thread, "Ben", 150)
    async with Reader(port, thread, session=session, since=last) as reader:
        await reader.until(lambda r: len(r.of("reply")) == 150)
        await community.reply(thread, "Ben")
        await reader.until(lambda r: len(r.of("reply")) == 151)
        assert [event.data["number"] for event in reader.of("reply")] == list(range(2, 153))
        assert not reader.of("resync")


async def test_a_place_from_another_life_of_the_database_is_answered_with_resync(
    port: int, community: Community
) -> None:
    _, group = await community.group("public")
    thread = await community.thread(group, "Ben")
    async with Reader(port, thread, since=f"{2**60}-1") as reader:
        await reader.until(lambda r: r.of("resync"))
        await community.reply(thread, "Ben")
        await reader.until(lambda r: r.of("reply"))


async def test_a_member_hears_what_is_unread_in_their_groups(port: int, community: Community) -> None:
    slug, group = await community.group("closed", "Ben", "Fay")
    elsewhere, foreign = await community.group("closed", "Cem")
    thread, unseen = await community.thread(group, "Ben"), await community.thread(foreign, "Cem")
    async with Reader(port, token=await community.token("Fay")) as reader:
        await reader.until(lambda r: r.of("unread"))
        assert reader.events[-1].data == {"groups": {}, "notices": 0}
        await community.reply(unseen, "Cem")
        await community.reply(thread, "Ben", 3)
        await reader.until(lambda r: len(r.of("unread")) == 2)
        assert reader.events[-1].data == {"groups": {slug: 1}, "notices": 0}
        await community.raw.execute(
            "INSERT INTO notices (member_id, cause, kind) VALUES ($1, 'post:1', 'mention')", community.ids["Fay"]
        )
        await reader.until(lambda r: len(r.of("unread")) == 3, 8)
        assert reader.events[-1].data == {"groups": {slug: 1}, "notices": 1}
        assert elsewhere.encode() not in reader.body


async def test_the_process_can_end_its_streams(serve, community: Community) -> None:  # type: ignore[no-untyped-def]
    _, group = await community.group("public")
    thread = await community.thread(group, "Ben")
    with serve() as port:
        async with Reader(port, thread) as reader:
            await reader.until_begun()
            async with Reader(port, path="/end") as end:
                assert end.status == 204
            await reader.until(lambda r: r.ended)
        async with Reader(port, thread) as reader:
            assert reader.status == 503
            assert int(reader.headers["retry-after"]) > 0
        await asyncio.sleep(0)

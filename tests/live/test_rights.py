"""A right that ends, ends on open streams within five seconds; nothing is told after it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from time import monotonic

import pytest

from auth.sessions import commands as sessions
from auth.sessions.cookies import digest
from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings
from tests.live.community import Community
from tests.live.reader import Reader

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

SUSPEND = "UPDATE members SET status = 'suspended' WHERE id = $1"
SIGN_OUT = "DELETE FROM sessions WHERE member_id = $1"
REVOKE = "DELETE FROM api_tokens WHERE member_id = $1"
LEAVE = "DELETE FROM memberships WHERE member_id = $1"
NOTICE = "INSERT INTO notices (member_id, cause, kind, group_id) VALUES ($1, 'test', 'approved', $2)"
HIDE = "UPDATE groups SET visibility = 'hidden' WHERE id = $1"
ID = "SELECT id FROM sessions WHERE token_hash = $1"
EXPIRE = "UPDATE sessions SET expires_at = now() WHERE token_hash = $1"
IDLE = "UPDATE sessions SET last_seen_at = now() - interval '15 days' WHERE token_hash = $1"
AT_THE_PROVIDER = "UPDATE sessions SET sid = $2, subject = $2 WHERE token_hash = $1"
ISSUER = "https://op.example.test"


@pytest.fixture
async def own_process(live_url: str) -> AsyncIterator[None]:
    """The commands run here; the streams are another process's."""
    await connect(tortoise_config(live_url, DatabaseSettings()))
    yield
    await disconnect()


async def test_every_way_of_ending_a_session_ends_its_streams_in_every_process(
    port: int, community: Community, own_process: None
) -> None:
    ways = ("sign_out", "sid", "subject", "one", "others", "expiry", "idle")
    async with AsyncExitStack() as stack:
        readers, tokens = {}, {}
        for name in (*ways, "stays"):
            await community.member(name)
            tokens[name] = await community.session(name)
            await community.raw.execute(AT_THE_PROVIDER, digest(tokens[name]), f"at-{name}")
            readers[name] = await stack.enter_async_context(Reader(port, session=tokens[name]))
        for reader in readers.values():
            await reader.until_begun()
        ids = {name: await community.raw.fetchval(ID, digest(token)) for name, token in tokens.items()}
        began = monotonic()
        await sessions.end(digest(tokens["sign_out"]))
        await sessions.end_by_logout_token(ISSUER, "j-1", sid="at-sid", subject=None)
        await sessions.end_by_logout_token(ISSUER, "j-2", sid=None, subject="at-subject")
        assert await sessions.end_by_logout_token(ISSUER, "j-2", sid=None, subject="at-stays") is None
        await sessions.end_mine(community.ids["one"], ids["one"])
        await sessions.end_others(community.ids["others"], None)
        await community.raw.execute(EXPIRE, digest(tokens["expiry"]))
        await community.raw.execute(IDLE, digest(tokens["idle"]))
        for name in ways:
            await readers[name].until(lambda r: r.ended, 6)
            assert [event.data for event in readers[name].of("gone")] == [{"reason": "signed_out"}], name
        assert monotonic() - began <= 5.0
        assert not readers["stays"].ended


async def test_another_view_of_the_site_ends_the_streams_of_the_one_before(
    port: int, community: Community, own_process: None
) -> None:
    """Their browser comes again by itself, with the rights of the new view."""
    for name in ("Adi", "Eve"):
        await community.member(name)
    await community.raw.execute("UPDATE members SET staff = 'admin' WHERE id = $1", community.ids["Adi"])
    _, group = await community.group("closed", "Ben", "Eve")
    thread = await community.thread(group, "Ben")
    token = await community.session("Adi")
    session = await community.raw.fetchval(ID, digest(token))
    async with Reader(port, thread, session=token) as before:
        assert before.status == 403
    async with Reader(port, session=token) as before:
        await before.until_begun()
        await sessions.begin_viewing(session, community.ids["Eve"], timedelta(minutes=30))
        # The page that follows asks at once: the stream of the old view is over, though nobody looked yet.
        async with Reader(port, thread, session=token) as viewing:
            await before.until(lambda r: r.ended, 2)
            await viewing.until_begun()
            await community.reply(thread, "Ben")
            await viewing.until(lambda r: r.of("reply"))
            await sessions.end_viewing(session)
            began = monotonic()
            await viewing.until(lambda r: r.ended, 6)
            assert monotonic() - began <= 5.0
            assert not viewing.of("gone"), "they are not signed out"
            await community.reply(thread, "Ben")
            assert len(viewing.of("reply")) == 1
        async with Reader(port, session=token) as after:
            await after.until(lambda r: r.of("unread"))
            assert not after.ended


async def test_suspension_and_sign_out_end_the_stream(port: int, community: Community) -> None:
    cases = {"ana": (SUSPEND, False), "bo": (SUSPEND, True), "cy": (SIGN_OUT, False), "di": (REVOKE, True)}
    for name in cases:
        await community.member(name)
    _, group = await community.group("closed", "Ben", *cases)
    thread = await community.thread(group, "Ben")
    async with AsyncExitStack() as stack:
        readers: list[Reader] = []
        for name, (_, by_token) in cases.items():
            session, token = (None, await community.token(name)) if by_token else (await community.session(name), None)
            for wanted in (thread, None):
                reader = Reader(port, wanted, session=session, token=token)
                readers.append(await stack.enter_async_context(reader))
        for reader in readers:
            await reader.until_begun()
        began = monotonic()
        for name, (statement, _) in cases.items():
            await community.raw.execute(statement, community.ids[name])
        for reader in readers:
            await reader.until(lambda r: r.ended, 6)
        assert monotonic() - began <= 5.0
        await community.reply(thread, "Ben")
        for reader in readers:
            assert [event.data for event in reader.of("gone")] == [{"reason": "signed_out"}]
            assert not reader.of("reply")


@pytest.mark.parametrize("fact", ["group.membership_ended", "group.member_banned"])
async def test_leaving_and_bans_narrow_the_stream_before_the_next_post_is_told(
    port: int, community: Community, fact: str
) -> None:
    slug, group = await community.group("closed", "Ben", "Fay")
    thread = await community.thread(group, "Ben")
    async with Reader(port, thread, session=await community.session("Fay")) as reader:
        await reader.until(lambda r: r.of("unread"))
        await community.raw.execute("BEGIN")
        await community.raw.execute(LEAVE, community.ids["Fay"])
        await community.tell(fact, group_id=group, member_id=community.ids["Fay"])
        await community.raw.execute("COMMIT")
        await community.reply(thread, "Ben")
        await reader.until(lambda r: r.of("gone"), 2)
        assert reader.of("gone")[0].data == {"reason": "not_readable", "thread_id": thread}
        # The stream goes on for what is still theirs, without the group.
        own_slug, own = await community.group("closed", "Ben", "Fay")
        await community.tell("group.membership_started", group_id=own, member_id=community.ids["Fay"], source="manual")
        await community.reply(await community.thread(own, "Ben"), "Ben")
        await reader.until(lambda r: r.of("unread")[-1].data["groups"] == {own_slug: 1})
        assert not reader.of("reply")
        assert slug.encode() not in reader.body


async def test_a_group_that_is_hidden_ends_its_visitors_streams(port: int, community: Community) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    async with Reader(port, thread) as reader:
        await reader.until_begun()
        await community.raw.execute(HIDE, group)
        await reader.until(lambda r: r.ended, 5)
        assert [event.kind for event in reader.events] == ["gone"]


async def test_a_thread_that_moved_is_told_only_to_those_who_may_read_it_there(port: int, community: Community) -> None:
    _, group = await community.group("public", "Ben")
    _, closed = await community.group("closed", "Ben")
    thread = await community.thread(group, "Ben")
    async with (
        Reader(port, thread) as visitor,
        Reader(port, thread, session=await community.session("Ben")) as member,
    ):
        await visitor.until_begun()
        await member.until_begun()
        await community.raw.execute("UPDATE threads SET group_id = $2 WHERE id = $1", thread, closed)
        await community.reply(thread, "Ben")
        await member.until(lambda r: r.of("reply"))
        await visitor.until(lambda r: r.ended)
        assert not visitor.of("reply")


async def test_a_replay_is_narrowed_by_the_door_of_the_moment(port: int, community: Community) -> None:
    _, group = await community.group("public", "Ben")
    thread = await community.thread(group, "Ben")
    (first, *_) = await community.reply(thread, "Ben", 3)
    await community.raw.execute(HIDE, group)
    async with Reader(port, thread, since=first["place"]) as reader:
        await reader.until(lambda r: r.ended)
        assert reader.status == 404
        assert not reader.events


async def test_who_has_just_joined_hears_the_thread_though_another_stream_was_open(
    port: int, community: Community
) -> None:
    _, group = await community.group("closed", "Ben")
    thread = await community.thread(group, "Ben")
    session = await community.session("Fay")
    async with Reader(port, session=session) as before:
        await before.until_begun()
        await community.raw.execute(
            "INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, 'member')", group, community.ids["Fay"]
        )
        async with Reader(port, thread, session=session) as reader:
            await reader.until_begun()
            await community.reply(thread, "Ben")
            await reader.until(lambda r: r.of("reply", "resync"))


async def test_a_token_for_one_group_hears_of_no_other(port: int, community: Community) -> None:
    slug, group = await community.group("closed", "Ben", "Fay")
    _, other = await community.group("closed", "Ben", "Fay")
    thread, elsewhere = await community.thread(group, "Ben"), await community.thread(other, "Ben")
    await community.reply(elsewhere, "Ben")
    token = await community.token("Fay")
    await community.raw.execute(
        "UPDATE api_tokens SET group_ids = $2 WHERE member_id = $1", community.ids["Fay"], [group]
    )
    await community.raw.execute(NOTICE, community.ids["Fay"], other)
    async with Reader(port, elsewhere, token=token) as shut, Reader(port, thread, token=token) as reader:
        await reader.until(lambda r: r.of("unread"))
        await community.reply(elsewhere, "Ben")
        await community.reply(thread, "Ben")
        await reader.until(lambda r: r.of("reply") and r.of("unread")[-1].data["groups"] == {slug: 1})
        assert shut.status == 404
        assert {event.data["notices"] for event in reader.of("unread")} == {0}
        assert all(set(event.data["groups"]) <= {slug} for event in reader.of("unread"))

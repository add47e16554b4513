"""What each kind of actor may know of and read: the two doors, from the one statement."""

import asyncio

import asyncpg
import pytest

from auth.actor import GroupRole
from tests.auth.op import LyingProvider, sign_in
from tests.auth.site import Site

pytestmark = pytest.mark.anyio

KINDS = ("public", "members", "closed", "hidden")


class World:
    """A group of each kind; ``g`` maps the kind to the id."""

    def __init__(self, site: Site) -> None:
        self.site, self.raw = site, site.raw
        self.g: dict[str, int] = {}
        self.member = 0

    async def build(self, op: LyingProvider) -> "World":
        for kind in KINDS:
            self.g[kind] = await self.raw.fetchval(
                "INSERT INTO groups (slug, title, theme, purpose, visibility, policy)"
                " VALUES ($1, $1, 'x', 'x', $1, 'open') RETURNING id",
                kind,
            )
        self.browser = self.site.browser()
        await sign_in(self.browser, op)
        self.member = await self.raw.fetchval("SELECT id FROM members")
        await self.become(status="active")
        return self

    async def become(self, **columns: object) -> None:
        for column, value in columns.items():
            await self.raw.execute(f'UPDATE members SET "{column}" = $1', value)

    async def join(self, *kinds: str, role: str = "member") -> None:
        for kind in kinds:
            await self.raw.execute(
                "INSERT INTO memberships (group_id, member_id, role) VALUES ($1, $2, $3)",
                self.g[kind],
                self.member,
                role,
            )

    async def ban(self, *kinds: str) -> None:
        for kind in kinds:
            await self.raw.execute(
                "INSERT INTO bans (group_id, member_id, banned_by_id) VALUES ($1, $2, $2)",
                self.g[kind],
                self.member,
            )

    async def sees(self, listed: str, readable: str) -> dict[str, object]:
        me: dict[str, object] = (await self.browser.get("/me")).json()
        names = {group: kind for kind, group in self.g.items()}
        found = [{names[group] for group in me[door]} for door in ("listed", "readable")]  # type: ignore[attr-defined]
        assert found == [set(listed.split()), set(readable.split())]
        return me


@pytest.fixture
async def world(site: Site, op: LyingProvider) -> World:
    return await World(site).build(op)


async def test_a_visitor(world: World) -> None:
    world.browser.cookies.clear()
    await world.sees("public members closed", "public")


async def test_an_active_member_of_nothing(world: World) -> None:
    me = await world.sees("public members closed", "public members")
    assert me["roles"] == {}


async def test_an_active_member_of_all(world: World) -> None:
    await world.join("public", "members", "closed")
    await world.join("hidden", role="facilitator")
    me = await world.sees("public members closed hidden", "public members closed hidden")
    roles = {str(world.g[kind]): GroupRole.MEMBER for kind in KINDS[:3]}
    assert me["roles"] == roles | {str(world.g["hidden"]): GroupRole.FACILITATOR}


async def test_the_pending_read_what_visitors_read_even_where_they_belong(world: World) -> None:
    await world.join(*KINDS)
    await world.become(status="pending")
    me = await world.sees("public members closed", "public")
    assert (me["status"], me["roles"]) == ("pending", {})


async def test_the_silenced_read_on(world: World) -> None:
    await world.join("hidden")
    await world.raw.execute("UPDATE members SET silenced_until = now() + interval '1 hour'")
    me = await world.sees("public members closed hidden", "public members hidden")
    assert me["silenced"] is True
    await world.raw.execute("UPDATE members SET silenced_until = now()")
    assert (await world.sees("public members closed hidden", "public members hidden"))["silenced"] is False


async def test_staff_see_no_more_than_members(world: World) -> None:
    await world.become(staff="admin")
    await world.sees("public members closed", "public members")


async def test_the_banned_have_a_visitors_view_of_public_groups_and_none_of_others(world: World) -> None:
    await world.ban(*KINDS)
    me = await world.sees("public", "public")
    assert me["banned"] == sorted(world.g.values())


async def test_a_ban_beats_a_membership_and_an_office(world: World) -> None:
    await world.join(*KINDS, role="facilitator")
    await world.ban(*KINDS)
    assert (await world.sees("public", "public"))["roles"] == {}


async def test_a_ban_concerns_one_group(world: World) -> None:
    await world.join("closed", "hidden")
    await world.ban("hidden")
    await world.sees("public members closed", "public members closed")


async def test_another_members_places_are_not_mine(world: World) -> None:
    other = await world.raw.fetchval(
        "INSERT INTO members (username, display_name, status) VALUES ('cem', 'Cem', 'active') RETURNING id"
    )
    mine, world.member = world.member, other
    await world.join(*KINDS)
    await world.ban("public")
    world.member = mine
    me = await world.sees("public members closed", "public members")
    assert (me["roles"], me["banned"]) == ({}, [])


async def test_unread_notices_are_counted(world: World) -> None:
    for number, read in enumerate((None, None, "now")):
        await world.raw.execute(
            "INSERT INTO notices (member_id, cause, kind, read_at)"
            " VALUES ($1, $2, 'reply', CASE WHEN $3::text IS NULL THEN NULL ELSE now() END)",
            world.member,
            f"cause {number}",
            read,
        )
    assert (await world.sees("public members closed", "public members"))["notices"] == 2


@pytest.mark.parametrize("signed_in", [True, False])
async def test_a_request_takes_one_statement(world: World, signed_in: bool) -> None:
    if not signed_in:
        world.browser.cookies.clear()
    statements: list[str] = []

    def count(record: asyncpg.connection.LoggedQuery) -> None:
        statements.append(record.query)

    with world.raw.query_logger(count):
        await world.browser.get("/me")
        await asyncio.sleep(0)  # asyncpg tells its loggers in the next turn of the loop
    assert len(statements) == 1

"""python -m tests.bench.roster: a course of 5,000 people settles, changes and ends, in a database of its own."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from auth.actor import GroupRole
from auth.places import Settled
from config.database import connect, disconnect, tortoise_config
from config.settings import DatabaseSettings, SiteSettings
from forum.groups.commands.leaving import leave_due
from forum.kit.transaction import connection
from forum.outbox import registry
from forum.places import GroupPlaces
from forum.subscriptions import SUBSCRIPTIONS
from tests.support import database

PEOPLE = 5_000
COURSE = "lti:1:course-7"
MEMBERS = """
    INSERT INTO members (username, display_name, status)
    SELECT 'learner-' || n, 'Learner ' || n, 'active' FROM generate_series(1, $1::int) n RETURNING id
"""
# What others gave: every second learner is in the group by hand as well, and must stay.
OTHERS = """
    WITH places AS (
        INSERT INTO memberships (group_id, member_id, role)
        SELECT $1, m.id, 'member' FROM members m WHERE m.id = ANY($2::bigint[]) AND m.id % 2 = 0 RETURNING id)
    INSERT INTO grants (membership_id, source, role) SELECT id, 'manual', 'member' FROM places
"""
FINGERPRINT = "SELECT md5(string_agg(g.id || g.role, ',' ORDER BY g.id)) FROM grants g WHERE source <> $1"
GRACE_IS_OVER = "UPDATE grants SET leaves_at = now() WHERE leaves_at IS NOT NULL"
ALUMNI = "UPDATE groups SET on_leave = 'alumni', alumni_group_id = $2 WHERE id = $1"
# How long each writing transaction took: its first and its last fact of the clock.
LONGEST = """
    SELECT max(extract(epoch FROM last - first)) FROM (
        SELECT min(clock) AS first, max(clock) AS last FROM written GROUP BY tx) t
"""
WATCH = """
    CREATE TABLE written (tx bigint DEFAULT pg_current_xact_id()::text::bigint, clock timestamptz);
    CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO written (clock) VALUES (now()), (clock_timestamp()); RETURN NULL; END $$;
    CREATE TRIGGER watch AFTER INSERT ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION watch();
"""


async def run(url: str, group: int, alumni: int) -> None:
    await connect(tortoise_config(url, DatabaseSettings(), worker=True))
    registry.install(SUBSCRIPTIONS, strict=True)
    try:
        await measure(GroupPlaces(SiteSettings()), group, alumni)
    finally:
        await disconnect()


async def measure(places: GroupPlaces, group: int, alumni: int) -> None:
    async with connection() as sql:
        people = [row["id"] for row in await sql.fetch(MEMBERS, PEOPLE)]
        await sql.execute(OTHERS, group, people)
        await sql.execute(ALUMNI, group, alumni)
        await sql.execute(WATCH)
        before = await sql.fetchval(FINGERPRINT, COURSE)

    def settle(count: int) -> Callable[[], Awaitable[Settled]]:
        return lambda: places.settle_group(group, COURSE, dict.fromkeys(people[:count], GroupRole.MEMBER))

    await timed(f"{PEOPLE} come", settle(PEOPLE))
    await timed("the same roster again", settle(PEOPLE))
    await timed("a fifth of them is let go", settle(PEOPLE * 4 // 5))
    await timed("one more is too many", settle(PEOPLE * 3 // 5 - 1))
    async with connection() as sql:
        await sql.execute(GRACE_IS_OVER)
    await timed("grace is over, they become alumni", end_all)
    async with connection() as sql:
        longest = await sql.fetchval(LONGEST)
        untouched = await sql.fetchval(FINGERPRINT + " AND NOT kept", COURSE) == before
    sys.stdout.write(f"longest transaction: {longest:.2f} s; grants of others untouched: {untouched}\n")


async def end_all() -> int:
    ended = 0
    while some := await leave_due():
        ended += some
    return ended


async def timed(what: str, deed: Callable[[], Awaitable[object]]) -> None:
    started = time.perf_counter()
    outcome = await deed()
    sys.stdout.write(f"{what}: {time.perf_counter() - started:.2f} s  {outcome}\n")


def main() -> int:
    cast = database.template()
    with database.clone() as url:
        asyncio.run(run(url, cast.groups["closed"], cast.groups["members"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

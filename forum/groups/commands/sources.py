"""What a source says of places: courses, claims, provisioning. It gives, it changes, it lets go; only its own grants.

Written by sets: a batch is one transaction of at most ``BATCH`` places, well under a second of writing.
"""
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import asyncpg

from auth.actor import GroupRole
from forum.groups.commands.grants import settle_places
from forum.groups.commands.leaving import leave
from forum.groups.facts import MembershipStarted, RosterStopped
from forum.kit.transaction import command, connection
from forum.outbox.record import MemberEntry, audit, audit_members, record, record_all

T = TypeVar("T")
BATCH = 400
# One complete roster lets this share of its people go, and no more; so few are always believed.
SHARE = 0.2
FEW = 2

# NO KEY: posting into these groups goes on meanwhile.
LOCK = "SELECT id FROM groups WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
# $1 groups, $2 members, $3 roles, $4 what ends at once, $5 source. A ban stands.
ADMISSIBLE = """
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bool[]) AS w (group_id, member_id, role, at_once)
    JOIN groups g ON g.id = w.group_id
    JOIN members m ON m.id = w.member_id AND m.status <> 'deactivated'
"""
UNBANNED = " WHERE NOT EXISTS (SELECT FROM bans b WHERE b.group_id = w.group_id AND b.member_id = w.member_id)"
START = (
    "INSERT INTO memberships (group_id, member_id, role) SELECT w.group_id, w.member_id, w.role"
    + ADMISSIBLE
    + UNBANNED
    + """
    ORDER BY w.group_id, w.member_id
    ON CONFLICT (group_id, member_id) DO NOTHING RETURNING group_id, member_id
"""
)
GRANT = (
    """
    WITH given AS (
        INSERT INTO grants (membership_id, source, role, ends_at_once)
        SELECT ms.id, $5, w.role, w.at_once"""
    + ADMISSIBLE
    + " JOIN memberships ms ON ms.group_id = w.group_id AND ms.member_id = w.member_id"
    + UNBANNED
    + """
        ON CONFLICT (membership_id, source) DO UPDATE
        SET role = excluded.role, ends_at_once = excluded.ends_at_once, leaves_at = NULL, kept = false
        WHERE (grants.role, grants.ends_at_once) <> (excluded.role, excluded.ends_at_once)
            OR grants.leaves_at IS NOT NULL OR grants.kept
        RETURNING membership_id, role
    )
    SELECT given.membership_id, given.role, ms.group_id, ms.member_id
    FROM given JOIN memberships ms ON ms.id = given.membership_id
"""
)
LET_GO = """
    UPDATE grants g
    SET leaves_at = now() + CASE WHEN g.ends_at_once THEN interval '0' ELSE make_interval(days => gr.grace_days) END
    FROM memberships ms JOIN groups gr ON gr.id = ms.group_id
    WHERE g.id = ANY($1::bigint[]) AND ms.id = g.membership_id AND g.leaves_at IS NULL AND NOT g.kept
    RETURNING g.id, ms.group_id, ms.member_id, g.leaves_at <= now() AS due
"""
STAY = "UPDATE grants SET leaves_at = NULL WHERE id = ANY($1::bigint[]) AND leaves_at IS NOT NULL"
HELD = """
    SELECT g.id, ms.group_id, ms.member_id, g.role, g.ends_at_once, g.kept, g.leaves_at IS NOT NULL AS leaving
    FROM grants g JOIN memberships ms ON ms.id = g.membership_id WHERE g.source = $1
"""
HELD_IN_GROUP = HELD + " AND ms.group_id = $2"
HELD_BY_MEMBER = HELD + " AND ms.member_id = $2"


class Place(NamedTuple):
    """What a source says that somebody has."""

    group_id: int
    member_id: int
    role: GroupRole
    ends_at_once: bool = False


class Outcome(NamedTuple):
    """How many grants were given or changed, how many are to end; ``stopped``: too many, so nothing was done."""

    given: int = 0
    leaving: int = 0
    stopped: bool = False


class _Difference(NamedTuple):
    """Between what the source says now and its grants: what to give, whom to let go; ``present`` are its live ones."""

    new: list[Place]
    gone: list[int]
    coming_back: list[int]
    present: int


@command
async def give_places(source: str, places: Sequence[Place]) -> int:
    """Set the source's grants of these places, at most ``BATCH``; how many changed.

    Nothing is given to the banned and the deactivated, nor in a group that is not there.
    """
    if not places:
        return 0
    columns = [list(column) for column in zip(*places, strict=True)]
    async with connection() as sql:
        await sql.execute(LOCK, columns[0])
        started = await sql.fetch(START, *columns)
        given = await sql.fetch(GRANT, *columns, source)
    await record_all([
        MembershipStarted(group_id=row["group_id"], member_id=row["member_id"], source=source) for row in started
    ])
    await settle_places([row["membership_id"] for row in given])
    await audit_members("grant.given", (_entry(row, source, role=row["role"]) for row in given))
    return len(given)


@command
async def let_go(source: str, group_ids: Sequence[int], grant_ids: Sequence[int]) -> int:
    """The source no longer names the holders of these of its grants: their days of grace begin; how many did."""
    async with connection() as sql:
        await sql.execute(LOCK, list(group_ids))
        rows = await sql.fetch(LET_GO, list(grant_ids))
    await audit_members("grant.leaving", (_entry(row, source) for row in rows))
    await leave([row["id"] for row in rows if row["due"]])
    return len(rows)


async def settle_roster(
    group_id: int, source: str, wanted: Mapping[int, GroupRole], *, force: bool = False
) -> Outcome:
    """A **complete** roster of one group, by member id, in batches of one transaction each; it can run again.

    When more than a fifth (and more than two people) would leave, nothing is given and nobody is let go, staff are
    told, and whoever is named and was leaving stays.
    """
    async with connection() as sql:
        held = await sql.fetch(HELD_IN_GROUP, source, group_id)
    change = _compare(held, [Place(group_id, member_id, role) for member_id, role in sorted(wanted.items())])
    if not force and len(change.gone) > max(FEW, SHARE * change.present):
        await _stop(group_id, source, change)
        return Outcome(stopped=True)
    return Outcome(
        given=sum([await give_places(source, batch) for batch in batches(change.new)]),
        leaving=sum([await let_go(source, [group_id], batch) for batch in batches(change.gone)]),
    )


@command
async def settle_person(member_id: int, source: str, places: Sequence[Place]) -> Outcome:
    """All that the source now says of one person: gives what is new, lets its other grants go."""
    async with connection() as sql:
        held = await sql.fetch(HELD_BY_MEMBER, source, member_id)
    change = _compare(held, places)
    groups = [row["group_id"] for row in held if row["id"] in change.gone]
    if change.new and groups:
        # In the order of their ids, before either half takes its share of them.
        async with connection() as sql:
            await sql.execute(LOCK, [*groups, *(place.group_id for place in change.new)])
    return Outcome(
        given=await give_places(source, change.new),
        leaving=await let_go(source, groups, change.gone) if change.gone else 0,
    )


@command
async def _stop(group_id: int, source: str, change: _Difference) -> None:
    async with connection() as sql:
        # Those whose days are over may be leaving right now, under this lock.
        await sql.execute(LOCK, [group_id])
        await sql.execute(STAY, change.coming_back)
    counts = {"leaving": len(change.gone), "present": change.present}
    await record(RosterStopped(group_id=group_id, source=source, **counts))
    await audit(None, "roster.stopped", "group", group_id, group_id=group_id, after={"source": source, **counts})


def _compare(held: Sequence[asyncpg.Record], wanted: Sequence[Place]) -> _Difference:
    named = {(place.group_id, place.member_id) for place in wanted}
    same = {
        Place(row["group_id"], row["member_id"], GroupRole(row["role"]), row["ends_at_once"])
        for row in held
        if not row["leaving"] and not row["kept"]
    }
    live = [row for row in held if not row["kept"] and not row["leaving"]]
    return _Difference(
        new=[place for place in wanted if place not in same],
        gone=[row["id"] for row in live if (row["group_id"], row["member_id"]) not in named],
        coming_back=[row["id"] for row in held if row["leaving"] and (row["group_id"], row["member_id"]) in named],
        present=len(live),
    )


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Of a transaction each."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _entry(row: asyncpg.Record, source: str, **after: str) -> MemberEntry:
    return MemberEntry(row["member_id"], row["group_id"], {"source": source, **after})

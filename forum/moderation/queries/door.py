"""The door of cases, and of what can be flagged."""
from typing import NamedTuple

import asyncpg

from auth.actor import Actor
from forum.groups.queries import STATE_COLUMNS, state
from forum.initiatives.queries.door import initiative_door
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.moderation.models import CaseOrigin, Decision
from forum.moderation.policies import (
    CaseState,
    can_flag_initiative,
    can_flag_post,
    can_flag_profile,
    can_flag_thread,
    can_work_case,
)
from forum.moderation.targets import Target, TargetKind, target_of
from forum.threads.queries import post_door, thread_door

# $1 case, $2 member. What depends on the time is asked of the clock: the row's lock may have been waited for.
STATE = (
    "SELECT "
    + STATE_COLUMNS
    + """, c.id AS case_id, c.group_id, c.post_id, c.thread_id, c.member_id, c.initiative_id, c.author_id, c.origin,
        c.version, c.auto_hidden, c.decision, c.decided_by_id, d.display_name AS decided_by,
        CASE WHEN c.claimed_until > clock_timestamp() THEN c.claimed_by_id END AS claimed_by_id,
        h.display_name AS claimed_by,
        EXISTS (SELECT FROM flags f WHERE f.case_id = c.id AND f.member_id = $2) AS flagged,
        a.id IS NOT NULL AS appealed, a.id IS NOT NULL AND a.decided_at IS NULL AS appeal_open,
        coalesce(c.decided_at > clock_timestamp() - interval '30 days', false) AS appealable
    FROM cases c LEFT JOIN groups g ON g.id = c.group_id
    LEFT JOIN members d ON d.id = c.decided_by_id LEFT JOIN members h ON h.id = c.claimed_by_id
    LEFT JOIN appeals a ON a.case_id = c.id
    WHERE c.id = $1
"""
)
LOCK = "SELECT id FROM cases WHERE id = $1 FOR UPDATE"
MEMBER = "SELECT id FROM members WHERE lower(username) = lower($1) AND status = 'active'"
FOUNDER = "SELECT created_by_id FROM initiatives WHERE id = $1"


class Flaggable(NamedTuple):
    """Where something lies (none: a profile), and whose it is."""

    group_id: int | None
    author_id: int


async def case_door(actor: Actor, case_id: int, *, lock: bool = False) -> CaseState:
    """The case, for those who work it; ``lock`` takes its row lock, after what it is about was locked."""
    case = await case_without_door(case_id, actor.member_id, lock=lock)
    require(can_work_case(actor, case))
    return case


async def case_without_door(case_id: int, member_id: int | None = None, *, lock: bool = False) -> CaseState:
    """For the author, who has a door of their own, and for undoing."""
    async with connection() as sql:
        # Two statements: one that waited for the lock would still see what was joined before.
        if lock:
            await sql.execute(LOCK, case_id)
        row = await sql.fetchrow(STATE, case_id, member_id)
    if row is None:
        raise NotFound
    return _state(row)


def _state(row: asyncpg.Record) -> CaseState:
    return CaseState(
        id=row["case_id"],
        target=target_of(row),
        group=None if row["group_id"] is None else state(row),
        author_id=row["author_id"],
        origin=CaseOrigin(row["origin"]),
        version=row["version"],
        auto_hidden=row["auto_hidden"],
        flagged=row["flagged"],
        claimed_by_id=row["claimed_by_id"],
        claimed_by=row["claimed_by"],
        decision=Decision(row["decision"]) if row["decision"] else None,
        decided_by_id=row["decided_by_id"],
        decided_by=row["decided_by"],
        appealed=row["appealed"],
        appeal_open=row["appeal_open"],
        appealable=row["appealable"],
    )


async def flag_door(actor: Actor, target: Target, *, lock: bool = False) -> Flaggable:
    """What this actor may flag; ``lock`` takes the row locks of a post and its thread."""
    if target.kind is TargetKind.POST:
        post = await post_door(actor, target.id, lock=lock)
        require(can_flag_post(actor, post))
        return Flaggable(post.thread.group.id, post.author_id)
    if target.kind is TargetKind.THREAD:
        thread = await thread_door(actor, target.id)
        require(can_flag_thread(actor, thread))
        return Flaggable(thread.group.id, thread.author_id)
    if target.kind is TargetKind.INITIATIVE:
        initiative = await initiative_door(actor, target.id)
        require(can_flag_initiative(actor, initiative))
        async with connection() as sql:
            author = initiative.lead_id or await sql.fetchval(FOUNDER, target.id)
        return Flaggable(initiative.group.id, author)
    require(can_flag_profile(actor, target.id))
    return Flaggable(None, target.id)


async def profile_named(actor: Actor, username: str) -> Target:
    """The profile of an active member; whether there is one is told only to those who may flag any."""
    require(can_flag_profile(actor, 0))
    async with connection() as sql:
        found = await sql.fetchval(MEMBER, username)
    if found is None:
        raise NotFound
    return Target(TargetKind.PROFILE, found)


OWN_FLAG = """
    SELECT f.reason, f.note FROM flags f JOIN cases c ON c.id = f.case_id AND c.decided_at IS NULL
    WHERE f.member_id = $5 AND (c.post_id = $1 OR c.thread_id = $2 OR c.member_id = $3 OR c.initiative_id = $4)
"""


async def own_flag(actor: Actor, target: Target) -> tuple[str, str] | None:
    """What this actor said of it in the open case; None where nothing."""
    async with connection() as sql:
        row = await sql.fetchrow(OWN_FLAG, *target.columns, actor.own_id)
    return None if row is None else (row["reason"], row["note"])

"""Have somebody look at something."""
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.moderation.facts import CaseOpened
from forum.moderation.models import CaseOrigin
from forum.moderation.targets import Target
from forum.outbox.record import record

OPEN = """
    INSERT INTO cases (origin, author_id, group_id, post_id, thread_id, member_id, initiative_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id
"""
FIND = """
    SELECT id FROM cases WHERE decided_at IS NULL
      AND (post_id = $1 OR thread_id = $2 OR member_id = $3 OR initiative_id = $4) FOR UPDATE
"""
TRIES = 3


@command
async def open_case(target: Target, origin: CaseOrigin, author_id: int, group_id: int | None) -> int:
    """The open case about this, which stays as it is where there is one; returns its id, locked.

    ``group_id`` is where it lies, None for a profile. Whoever calls has asked whether the case may be opened.
    """
    for _ in range(TRIES):
        async with connection() as sql:
            opened = await sql.fetchval(OPEN, origin.value, author_id, group_id, *target.columns)
            if opened is None:
                found = await sql.fetchval(FIND, *target.columns)
                if found is not None:
                    return int(found)
        if opened is not None:
            await record(CaseOpened(case_id=opened, group_id=group_id, origin=origin.value))
            return int(opened)
    # Decided between the two statements, again and again.
    raise Conflict

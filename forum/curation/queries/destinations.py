"""The groups to which somebody may take a thread."""
from collections.abc import Callable

from auth.actor import Actor
from forum.groups.policies import GroupState
from forum.groups.queries import STATE, state
from forum.kit.transaction import connection
from forum.kit.verdict import Verdict

READABLE = STATE + " WHERE g.id = ANY($1::bigint[]) AND g.id <> $2 ORDER BY g.title, g.id"


async def destinations(
    actor: Actor, source: GroupState, may: Callable[[Actor, GroupState, GroupState], Verdict]
) -> list[tuple[str, str]]:
    """Slug and title of each group that the policy ``may`` opens to this actor for what lies in ``source``."""
    async with connection() as sql:
        groups = [state(row) for row in await sql.fetch(READABLE, list(actor.readable), source.id)]
    return [(group.slug, group.title) for group in groups if may(actor, source, group)]

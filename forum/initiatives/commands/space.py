"""The working space of an initiative: a group of its own, whose places come from the source ``initiative:<id>``.

Those who lead it facilitate it, its co-sponsors are members. A place is offered once, when somebody comes; whoever
leaves the space on their own stays out. It ends with what it came from: with leading, or, where the initiative's group
is closed or hidden, with taking part in that group. The space then goes on like any other group.
"""
from collections.abc import Sequence

from auth.actor import Actor, GroupRole
from forum.groups.commands.founding import found_group
from forum.groups.commands.sources import Place, batches, give_places, let_go
from forum.groups.models import JoinPolicy, Visibility
from forum.initiatives.facts import SpaceOpened
from forum.initiatives.models import Initiative
from forum.initiatives.policies import SHARED, InitiativeState, can_open_space
from forum.initiatives.queries.door import initiative_door
from forum.kit.errors import Invalid
from forum.kit.fields import line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import audit, record

# $1 initiative: who has a place in its space, with the highest role, unless a ban, a farewell or a door speaks against
# it: the audience of a closed or hidden group does not grow by a space.
ENTITLED = """
    SELECT i.space_id, w.member_id, min(w.role) AS role
    FROM initiatives i JOIN groups g ON g.id = i.group_id
    CROSS JOIN LATERAL (
        SELECT l.member_id, 'facilitator' AS role FROM initiative_leads l
        WHERE l.initiative_id = i.id AND l.state = 'accepted'
        UNION ALL SELECT c.member_id, 'member' FROM cosponsors c WHERE c.initiative_id = i.id) w
    JOIN members m ON m.id = w.member_id AND m.status <> 'deactivated'
    WHERE i.id = $1 AND i.space_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM bans b WHERE b.group_id IN (i.group_id, i.space_id) AND b.member_id = w.member_id)
      AND (g.visibility IN ('public', 'members') OR EXISTS (SELECT FROM memberships p
           WHERE p.group_id = i.group_id AND p.member_id = w.member_id AND p.role <> 'reader'))
    GROUP BY i.space_id, w.member_id
"""
HELD = """
    SELECT h.id, h.role, ms.member_id, ms.group_id FROM grants h JOIN memberships ms ON ms.id = h.membership_id
    WHERE h.source = 'initiative:' || $1::bigint AND h.leaves_at IS NULL
"""
# $2 members, or null: everybody
NEW = (
    "SELECT e.* FROM ("
    + ENTITLED
    + ") e LEFT JOIN ("
    + HELD
    + """) h ON h.member_id = e.member_id
    WHERE h.role IS DISTINCT FROM e.role AND ($2::bigint[] IS NULL OR e.member_id = ANY($2)) ORDER BY e.member_id
"""
)
# What the grants say beyond that: the ids of those that end, and the members whose role sinks.
BEYOND = (
    "SELECT h.id, h.group_id, h.member_id, e.role FROM ("
    + HELD
    + ") h LEFT JOIN ("
    + ENTITLED
    + """) e ON e.member_id = h.member_id
    WHERE e.role IS NULL OR (h.role = 'facilitator' AND e.role = 'member') ORDER BY h.member_id
"""
)
# $1 group or null, $2 member or null
SPACES = """
    SELECT i.id FROM initiatives i WHERE i.space_id IS NOT NULL AND ($1::bigint IS NULL OR i.group_id = $1)
      AND ($2::bigint IS NULL OR EXISTS (
          SELECT FROM memberships ms WHERE ms.group_id = i.space_id AND ms.member_id = $2)) ORDER BY i.id
"""


@command
async def open_space(actor: Actor, initiative_id: int, title: str, *, closed: bool) -> str:
    """Found the group; those who lead have their places at once, the co-sponsors by a job. Returns its slug."""
    state = await initiative_door(actor, initiative_id, lock=True)
    require(can_open_space(actor, state))
    assert actor.member_id is not None
    visibility, policy = _openness(state, closed=closed)
    title = line_field(title, "title", least=2, most=120)
    # The purpose stands on the card: only what everybody may read already says more than that there is a group.
    purpose = f"Where those who support “{state.title}” work on it together."
    if state.group.visibility is not Visibility.PUBLIC:
        purpose = "Where the people of an initiative work on it together."
    source = source_of(initiative_id)
    space_id, slug = await found_group(source, title, purpose, visibility, policy, parent_id=state.group.id)
    await Initiative.filter(id=initiative_id).update(space_id=space_id)
    await audit(actor.member_id, "group.founded", "group", space_id, group_id=space_id, after={"source": source})
    await seat(initiative_id, sorted(state.leads))
    await record(
        SpaceOpened(
            initiative_id=initiative_id, group_id=state.group.id, space_id=space_id, actor_id=actor.member_id
        )
    )
    return slug


def source_of(initiative_id: int) -> str:
    return f"initiative:{initiative_id}"


def _openness(state: InitiativeState, *, closed: bool) -> tuple[Visibility, JoinPolicy]:
    """Never more open than the group that the initiative lies in."""
    parent = state.group.visibility
    if not closed and parent not in SHARED:
        raise Invalid({"closed": "space_must_be_closed"})
    if not closed:
        return parent, JoinPolicy.OPEN
    return (Visibility.HIDDEN if parent is Visibility.HIDDEN else Visibility.CLOSED), JoinPolicy.INVITATION


async def seat(initiative_id: int, members: Sequence[int] | None = None) -> None:
    """Give these, or all who should have one and have none, their place in the space; a transaction a batch."""
    async with connection() as sql:
        rows = await sql.fetch(NEW, initiative_id, None if members is None else list(members))
    places = [Place(row["space_id"], row["member_id"], GroupRole(row["role"]), ends_at_once=True) for row in rows]
    for some in batches(places):
        await give_places(source_of(initiative_id), some)


async def unseat(initiative_id: int) -> None:
    """Take back what somebody's place has beyond what they are; where nobody facilitates any more, staff are told."""
    async with connection() as sql:
        rows = await sql.fetch(BEYOND, initiative_id)
    lower = [Place(row["group_id"], row["member_id"], GroupRole(row["role"]), True) for row in rows if row["role"]]
    ended = [row for row in rows if row["role"] is None]
    for some in batches(lower):
        await give_places(source_of(initiative_id), some)
    for few in batches(ended):
        await let_go(source_of(initiative_id), [few[0]["group_id"]], [row["id"] for row in few])


async def with_space(group_id: int | None = None, member_id: int | None = None) -> list[int]:
    """The initiatives (of one group) that have a space (in which one member has a place)."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(SPACES, group_id, member_id)]

"""What an administrator sees of provisioning; groups that they may not know of have no name here."""

from dataclasses import dataclass, field

from auth.actor import Actor
from auth.scim.clients import ClientView, all_clients
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.members.policies import can_administer

MOST = 500
# $1 listed. Those that fill nothing come first: they wait for somebody.
GROUPS = """
SELECT r.id::text, r.client_id, r.data ->> 'displayName' AS name, r.group_id IS NOT NULL AS filled,
       coalesce(jsonb_array_length(r.data -> 'members'), 0) AS members, g.slug, g.title
FROM scim_resources r LEFT JOIN groups g ON g.id = r.group_id AND g.id = ANY($1::bigint[])
WHERE r.kind = 'Group' ORDER BY r.group_id IS NOT NULL, r.unique_name, r.id LIMIT $2
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvisionedGroup:
    """A client's Group; ``slug`` and ``title`` are those of the group it fills, if the reader may know of it."""

    id: str
    name: str
    members: int
    filled: bool
    slug: str | None
    title: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Provisioning:
    view: ClientView
    groups: list[ProvisionedGroup] = field(default_factory=list)


async def overview(actor: Actor) -> list[Provisioning]:
    require(can_administer(actor))
    found = {one.client.id: Provisioning(view=one) for one in await all_clients()}
    async with connection() as raw:
        rows = await raw.fetch(GROUPS, list(actor.listed), MOST)
    for row in rows:
        values = dict(row)
        found[values.pop("client_id")].groups.append(ProvisionedGroup(**values))
    return list(found.values())

"""What administrators do about provisioning: make and remove clients, say which group a client's Group fills."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from auth.actor import Actor, GroupRole
from auth.scim import clients, resources
from forum.groups.commands.sources import settle_roster
from forum.groups.queries import ids_of
from forum.kit.errors import Invalid, NotFound
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.policies import can_administer
from forum.outbox.record import audit

CLIENT = "SELECT id, 'scim:' || name AS source FROM scim_clients WHERE {} FOR UPDATE"
BY_ID = CLIENT.replace("{}", "id = $1")
BY_NAME = CLIENT.replace("{}", "lower(name) = lower($1)")
# Locked, all of them: one that is being written or led to a group gives places that are to be taken as well.
FILLED = "SELECT group_id FROM scim_resources WHERE client_id = $1 AND kind = 'Group' ORDER BY id FOR UPDATE"
GROUP = """
SELECT r.id, r.client_id, r.group_id, 'scim:' || c.name AS source, r.data ->> 'displayName' AS name,
       ARRAY(SELECT m ->> 'value' FROM jsonb_array_elements(coalesce(r.data -> 'members', '[]')) m) AS members
FROM scim_resources r JOIN scim_clients c ON c.id = r.client_id
WHERE r.id = $1 AND r.kind = 'Group' FOR UPDATE OF r
"""
TAKEN = "SELECT true FROM scim_resources WHERE client_id = $1 AND group_id = $2 AND id <> $3"


@command
async def make_client(
    actor: Actor | None, name: str, issuer: str, subject_from: str, groups: Collection[str] = ()
) -> clients.Created:
    """A provisioning client and its token; ``actor`` None is the operator at the command line."""
    group_ids = await _groups(actor, groups, "groups")
    try:
        made = await clients.create(name, issuer, subject_from, group_ids)
    except clients.ClientError as error:
        raise Invalid({error.field: error.code}) from error
    await audit(_id(actor), "scim.client_created", "scim", made.id, after={"client": made.id})
    return made


@command
async def remove_client(actor: Actor | None, which: int | str) -> None:
    """By id or name. Its places leave as each group says; whom it suspended stays suspended."""
    if actor is not None:
        require(can_administer(actor))
    async with connection() as raw:
        found = await raw.fetchrow(BY_ID if isinstance(which, int) else BY_NAME, which)
        if found is None:
            raise NotFound
        filled = {row["group_id"] for row in await raw.fetch(FILLED, found["id"])} - {None}
    for group_id in sorted(filled):
        await settle_roster(group_id, found["source"], {}, force=True)
    await clients.remove(found["id"])
    await audit(_id(actor), "scim.client_removed", "scim", found["id"], after={"client": found["id"]})


@command
async def bind_group(actor: Actor, resource: UUID, slug: str) -> None:
    """From now on a client's Group fills the group of this slug, none if it is empty; what it filled so far ends."""
    require(can_administer(actor))
    group_id = next(iter(await _groups(actor, [slug], "group")), None) if slug else None
    async with connection() as raw:
        found = await raw.fetchrow(GROUP, resource)
        if found is None:
            raise NotFound
        if group_id is not None and await raw.fetchval(TAKEN, found["client_id"], group_id, resource):
            raise Invalid({"group": "taken"})
    if group_id == found["group_id"]:
        return
    if found["group_id"] is not None:
        await settle_roster(found["group_id"], found["source"], {}, force=True)
    await resources.stand_for(found["client_id"], str(resource), member_id=None, group_id=group_id)
    if group_id is not None:
        members = await resources.members_behind(found["client_id"], found["members"])
        await settle_roster(group_id, found["source"], dict.fromkeys(members, GroupRole.MEMBER), force=True)
    after: dict[str, Any] = {"client": found["client_id"], "resource": str(resource), "group": group_id}
    await audit(_id(actor), "scim.group_bound", "group", group_id, group_id=group_id, after=after)


async def _groups(actor: Actor | None, slugs: Collection[str], field: str) -> Sequence[int]:
    """Their ids: an administrator names groups that they may know of, the operator any."""
    if actor is not None:
        require(can_administer(actor))
    known = await ids_of(slugs)
    for slug in slugs:
        if slug not in known or (actor is not None and known[slug] not in actor.listed):
            raise Invalid({field: "unknown_group"})
    return list(known.values())


def _id(actor: Actor | None) -> int | None:
    return actor.member_id if actor is not None else None

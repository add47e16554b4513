"""The forum's side of provisioning: `auth.scim.people.People`."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

from auth.actor import GroupRole, Status
from auth.directory import Claims
from auth.scim.people import Client, Gone, StaffAccountError
from auth.sessions import commands as sessions
from auth.tokens import commands as tokens
from forum.directory import MemberDirectory
from forum.groups.commands.sources import settle_roster
from forum.kit.transaction import command, connection
from forum.outbox.record import audit

T = TypeVar("T")

LOCK = "SELECT staff FROM members WHERE id = $1 FOR NO KEY UPDATE"
# What was before the first hold is before all of them.
HOLD = """
INSERT INTO holds (member_id, source, status_before, until_before)
SELECT m.id, $2, coalesce(first.status_before, m.status),
       CASE WHEN first.id IS NULL THEN m.suspended_until ELSE first.until_before END
FROM members m
LEFT JOIN LATERAL (SELECT * FROM holds h WHERE h.member_id = m.id ORDER BY h.id LIMIT 1) first ON true
WHERE m.id = $1
ON CONFLICT (member_id, source) DO NOTHING RETURNING id
"""
# A suspension of the site's staff that would end goes on for as long as the hold; the deactivated stay that.
SUSPEND = """
UPDATE members SET status = 'suspended', suspended_until = NULL WHERE id = $1 AND status <> 'deactivated'
"""
LIFT = "DELETE FROM holds WHERE member_id = $1 AND source = $2 RETURNING status_before, until_before"
# One that the staff have given an end meanwhile is theirs, and stays.
RESTORE = """
UPDATE members SET status = $2, suspended_until = $3
WHERE id = $1 AND status = 'suspended' AND suspended_until IS NULL
    AND NOT EXISTS (SELECT FROM holds WHERE member_id = $1)
RETURNING status
"""
GROUP_NAMED = """
SELECT g.id FROM groups g
WHERE g.id = ANY($1::bigint[]) AND (g.slug = lower($2) OR lower(g.title) = lower($2))
    AND NOT EXISTS (SELECT FROM scim_resources r WHERE r.client_id = $3 AND r.group_id = g.id)
ORDER BY g.slug = lower($2) DESC, g.id LIMIT 1
"""


class ProvisionedPeople:
    """What a client writes, done to members and their places."""

    def __init__(self, directory: MemberDirectory) -> None:
        self._directory = directory

    async def together(self, deed: Callable[[], Awaitable[T]]) -> T:
        return await command(deed)()

    async def admit(self, client: Client, subject: str, *, name: str | None, username: str | None) -> int:
        """Whoever an organisation provisions need not be let in by hand."""
        found = await self._directory.find(client.issuer, subject)
        if found is None:
            claims = Claims(
                provider=client.source,
                issuer=client.issuer,
                subject=subject,
                name=name,
                preferred_username=username,
            )
            found = await self._directory.admit(claims, Status.ACTIVE)
            assert found is not None  # no address is said, so none is taken
        return found.member_id

    async def hold(self, client: Client, member_id: int, why: Gone) -> None:
        async with connection() as raw:
            if await raw.fetchval(LOCK, member_id) is not None:
                raise StaffAccountError
            if await raw.fetchval(HOLD, member_id, client.source) is None:
                return
            await raw.execute(SUSPEND, member_id)
        await sessions.end_others(member_id, None)
        await tokens.end_all(member_id)
        await _audit_member("scim.user_suspended", client, member_id, reason=why.value)

    async def lift(self, client: Client, member_id: int) -> None:
        async with connection() as raw:
            await raw.execute(LOCK, member_id)
            before = await raw.fetchrow(LIFT, member_id, client.source)
            if before is None:
                return
            status = await raw.fetchval(RESTORE, member_id, before["status_before"], before["until_before"])
        if status is not None:
            await _audit_member("scim.user_restored", client, member_id, status=status)

    async def group_named(self, client: Client, name: str) -> int | None:
        async with connection() as raw:
            group_id: int | None = await raw.fetchval(GROUP_NAMED, list(client.group_ids), name, client.id)
        return group_id

    async def settle(self, client: Client, group_id: int, member_ids: Collection[int]) -> None:
        """A Group is complete by nature, so nothing stops it; who leaves does so as the group says."""
        wanted = dict.fromkeys(member_ids, GroupRole.MEMBER)
        await settle_roster(group_id, client.source, wanted, force=True)

    async def note(
        self,
        client: Client,
        action: str,
        *,
        resource: str,
        member_id: int | None = None,
        group_id: int | None = None,
    ) -> None:
        if member_id is not None:
            await _audit_member(action, client, member_id, resource=resource)
        else:
            after = {"client": client.id, "resource": resource}
            subject = "scim" if group_id is None else "group"
            await audit(None, action, subject, group_id, group_id=group_id, after=after)

    async def refused(self, reason: str, *, client: Client | None = None, resource: str | None = None) -> None:
        after: dict[str, Any] = {"reason": reason}
        if client is not None:
            after |= {"client": client.id, "resource": resource}
        await _refused(after)


async def _audit_member(action: str, client: Client, member_id: int, **after: str) -> None:
    await audit(None, action, "member", member_id, after={"client": client.id, **after})


@command
async def _refused(after: dict[str, Any]) -> None:
    await audit(None, "scim.refused", "scim", None, after=after)

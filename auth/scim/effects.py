"""What a written resource does here: a User is a member, a Group is one of the forum's groups.

Whoever a client once named is held while no active User of that client stands for them. All of it runs inside the
deed that stores the resource.
"""

from collections.abc import Iterable
from typing import Any

from scim2_models import Group, User

from auth.scim import resources
from auth.scim.people import Client, Gone, People
from auth.scim.resources import Row

SUBJECT_LENGTH = 255


async def user_written(people: People, client: Client, row: Row, user: User[Any]) -> int | None:
    """The member that the User stands for, None without a subject.

    Raises StaffAccountError, and IntegrityError when another User of the client stands for that member.
    """
    subject = subject_of(client, row, user)
    member_id = None
    if subject is not None:
        member_id = await people.admit(client, subject, name=name_of(user), username=user.user_name)
    if member_id != row.member_id:
        if row.member_id is not None:
            await people.hold(client, row.member_id, Gone.SUBJECT_CHANGED)
        await resources.stand_for(client.id, row.id, member_id=member_id, group_id=None)
        await _settle_naming(people, client, row.id)
    if member_id is not None:
        if user.active is False:
            await people.hold(client, member_id, Gone.INACTIVE)
        else:
            await people.lift(client, member_id)
    return member_id


async def user_deleted(people: People, client: Client, row: Row) -> None:
    """Before the row goes: the member is held, and no Group names the User any more. Raises StaffAccountError."""
    if row.member_id is not None:
        await people.hold(client, row.member_id, Gone.DELETED)
    for listing in await resources.naming(client.id, row.id):
        await resources.forget(client.id, listing.id, row.id)
        if listing.group_id is not None:
            await _settle(people, client, listing.group_id, [one for one in listing.members if one != row.id])


async def group_written(people: People, client: Client, row: Row, group: Group) -> int | None:
    """The forum's group that the Group stands for: found by name when it is made, kept when the client renames it.

    One that stands for none later was led nowhere by an administrator, or never had a group of its name.
    """
    group_id = row.group_id
    if group_id is None:
        if row.version > 1:
            return None
        group_id = await people.group_named(client, group.display_name or "")
        if group_id is None:
            return None
        await resources.stand_for(client.id, row.id, member_id=None, group_id=group_id)
    await _settle(people, client, group_id, member_values(group))
    return group_id


async def group_deleted(people: People, client: Client, row: Row) -> None:
    """Before the row goes: its members leave as the forum's group says."""
    if row.group_id is not None:
        await people.settle(client, row.group_id, ())


async def _settle_naming(people: People, client: Client, user_id: str) -> None:
    """The Groups that named the User before it stood for this member."""
    for listing in await resources.naming(client.id, user_id):
        if listing.group_id is not None:
            await _settle(people, client, listing.group_id, listing.members)


async def _settle(people: People, client: Client, group_id: int, values: Iterable[str]) -> None:
    await people.settle(client, group_id, await resources.members_behind(client.id, list(values)))


def member_values(group: Group) -> list[str]:
    """Whom a Group names. Groups within Groups are kept and not followed."""
    return [one.value for one in group.members or () if one.value is not None]


def subject_of(client: Client, row: Row, user: User[Any]) -> str | None:
    """What the person signs in with, exactly as the client wrote it (subjects are case-exact)."""
    said = {"externalId": user.external_id, "userName": user.user_name, "id": row.id}[client.subject_from]
    return said if said and len(said) <= SUBJECT_LENGTH else None


def name_of(user: User[Any]) -> str | None:
    """How a new account is called; its owner may change that later, the client may not."""
    if user.display_name or user.name is None:
        return user.display_name
    parts = (user.name.given_name, user.name.family_name)
    return user.name.formatted or " ".join(part for part in parts if part) or None

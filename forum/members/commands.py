"""What people change about their own account, and how a newcomer is let in."""
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import available_timezones

import msgspec
from tortoise.expressions import F

from auth.actor import Actor, Scope, StaffRole, Status
from auth.directory import Connected
from auth.sessions import commands as sessions
from auth.tokens import commands as api_tokens
from auth.ways import Way
from forum.kit.errors import Invalid, NotAllowed, NotFound, PreconditionMissing, Stale
from forum.kit.fields import body_field, line_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.members.facts import MemberApproved, MemberRenamed, ProfileEdited, WayInDisconnected
from forum.members.models import Member
from forum.members.policies import (
    can_administer,
    can_approve_members,
    can_change_ways_in,
    can_create_token,
    can_edit_profile,
    can_keep_own_things,
    can_manage_tokens,
    can_view_as,
)
from forum.members.queries import id_of, my_groups
from forum.members.schemas import ProfileEdit, TokenGroup, TokenMade, TokenWish
from forum.outbox.record import audit, record

VIEWING: Final = timedelta(minutes=30)


class ViewReason(StrEnum):
    """Why an administrator sees the site as somebody does; the audit log keeps it."""

    SUPPORT = "support"
    REPORT = "report"
    CHECK = "check"


CONNECT = """
INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3)
ON CONFLICT (issuer, subject) DO NOTHING RETURNING id
"""
WHOSE = "SELECT member_id FROM identities WHERE issuer = $1 AND subject = $2"
END_ITS_SESSIONS = """
DELETE FROM sessions WHERE member_id = $1 AND issuer = $2 AND subject = $3 AND id IS DISTINCT FROM $4::bigint
"""
AUDIENCE_FIELDS = frozenset({"country", "sector", "languages", "time_zone", "bio"})


@command
async def edit_profile(actor: Actor, edit: ProfileEdit, version: int | None) -> None:
    """Change one's own profile, field by field, if nobody (another tab) changed it since ``version``."""
    require(can_edit_profile(actor, actor.member_id or 0))
    if version is None:
        raise PreconditionMissing
    changes = {
        name: value
        for name, value in msgspec.structs.asdict(edit).items()
        if value is not msgspec.UNSET
    }
    if "name" in changes:
        changes["display_name"] = line_field(changes.pop("name"), "name", least=1, most=80)
    if "bio" in changes:
        changes["bio"] = body_field(changes["bio"], "bio", least=0, most=2000)
    if "time_zone" in changes and changes["time_zone"] not in available_timezones():
        raise Invalid({"time_zone": "unknown_choice"})
    if unknown := set(changes.get("audiences", {})) - AUDIENCE_FIELDS:
        raise Invalid({f"audiences.{sorted(unknown)[0]}": "unknown_field"})
    mine = Member.filter(id=actor.member_id)
    renamed = "display_name" in changes and not await mine.filter(display_name=changes["display_name"]).exists()
    if not await mine.filter(version=version).update(**changes, version=F("version") + 1):
        stored = await Member.get(id=actor.member_id)
        raise Stale(version=stored.version)
    assert actor.member_id is not None
    await record(ProfileEdited(member_id=actor.member_id))
    if renamed:
        await record(MemberRenamed(member_id=actor.member_id))


@command
async def approve_member(actor: Actor, username: str) -> None:
    """Let a pending member in; approving twice changes nothing."""
    require(can_approve_members(actor))
    member = await Member.get_or_none(id=await id_of(username) or 0)
    if member is None or member.status not in (Status.PENDING, Status.ACTIVE):
        raise NotFound
    if not await Member.filter(id=member.id, status=Status.PENDING).update(status=Status.ACTIVE):
        return
    assert actor.member_id is not None
    await record(MemberApproved(member_id=member.id, approved_by=actor.member_id))
    await audit(
        actor.member_id,
        "member.approved",
        "member",
        member.id,
        before={"status": Status.PENDING.value},
        after={"status": Status.ACTIVE.value},
    )


@command
async def end_session(actor: Actor, session_id: int) -> None:
    """Sign one browser out."""
    require(can_keep_own_things(actor))
    assert actor.member_id is not None
    if not await sessions.end_mine(actor.member_id, session_id):
        raise NotFound
    await _audit_ended(actor.member_id, [session_id], "ended_by_owner")


@command
async def end_other_sessions(actor: Actor) -> None:
    """Sign every browser out but this one."""
    require(can_keep_own_things(actor))
    assert actor.member_id is not None
    ended = await sessions.end_others(actor.member_id, actor.session_id)
    await _audit_ended(actor.member_id, ended, "ended_by_owner")


async def _audit_ended(member_id: int, session_ids: Iterable[int], reason: str) -> None:
    for session_id in session_ids:
        await audit(member_id, "session.ended", "session", session_id, after={"reason": reason})


@command
async def begin_viewing(actor: Actor, username: str, reason: ViewReason) -> None:
    """See the site as this member does, for half an hour, to read only."""
    require(can_administer(actor))
    member = await Member.get_or_none(id=await id_of(username) or 0)
    if member is None:
        raise NotFound
    require(can_view_as(actor, member.id, member.status, member.staff))
    assert actor.session_id is not None
    await sessions.begin_viewing(actor.session_id, member.id, VIEWING)
    await audit(actor.member_id, "view.began", "member", member.id, after={"reason": reason.value})


@command
async def end_viewing(actor: Actor) -> None:
    """Be oneself again; nothing for those who are."""
    if actor.viewer_id is None or actor.session_id is None:
        return
    await sessions.end_viewing(actor.session_id)
    await audit(actor.viewer_id, "view.ended", "member", actor.member_id)


@command
async def connect_identity(member_id: int, issuer: str, subject: str, *, provider: str, how: str) -> Connected:
    """Add a way to sign in to an account: its owner proved both, or an administrator vouches for the provider."""
    async with connection() as raw:
        identity_id = await raw.fetchval(CONNECT, member_id, issuer, subject)
        if identity_id is None:
            mine = await raw.fetchval(WHOSE, issuer, subject) == member_id
            return Connected.ALREADY if mine else Connected.ANOTHERS
    after = {"provider": provider, "how": how}
    await audit(member_id, "identity.linked", "identity", identity_id, after=after)
    return Connected.NOW


@command
async def disconnect_identity(actor: Actor, identity_id: int, ways: Sequence[Way]) -> None:
    """Take a way to sign in from one's own account, with the sessions that began by it; never the last one.

    ``ways`` are the doors there are: a door that leads here no more has no word in one's places either.
    """
    require(can_change_ways_in(actor))
    assert actor.member_id is not None
    async with connection() as raw:
        # Two at once could each leave the other's as the last: the member's row makes them wait.
        await raw.execute("SELECT FROM members WHERE id = $1 FOR UPDATE", actor.member_id)
        mine = await raw.fetch("SELECT id, issuer, subject FROM identities WHERE member_id = $1", actor.member_id)
        gone = next((row for row in mine if row["id"] == identity_id), None)
        if gone is None:
            raise NotFound
        if len(mine) == 1:
            raise NotAllowed("last_way_in")
        await raw.execute("DELETE FROM identities WHERE id = $1", identity_id)
        await raw.execute(
            END_ITS_SESSIONS, actor.member_id, gone["issuer"], gone["subject"], actor.session_id
        )
    await audit(actor.member_id, "identity.unlinked", "identity", identity_id)
    others = {row["issuer"] for row in mine if row["id"] != identity_id}
    for way in ways:
        if way.issuer == gone["issuer"] and way.issuer not in others:
            await record(WayInDisconnected(member_id=actor.member_id, source=way.source))


@command
async def promote(username: str, role: StaffRole | None) -> None:
    """Give or take a site role: from the operator's command line, never from the web."""
    member = await Member.get_or_none(id=await id_of(username) or 0)
    if member is None:
        raise NotFound
    await Member.filter(id=member.id).update(staff=role)
    await audit(
        None,
        "member.promoted",
        "member",
        member.id,
        before={"staff": member.staff.value if member.staff else None},
        after={"staff": role.value if role else None},
    )


@command
async def create_token(actor: Actor, wish: TokenWish) -> TokenMade:
    """An API token for oneself, of no more than one may do."""
    require(can_create_token(actor))
    assert actor.member_id is not None
    if Scope.STAFF in wish.scopes and actor.staff is None:
        raise Invalid({"scopes": "unknown_choice"})
    name = line_field(wish.name, "name", least=1, most=api_tokens.NAME_LENGTH)
    places = {group.slug: group for group in await my_groups(actor)} if wish.groups is not None else {}
    if set(wish.groups or ()) - set(places):
        raise Invalid({"groups": "unknown_choice"})
    groups = None if wish.groups is None else [places[slug] for slug in dict.fromkeys(wish.groups)]
    ids = None if groups is None else [group.id for group in groups]
    made = await make_token(actor.member_id, name, wish.scopes, wish.days, ids, by=actor.member_id)
    return TokenMade(
        id=made.id,
        name=name,
        prefix=made.prefix,
        scopes=wish.scopes,
        groups=None if groups is None else [TokenGroup(group.slug, group.title) for group in groups],
        created_at=made.created_at,
        expires_at=made.expires_at,
        token=made.token,
    )


@command
async def make_token(
    member_id: int,
    name: str,
    scopes: Collection[Scope],
    days: int,
    group_ids: Collection[int] | None,
    *,
    by: int | None,
) -> api_tokens.Created:
    """An API token for a member; ``by`` None is the operator."""
    # Their row is the lock: two at once would both count one too few.
    await Member.select_for_update().get(id=member_id).values("id")
    try:
        made = await api_tokens.create(member_id, name, scopes, timedelta(days=days), group_ids)
    except api_tokens.TokenError as error:
        raise Invalid({error.field: error.code}, code=error.code if not error.field else None) from error
    after = {"token": made.id, "scopes": sorted(scopes), "days": days}
    await audit(by, "token.created", "member", member_id, after=after | ({"groups": group_ids} if group_ids else {}))
    return made


@command
async def end_token(actor: Actor, token_id: int) -> None:
    require(can_manage_tokens(actor))
    assert actor.member_id is not None
    scopes = await api_tokens.end_mine(actor.member_id, token_id)
    if scopes is None:
        raise NotFound
    after = {"token": token_id, "scopes": scopes}
    await audit(actor.member_id, "token.ended", "member", actor.member_id, after=after)

"""The forum's side of sign-in: who a credential belongs to, and what they may know and read."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import asyncpg
import msgspec

from auth.actor import VISITOR, Actor, GroupRole, Opened, Scope, Silence, StaffRole, Status
from auth.directory import (
    Claims,
    Connected,
    CurrentSession,
    CurrentToken,
    Loaded,
    Refused,
    RefusedReason,
    SignIn,
    Vouched,
)
from auth.oidc.reserved import DEMO_ISSUER
from config.settings import AuthSettings
from forum.kit.shared import Shared
from forum.kit.transaction import connection
from forum.members.admission import AlreadyAdmittedError, admit, find
from forum.members.commands import connect_identity
from forum.outbox.models import AuditEntry

# The two doors, for nobody, for the pending and for the active alike: `who` holds one row or none. A ban (and a
# suspension in that group) leaves of a public group what a visitor sees, nothing of any other; the pending see a
# visitor's share; what staff opened with a reason is theirs to read for an hour. A place repeats what sanctions hold
# there; they hold as well for whoever left it.
_DOORS_OPEN = """
SELECT who.*, doors.*
FROM (SELECT) AS one
LEFT JOIN who ON true
CROSS JOIN LATERAL (
    SELECT
        array_agg(g.id) FILTER (WHERE g.visibility = 'public'
            OR (NOT of.shut AND (g.visibility <> 'hidden'
                OR (who.active AND (ms.id IS NOT NULL OR of.open_until IS NOT NULL)))))
            AS listed,
        array_agg(g.id) FILTER (WHERE g.visibility = 'public'
            OR (NOT of.shut AND who.active AND (g.visibility = 'members' OR ms.id IS NOT NULL
                OR of.open_until IS NOT NULL))) AS readable,
        array_agg(g.id) FILTER (WHERE ms.role = 'reader' AND NOT of.shut AND who.active) AS reads_in,
        array_agg(g.id) FILTER (WHERE ms.role = 'member' AND NOT of.shut AND who.active) AS member_of,
        array_agg(g.id) FILTER (WHERE ms.role = 'facilitator' AND NOT of.shut AND who.active) AS facilitates,
        array_agg(g.id) FILTER (WHERE ms.editor AND ms.role <> 'reader' AND NOT of.shut AND who.active) AS edits_in,
        array_agg(g.id) FILTER (WHERE ms.silenced_until > now() OR away.silenced) AS silenced_in,
        json_agg(json_build_object('id', g.id, 'slug', g.slug, 'title', g.title, 'until', of.open_until))
            FILTER (WHERE NOT of.shut AND who.active AND of.open_until IS NOT NULL) AS opened,
        array_agg(g.id) FILTER (WHERE of.shut) AS banned
    FROM groups g
    LEFT JOIN memberships ms ON ms.group_id = g.id AND ms.member_id = who.member_id
    LEFT JOIN bans b ON b.group_id = g.id AND b.member_id = who.member_id
    LEFT JOIN (
        SELECT s.group_id, bool_or(s.kind = 'silence') AS silenced, bool_or(s.kind = 'suspension') AS suspended
        FROM sanctions_in_force s WHERE s.member_id = who.member_id AND s.group_id IS NOT NULL GROUP BY s.group_id
    ) away ON ms.id IS NULL AND away.group_id = g.id
    CROSS JOIN LATERAL (
        SELECT b.id IS NOT NULL OR coalesce(ms.suspended_until > now(), away.suspended, false) AS shut,
            CASE WHEN who.may_open THEN (SELECT max(o.until) FROM glass_openings o
                WHERE o.member_id = who.member_id AND o.group_id = g.id AND o.until > now()) END AS open_until
    ) of
"""
_DOORS = _DOORS_OPEN + ") AS doors"
# A token for some groups sees no other through either door: all that is fetched is narrowed by the two.
_DOORS_OF_TOKEN = _DOORS_OPEN + "WHERE who.group_ids IS NULL OR g.id = ANY(who.group_ids)) AS doors"

# Counted with each request, so no further than anybody cares.
_MEMBER = """
    m.id AS member_id, m.username, m.display_name, m.staff, m.language, m.time_zone,
    m.status <> 'pending' AS active, m.trusted_at IS NOT NULL AS trusted,
    coalesce(m.silenced_until > now(), false) AS silenced, m.silenced_until,
    CASE WHEN m.silenced_until > now() THEN (SELECT s.reason FROM sanctions s
        WHERE s.member_id = m.id AND s.group_id IS NULL AND s.kind = 'silence' AND s.lifted_at IS NULL
        ORDER BY s.until DESC, s.id LIMIT 1) END AS silence_reason,
    (SELECT count(*) FROM (SELECT FROM notices n WHERE n.member_id = m.id AND n.read_at IS NULL LIMIT 1000) few)
        AS unread_notices,
"""

# A suspension with an end date ends by itself.
_ADMITTED = """
    (m.status IN ('pending', 'active') OR (m.status = 'suspended' AND m.suspended_until <= now()))
"""

# `o` owns the session. `v` is whom they see the site as: for an administrator only, for a while, and never staff; the
# moment that does not hold they are themselves again.
_SESSION_OF = """
FROM sessions s JOIN members o ON o.id = s.member_id
LEFT JOIN members v ON v.id = s.viewing_id AND s.viewing_until > now() AND o.staff = 'admin'
    AND v.staff IS NULL AND v.status IN ('pending', 'active')
JOIN members m ON m.id = coalesce(v.id, o.id)
"""

# $1 hash, $2 idle limit, $3 staff's limit, $4 an issuer whose sessions do not count, $5 seconds that a proof is fresh,
# $6 whether a frame asks. Learning platforms never tell of a sign-out, so their sessions idle for 8 hours at most.
BY_SESSION = (
    "WITH who AS (SELECT"
    + _MEMBER
    + """
    s.id AS session_id, s.issuer, s.created_at, s.acr, s.auth_time,
    coalesce(s.auth_time > extract(epoch FROM now()) - $5::int, false) AS fresh,
    s.last_seen_at < now() - interval '1 minute' AS stale, CASE WHEN v.id IS NOT NULL THEN o.id END AS viewer_id,
    m.staff IS NOT NULL AS may_open
"""
    + _SESSION_OF
    + """
WHERE s.token_hash = $1 AND s.expires_at > now() AND (s.kind = 'embedded') = $6
    AND s.last_seen_at > now() - CASE WHEN s.kind IN ('lti', 'embedded') THEN least($2::interval, interval '8 hours')
        ELSE $2::interval END
    AND (o.staff IS NULL OR s.created_at > now() - $3::interval)
    AND s.issuer IS DISTINCT FROM $4::text AND
"""
    + _ADMITTED.replace("m.", "o.")
    + ")"
    + _DOORS
)

BY_TOKEN = (
    "WITH who AS (SELECT"
    + _MEMBER
    + """
    t.id AS token_id, t.scopes, t.group_ids, coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale,
    m.staff IS NOT NULL AND 'staff' = ANY(t.scopes) AND t.group_ids IS NULL AS may_open
FROM api_tokens t JOIN members m ON m.id = t.member_id
WHERE t.token_hash = $1 AND t.expires_at > now() AND
"""
    + _ADMITTED
    + ")"
    + _DOORS_OF_TOKEN
)

FOR_NOBODY = """
SELECT array_agg(id) FILTER (WHERE visibility <> 'hidden') AS listed,
       array_agg(id) FILTER (WHERE visibility = 'public') AS readable
FROM groups
"""

# Somebody who is not here: what they may read when a key of theirs is used.
BY_MEMBER = (
    "WITH who AS (SELECT" + _MEMBER + "false AS may_open FROM members m WHERE m.id = $1 AND " + _ADMITTED + ")" + _DOORS
)

VOUCHED = """
SELECT CASE WHEN m.email_verified THEN m.email END AS email,
    ARRAY(SELECT g.slug FROM groups g JOIN memberships ms ON ms.group_id = g.id
          WHERE ms.member_id = m.id AND ms.role <> 'reader' AND NOT EXISTS (SELECT FROM shut_out b
              WHERE b.group_id = g.id AND b.member_id = ms.member_id) AND g.slug = ANY($2) ORDER BY g.slug)
        AS groups
FROM members m WHERE m.id = $1
"""

HAS_ADDRESS = "SELECT true FROM members WHERE id = $1 AND lower(email) = lower($2)"
IDENTITIES = "SELECT issuer, subject FROM identities WHERE member_id = $1 ORDER BY id"


class MemberDirectory:
    """``demo`` lets the reserved issuer in; everywhere else its people and sessions do not exist."""

    def __init__(self, settings: AuthSettings, *, demo: bool = False) -> None:
        self._idle = timedelta(days=settings.session_idle_days)
        self._staff = timedelta(hours=settings.staff_session_hours)
        self._fresh = settings.step_up_minutes * 60
        self._ignored = None if demo else DEMO_ISSUER
        # What nobody in particular may see is the same for all of them: visitors who come together ask once.
        self._nobody = Shared(_nobody)

    async def actor_for(
        self, *, session_hash: bytes | None, token_hash: bytes | None, embedded: bool = False
    ) -> Loaded:
        if token_hash is None and session_hash is None:
            return await self._nobody.get()
        async with connection() as raw:
            if token_hash is not None:
                row = await raw.fetchrow(BY_TOKEN, token_hash)
            else:
                row = await raw.fetchrow(
                    BY_SESSION, session_hash, self._idle, self._staff, self._ignored, self._fresh, embedded
                )
        assert row is not None
        if row["member_id"] is None:
            return Loaded(actor=_visitor(row))
        if token_hash is not None:
            restricted = row["group_ids"] is not None
            scopes = frozenset(Scope(scope) for scope in row["scopes"]) - ({Scope.STAFF} if restricted else set())
            actor = _actor(row, scopes=scopes, fresh=Scope.STAFF in scopes, restricted=restricted)
            return Loaded(actor=actor, token=CurrentToken(id=row["token_id"], stale=row["stale"]))
        return Loaded(actor=_session_actor(row), session=_session(row))

    async def find(self, issuer: str, subject: str) -> SignIn | None:
        return None if issuer == self._ignored else await find(issuer, subject)

    async def admit(
        self, claims: Claims, status: Status, *, anew: bool = False, owned_domains: Sequence[str] = ()
    ) -> SignIn | None:
        if claims.issuer == self._ignored:
            raise ValueError("the demo's issuer is reserved")
        try:
            return await admit(claims, status, anew=anew, owned_domains=owned_domains)
        except AlreadyAdmittedError:
            return await self.find(claims.issuer, claims.subject)

    async def connect(self, member_id: int, claims: Claims, how: str) -> Connected:
        return await connect_identity(member_id, claims.issuer, claims.subject, provider=claims.provider, how=how)

    async def has_address(self, member_id: int, email: str) -> bool:
        async with connection() as raw:
            return await raw.fetchval(HAS_ADDRESS, member_id, email) is not None

    async def identities_of(self, member_id: int) -> list[tuple[str, str]]:
        async with connection() as raw:
            rows = await raw.fetch(IDENTITIES, member_id)
        return [(row["issuer"], row["subject"]) for row in rows]

    async def vouched(self, member_id: int, groups: Sequence[str]) -> Vouched:
        async with connection() as raw:
            row = await raw.fetchrow(VOUCHED, member_id, list(groups))
        assert row is not None
        return Vouched(email=row["email"], groups=tuple(row["groups"]))

    def sign_in_refused_reason(self, who: SignIn) -> Refused | None:
        if who.status is Status.SUSPENDED:
            return Refused(
                reason=RefusedReason.SUSPENDED, until=who.suspended_until, note=who.suspension_reason or None
            )
        if who.status is Status.DEACTIVATED:
            return Refused(reason=RefusedReason.DEACTIVATED)
        return None

    async def note(
        self,
        action: str,
        *,
        member_id: int | None,
        subject_id: int | None = None,
        group_id: int | None = None,
        after: Mapping[str, str | int | None] | None = None,
    ) -> None:
        await AuditEntry.create(
            actor_id=member_id,
            action=action,
            subject=action.partition(".")[0],
            subject_id=subject_id,
            group_id=group_id,
            after=dict(after or {}),
        )


async def actor_of(member_id: int, *, acting: bool = False) -> Actor | None:
    """The member as a reader, with their rights of this moment; None for whoever may not come in.

    ``acting``: with what else they may do, as site staff too; what they opened by breaking glass stays shut.
    """
    async with connection() as raw:
        row = await raw.fetchrow(BY_MEMBER, member_id)
    assert row is not None
    return None if row["member_id"] is None else _actor(
        row, fresh=False, scopes=frozenset(Scope if acting else {Scope.READ})
    )


async def _nobody() -> Loaded:
    async with connection() as raw:
        return Loaded(actor=_visitor(await raw.fetchrow(FOR_NOBODY)))


def _visitor(row: asyncpg.Record | None) -> Actor:
    if row is None:
        return VISITOR
    return Actor(listed=tuple(row["listed"] or ()), readable=tuple(row["readable"] or ()))


def _actor(
    row: asyncpg.Record,
    *,
    fresh: bool,
    session_id: int | None = None,
    viewer_id: int | None = None,
    scopes: frozenset[Scope] = frozenset(Scope),
    restricted: bool = False,
) -> Actor:
    roles = dict.fromkeys(row["reads_in"] or (), GroupRole.READER)
    roles.update(dict.fromkeys(row["member_of"] or (), GroupRole.MEMBER))
    roles.update(dict.fromkeys(row["facilitates"] or (), GroupRole.FACILITATOR))
    return Actor(
        member_id=row["member_id"],
        username=row["username"],
        display_name=row["display_name"],
        status=Status.ACTIVE if row["active"] else Status.PENDING,
        staff=StaffRole(row["staff"]) if row["staff"] and Scope.STAFF in scopes else None,
        silenced=row["silenced"],
        silence=Silence(row["silenced_until"], row["silence_reason"] or "") if row["silenced"] else None,
        silenced_in=frozenset(row["silenced_in"] or ()),
        trusted=row["trusted"],
        roles=roles,
        banned=frozenset(row["banned"] or ()),
        opened=_opened(row["opened"]),
        edits_in=frozenset(row["edits_in"] or ()),
        listed=tuple(row["listed"] or ()),
        readable=tuple(row["readable"] or ()),
        language=row["language"],
        time_zone=row["time_zone"],
        scopes=scopes,
        session_id=session_id,
        viewer_id=viewer_id,
        fresh=fresh,
        restricted=restricted,
        # Notices come from everywhere, so their number would tell of other groups.
        unread_notices=0 if restricted else row["unread_notices"],
    )


class _Opening(msgspec.Struct, frozen=True):
    id: int
    slug: str
    title: str
    until: datetime


def _opened(found: bytes | None) -> dict[int, Opened]:
    if not found:
        return {}
    each = msgspec.json.decode(found, type=list[_Opening])
    return {one.id: Opened(one.slug, one.title, one.until) for one in each}


def _session_actor(row: asyncpg.Record) -> Actor:
    """Who acts by a session; who sees the site as another member may only read, and has proved nothing."""
    session_id, viewer_id = row["session_id"], row["viewer_id"]
    if viewer_id is None:
        return _actor(row, session_id=session_id, fresh=row["fresh"])
    return _actor(
        row, session_id=session_id, fresh=False, scopes=frozenset({Scope.READ}), viewer_id=viewer_id
    )


def _session(row: asyncpg.Record) -> CurrentSession:
    return CurrentSession(
        id=row["session_id"],
        issuer=row["issuer"],
        created_at=row["created_at"],
        acr=row["acr"],
        auth_time=row["auth_time"],
        stale=row["stale"],
    )

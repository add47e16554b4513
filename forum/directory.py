"""The forum's side of sign-in: who a credential belongs to, and what they may know and read."""

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import asyncpg

from auth.actor import VISITOR, Actor, GroupRole, Scope, StaffRole, Status
from auth.directory import (
    Claims,
    CurrentSession,
    CurrentToken,
    Hint,
    Loaded,
    Refused,
    RefusedReason,
    SignIn,
    Vouched,
)
from auth.oidc.reserved import DEMO_ISSUER
from config.settings import AuthSettings
from forum.kit.shared import Shared
from forum.kit.transaction import command, connection
from forum.outbox.models import AuditEntry

# The two doors, for nobody, for the pending and for the active alike: `who` holds one row or none. A ban
# leaves of a public group what a visitor sees, nothing of any other; the pending see a visitor's share.
_DOORS_OPEN = """
SELECT who.*, doors.*
FROM (SELECT) AS one
LEFT JOIN who ON true
CROSS JOIN LATERAL (
    SELECT
        array_agg(g.id) FILTER (WHERE g.visibility = 'public'
            OR (b.id IS NULL AND (g.visibility <> 'hidden' OR (ms.id IS NOT NULL AND who.active)))) AS listed,
        array_agg(g.id) FILTER (WHERE g.visibility = 'public'
            OR (b.id IS NULL AND who.active AND (g.visibility = 'members' OR ms.id IS NOT NULL))) AS readable,
        array_agg(g.id) FILTER (WHERE ms.role = 'reader' AND b.id IS NULL AND who.active) AS reads_in,
        array_agg(g.id) FILTER (WHERE ms.role = 'member' AND b.id IS NULL AND who.active) AS member_of,
        array_agg(g.id) FILTER (WHERE ms.role = 'facilitator' AND b.id IS NULL AND who.active) AS facilitates,
        array_agg(g.id) FILTER (WHERE b.id IS NOT NULL) AS banned
    FROM groups g
    LEFT JOIN memberships ms ON ms.group_id = g.id AND ms.member_id = who.member_id
    LEFT JOIN bans b ON b.group_id = g.id AND b.member_id = who.member_id
"""
_DOORS = _DOORS_OPEN + ") AS doors"
# A token for some groups sees no other through either door: all that is fetched is narrowed by the two.
_DOORS_OF_TOKEN = _DOORS_OPEN + "WHERE who.group_ids IS NULL OR g.id = ANY(who.group_ids)) AS doors"

# Counted with each request, so no further than anybody cares.
_MEMBER = """
    m.id AS member_id, m.username, m.display_name, m.staff, m.language, m.time_zone,
    m.status <> 'pending' AS active,
    coalesce(m.silenced_until > now(), false) AS silenced,
    (SELECT count(*) FROM (SELECT FROM notices n WHERE n.member_id = m.id AND n.read_at IS NULL LIMIT 1000) few)
        AS unread_notices,
"""

# A suspension with an end date ends by itself.
_ADMITTED = """
    (m.status IN ('pending', 'active') OR (m.status = 'suspended' AND m.suspended_until <= now()))
"""

# $1 hash, $2 idle limit, $3 staff's limit, $4 an issuer whose sessions do not count, $5 seconds that a proof is fresh,
# $6 whether a frame asks. Learning platforms never tell of a sign-out, so their sessions idle for 8 hours at most.
BY_SESSION = (
    "WITH who AS (SELECT"
    + _MEMBER
    + """
    s.id AS session_id, s.issuer, s.created_at, s.acr, s.auth_time,
    coalesce(s.auth_time > extract(epoch FROM now()) - $5::int, false) AS fresh,
    s.last_seen_at < now() - interval '1 minute' AS stale
FROM sessions s JOIN members m ON m.id = s.member_id
WHERE s.token_hash = $1 AND s.expires_at > now() AND (s.kind = 'embedded') = $6
    AND s.last_seen_at > now() - CASE WHEN s.kind IN ('lti', 'embedded') THEN least($2::interval, interval '8 hours')
        ELSE $2::interval END
    AND (m.staff IS NULL OR s.created_at > now() - $3::interval)
    AND s.issuer IS DISTINCT FROM $4::text AND
"""
    + _ADMITTED
    + ")"
    + _DOORS
)

BY_TOKEN = (
    "WITH who AS (SELECT"
    + _MEMBER
    + """
    t.id AS token_id, t.scopes, t.group_ids, coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale
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

FIND = """
SELECT m.id, m.staff, m.suspended_until, m.suspension_reason,
       CASE WHEN m.status = 'suspended' AND m.suspended_until <= now() THEN 'active'
            ELSE m.status END AS status
FROM identities i JOIN members m ON m.id = i.member_id
WHERE i.issuer = $1 AND i.subject = $2
"""

VOUCHED = """
SELECT CASE WHEN m.email_verified THEN m.email END AS email,
    ARRAY(SELECT g.slug FROM groups g JOIN memberships ms ON ms.group_id = g.id
          LEFT JOIN bans b ON b.group_id = g.id AND b.member_id = ms.member_id
          WHERE ms.member_id = m.id AND ms.role <> 'reader' AND b.id IS NULL AND g.slug = ANY($2) ORDER BY g.slug)
        AS groups
FROM members m WHERE m.id = $1
"""

USERNAME_LENGTH = 40
USERNAME_TRIES = 20
RESERVED_USERNAMES = frozenset(
    {"admin", "administrator", "moderator", "root", "staff", "support", "system", "me"}
)


class AlreadyAdmittedError(Exception):
    """A parallel sign-in of the same person was faster."""


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
        actor = _actor(row, session_id=row["session_id"], fresh=row["fresh"])
        return Loaded(actor=actor, session=_session(row))

    async def find(self, issuer: str, subject: str) -> SignIn | None:
        if issuer == self._ignored:
            return None
        async with connection() as raw:
            row = await raw.fetchrow(FIND, issuer, subject)
        return _sign_in(row) if row else None

    async def admit(self, claims: Claims, status: Status) -> SignIn:
        if claims.issuer == self._ignored:
            raise ValueError("the demo's issuer is reserved")
        try:
            return await _admit(claims, status)
        except AlreadyAdmittedError:
            found = await self.find(claims.issuer, claims.subject)
            assert found is not None
            return found

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
        after: Mapping[str, str | int | None] | None = None,
    ) -> None:
        await AuditEntry.create(
            actor_id=member_id,
            action=action,
            subject=action.partition(".")[0],
            subject_id=subject_id,
            after=dict(after or {}),
        )


@command
async def _admit(claims: Claims, status: Status) -> SignIn:
    async with connection() as raw:
        email, hint = await _free_address(raw, claims)
        member_id = await _insert_member(raw, claims, status, email)
        mine = await raw.fetchval(
            "INSERT INTO identities (member_id, issuer, subject) VALUES ($1, $2, $3)"
            " ON CONFLICT (issuer, subject) DO NOTHING RETURNING id",
            member_id,
            claims.issuer,
            claims.subject,
        )
        if mine is None:
            raise AlreadyAdmittedError
    await AuditEntry.create(
        actor_id=member_id,
        action="member.admitted",
        subject="member",
        subject_id=member_id,
        after={"status": status.value, "provider": claims.provider},
    )
    return SignIn(member_id=member_id, status=status, created=True, hint=hint)


async def _free_address(raw: asyncpg.Connection, claims: Claims) -> tuple[str | None, Hint | None]:
    """The address the new account may carry: only a verified one, and only when nobody here has it.

    An unverified address is dropped in silence: saying that it is taken would tell strangers who is a member.
    """
    if not claims.email or not claims.email_verified or len(claims.email) > 254:
        return None, None
    # Two newcomers with one address would both find it free: the second waits for the first.
    await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended(lower($1::text), 0))", claims.email)
    taken = await raw.fetchval(
        "SELECT true FROM members WHERE lower(email) = lower($1) LIMIT 1", claims.email
    )
    return (None, Hint.EMAIL_TAKEN) if taken else (claims.email, None)


async def _insert_member(raw: asyncpg.Connection, claims: Claims, status: Status, email: str | None) -> int:
    for username in usernames(claims.preferred_username or claims.name or ""):
        member_id: int | None = await raw.fetchval(
            "INSERT INTO members (username, display_name, email, email_verified, status, language, time_zone)"
            " VALUES ($1, $2, $3, $4, $5, coalesce($6, 'en'), coalesce($7, 'UTC'))"
            " ON CONFLICT (lower(username)) DO NOTHING RETURNING id",
            username,
            display_name(claims, username),
            email,
            email is not None,
            status.value,
            claims.language,
            claims.time_zone,
        )
        if member_id is not None:
            return member_id
    raise RuntimeError("no free username was found")


def usernames(wish: str) -> Iterator[str]:
    """Names to try in turn, of the shape the database asks for: the wish itself, then with numbers."""
    plain = unicodedata.normalize("NFKD", wish.partition("@")[0]).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:USERNAME_LENGTH].rstrip("-_")
    if len(stem) < 2:
        stem = "member"
    elif stem not in RESERVED_USERNAMES:
        yield stem
    for attempt in range(USERNAME_TRIES):
        suffix = f"-{attempt + 2}" if attempt < USERNAME_TRIES // 2 else f"-{_random_number()}"
        yield stem[: USERNAME_LENGTH - len(suffix)] + suffix


def _random_number() -> int:
    return secrets.randbelow(10**9)


def display_name(claims: Claims, username: str) -> str:
    """One line without control or formatting characters, at most 80 long."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Zs", "Zl", "Zp", "Cc") else c
        for c in unicodedata.normalize("NFC", claims.name or "")
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join(kept.split())[:80].strip() or username


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
        roles=roles,
        banned=frozenset(row["banned"] or ()),
        listed=tuple(row["listed"] or ()),
        readable=tuple(row["readable"] or ()),
        language=row["language"],
        time_zone=row["time_zone"],
        scopes=scopes,
        session_id=session_id,
        fresh=fresh,
        restricted=restricted,
        # Notices come from everywhere, so their number would tell of other groups.
        unread_notices=0 if restricted else row["unread_notices"],
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


def _sign_in(row: asyncpg.Record) -> SignIn:
    return SignIn(
        member_id=row["id"],
        status=Status(row["status"]),
        staff=StaffRole(row["staff"]) if row["staff"] else None,
        suspended_until=row["suspended_until"],
        suspension_reason=row["suspension_reason"],
    )

"""How a door's claims become an account: the one of this identity, one that proved it is theirs, or a new one."""
import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence

import asyncpg

from auth.actor import StaffRole, Status
from auth.directory import Claims, SignIn
from forum.kit.transaction import command, connection
from forum.members.commands import connect_identity
from forum.outbox.record import audit

USERNAME_LENGTH = 40
USERNAME_TRIES = 20
RESERVED_USERNAMES = frozenset(
    {"admin", "administrator", "moderator", "root", "staff", "support", "system", "me"}
)

FIND = """
SELECT m.id, m.staff, m.suspended_until, m.suspension_reason,
       CASE WHEN m.status = 'suspended' AND m.suspended_until <= now() THEN 'active'
            ELSE m.status END AS status
FROM identities i JOIN members m ON m.id = i.member_id
WHERE i.issuer = $1 AND i.subject = $2
"""
HOLDERS = "SELECT id, email_verified, staff FROM members WHERE lower(email) = lower($1) LIMIT 2"


class AlreadyAdmittedError(Exception):
    """A parallel sign-in of the same person was faster."""


async def find(issuer: str, subject: str) -> SignIn | None:
    """The account of this identity."""
    async with connection() as raw:
        row = await raw.fetchrow(FIND, issuer, subject)
    if row is None:
        return None
    return SignIn(
        member_id=row["id"],
        status=Status(row["status"]),
        staff=StaffRole(row["staff"]) if row["staff"] else None,
        suspended_until=row["suspended_until"],
        suspension_reason=row["suspension_reason"],
    )


@command
async def admit(claims: Claims, status: Status, *, anew: bool, owned_domains: Sequence[str]) -> SignIn | None:
    """A new account, or None when its verified address is taken; see `auth.directory.Directory.admit`."""
    email = verified_address(claims)
    async with connection() as raw:
        if email is not None:
            # Two newcomers with one address would both find it free: the second waits for the first.
            await raw.execute("SELECT pg_advisory_xact_lock(hashtextextended(lower($1::text), 0))", email)
            if await find(claims.issuer, claims.subject) is not None:
                raise AlreadyAdmittedError
            holders = await raw.fetch(HOLDERS, email)
            if holders and not anew:
                return await _linked_by_domain(claims, email, holders, owned_domains)
            if holders:
                email = None
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
    after = {"status": status.value, "provider": claims.provider}
    await audit(member_id, "member.admitted", "member", member_id, after=after)
    return SignIn(member_id=member_id, status=status, created=True)


def verified_address(claims: Claims) -> str | None:
    """The address that an account may carry: only a verified one.

    An unverified one is dropped in silence: saying that it is taken would tell strangers who is a member.
    """
    return claims.email if claims.email and claims.email_verified and len(claims.email) <= 254 else None


async def _linked_by_domain(
    claims: Claims, email: str, holders: Sequence[asyncpg.Record], owned_domains: Sequence[str]
) -> SignIn | None:
    """The account that has this address, if an administrator said that the provider owns its domain.

    Only where the address was verified here too, is one account's alone, and that is no staff's.
    """
    [holder, *others] = holders
    owned = email.rpartition("@")[2].lower() in {domain.lower() for domain in owned_domains}
    if not owned or others or not holder["email_verified"] or holder["staff"] is not None:
        return None
    await connect_identity(
        holder["id"], claims.issuer, claims.subject, provider=claims.provider, how="owned_domain"
    )
    return await find(claims.issuer, claims.subject)


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

"""From a course's roster to places in its group: everybody is read before anybody is let go.

No connection to the database is held while the platform is waited for.
"""
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from auth.actor import GroupRole, Status
from auth.directory import Claims
from auth.lti import contexts, platforms, roster
from auth.lti.models import RunState
from auth.lti.platforms import Platform
from auth.lti.roster import Listed, Roster, RosterError
from auth.lti.routes import source_of
from auth.places import Settled
from forum.courses.campus import Readers, readers
from forum.kit.transaction import command, connection
from forum.outbox.record import audit

log = logging.getLogger(__name__)

# Newcomers are written by so many a transaction: none lasts a second.
BATCH = 50

DUE = """
    SELECT c.id FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
    JOIN lti_platforms p ON p.id = d.platform_id
    WHERE p.enabled AND c.group_id IS NOT NULL AND c.memberships_url IS NOT NULL AND NOT EXISTS (
        SELECT FROM lti_roster_runs r WHERE r.context_id = c.id AND r.started_at > now() - interval '6 hours')
    ORDER BY c.id LIMIT 500
"""
CONTEXT = """
    SELECT c.group_id, c.memberships_url, d.platform_id
    FROM lti_contexts c JOIN lti_deployments d ON d.id = c.deployment_id
    WHERE c.id = $1 AND c.group_id IS NOT NULL AND c.memberships_url IS NOT NULL FOR UPDATE OF c
"""
# A worker that was killed ends no run; after a quarter of an hour nobody believes that it is still at work.
AT_WORK = """
    SELECT id FROM lti_roster_runs
    WHERE context_id = $1 AND state = 'running' AND started_at > now() - interval '15 minutes' LIMIT 1
"""
INTERRUPTED = """
    UPDATE lti_roster_runs SET state = 'failed', error = 'interrupted', ended_at = now()
    WHERE context_id = $1 AND state = 'running'
"""
BEGIN = "INSERT INTO lti_roster_runs (context_id) VALUES ($1) RETURNING id"
END = """
    UPDATE lti_roster_runs SET state = $2, error = $3, pages = $4, seen = $5, given = $6, leaving = $7,
        ended_at = clock_timestamp()
    WHERE id = $1
"""
READ = "UPDATE lti_contexts SET last_roster_at = now() WHERE id = $1"
KNOWN = "SELECT subject, member_id FROM identities WHERE issuer = $1 AND subject = ANY($2::text[])"


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that this process is at."""

    id: int
    context_id: int
    group_id: int
    url: str
    platform: Platform


async def due() -> list[int]:
    """Courses whose roster should be read now."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(DUE)]


async def read_now(context_id: int, *, force: bool = False) -> RunState | None:
    """How it ended; None where there is nothing to read, or somebody is at it."""
    with_us = readers()
    run = await _begin(context_id)
    if run is None:
        return None
    campus = with_us.campus
    try:
        found = await roster.read(
            run.platform, run.url, keys=campus.own, outbound=campus.outbound, local=campus.is_local
        )
        if not found.people:
            # A platform that lists nobody lists not even who teaches: that is no roster to let people go by.
            raise RosterError("nobody_listed", pages=found.pages)
    except RosterError as error:
        await _fail(run, error)
        return RunState.FAILED
    try:
        settled = await _settle(run, found, with_us, force=force)
    except Exception:
        await _fail(run, RosterError("internal", pages=found.pages, seen=len(found.people)))
        raise
    return await _end(run, found, settled)


@command
async def _begin(context_id: int) -> Begun | None:
    async with connection() as sql:
        row = await sql.fetchrow(CONTEXT, context_id)
        platform = await platforms.enabled_id(row["platform_id"]) if row else None
        if row is None or platform is None or await sql.fetchval(AT_WORK, context_id):
            return None
        await sql.execute(INTERRUPTED, context_id)
        run_id = await sql.fetchval(BEGIN, context_id)
    return Begun(run_id, context_id, row["group_id"], row["memberships_url"], platform)


async def _settle(run: Begun, found: Roster, with_us: Readers, *, force: bool) -> Settled:
    """Accounts for all of them, the higher role of the last day, then the places."""
    for subject, role in await contexts.seen_since(run.context_id, run.id):
        found.people.setdefault(subject, Listed(role, ""))
    members = await _members(run.platform, found, with_us)
    teaching = [subject for subject, one in found.people.items() if one.role is GroupRole.FACILITATOR]
    if teaching:
        await contexts.saw(run.context_id, teaching, GroupRole.FACILITATOR)
    lately = await contexts.facilitators_lately(run.context_id)
    wanted: dict[int, GroupRole] = {}
    for subject, member_id in members.items():
        role = GroupRole.FACILITATOR if subject in lately else found.people[subject].role
        # Two subjects of one person, joined here: the higher role.
        wanted[member_id] = GroupRole.FACILITATOR if wanted.get(member_id) is GroupRole.FACILITATOR else role
    source = source_of(run.platform, run.context_id)
    return await with_us.places.settle_group(run.group_id, source, wanted, force=force)


async def _members(platform: Platform, found: Roster, with_us: Readers) -> dict[str, int]:
    """The member of each subject: who never came gets an account that waits for them."""
    async with connection() as sql:
        rows = await sql.fetch(KNOWN, platform.issuer, list(found.people))
    members = {row["subject"]: row["member_id"] for row in rows}
    new = [(subject, one) for subject, one in found.people.items() if subject not in members]
    for start in range(0, len(new), BATCH):
        members |= await _admit(platform, new[start : start + BATCH], with_us)
    return members


@command
async def _admit(platform: Platform, new: Iterable[tuple[str, Listed]], with_us: Readers) -> dict[str, int]:
    admitted = {}
    for subject, one in new:
        claims = Claims(
            provider=platform.source, issuer=platform.issuer, subject=subject, name=one.name or None
        )
        who = await with_us.directory.admit(claims, Status.ACTIVE)
        assert who is not None  # only an address can be taken, and these claims bring none
        admitted[subject] = who.member_id
    return admitted


@command
async def _fail(run: Begun, error: RosterError) -> None:
    async with connection() as sql:
        await sql.execute(END, run.id, RunState.FAILED.value, error.reason, error.pages, error.seen, 0, 0)
    await platforms.failed(run.platform.id, "roster_" + error.reason)
    after = {"reason": error.reason, "source": source_of(run.platform, run.context_id)}
    await audit(None, "roster.failed", "roster", run.id, group_id=run.group_id, after=after)
    log.warning("roster of %s: %s", after["source"], error.reason)


@command
async def _end(run: Begun, found: Roster, settled: Settled) -> RunState:
    state, error = (RunState.STOPPED, "too_many_leaving") if settled.stopped else (RunState.COMPLETE, None)
    async with connection() as sql:
        await sql.execute(
            END, run.id, state.value, error, found.pages, len(found.people), settled.given, settled.leaving
        )
        await sql.execute(READ, run.context_id)
    if not settled.stopped:  # a stop is audited by whoever stopped it
        after = {
            "source": source_of(run.platform, run.context_id),
            "seen": len(found.people),
            "given": settled.given,
            "leaving": settled.leaving,
        }
        await audit(None, "roster.complete", "roster", run.id, group_id=run.group_id, after=after)
    return state

"""What happens by the clock. Several workers read this list; each period of a job is enqueued once.

To add one, write the job where it belongs and add a line here. A line whose job no module of this process
has registered is passed over, so that a small command need not import every domain.
"""
from datetime import timedelta
from typing import NamedTuple

from forum.curation.jobs import end_due as end_pins_and_locks
from forum.jobs import upkeep as jobs_upkeep
from forum.jobs.queue import JOBS, Lane, Waiting, enqueue_many, job
from forum.jobs.upkeep import sweep
from forum.kit.transaction import command, connection
from forum.moderation.jobs import watch_clock as watch_cases
from forum.outbox import upkeep as outbox_upkeep

HOUR = timedelta(hours=1)

OLD_SIGN_INS = """
DELETE FROM login_transactions WHERE id IN (
    SELECT id FROM login_transactions WHERE expires_at < now() LIMIT 5000)
"""
OLD_SESSIONS = """
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() LIMIT 5000)
"""
OLD_WAITING = """
DELETE FROM waiting_identities WHERE id IN (
    SELECT id FROM waiting_identities WHERE expires_at < now() LIMIT 5000)
"""
OLD_LOGOUT_TOKENS = """
DELETE FROM used_logout_tokens WHERE id IN (
    SELECT id FROM used_logout_tokens WHERE expires_at < now() LIMIT 5000)
"""

# PgQueuer's table of schedules holds when each period begins; taking the row is what makes it once.
ANNOUNCE = """
INSERT INTO pgqueuer_schedules (expression, entrypoint)
SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (expression, entrypoint) DO NOTHING
"""
TAKE_DUE = """
UPDATE pgqueuer_schedules s
SET last_run = now(), updated = now(), next_run = now() + t.every
FROM unnest($1::text[], $2::text[], $3::interval[]) AS t (expression, entrypoint, every)
WHERE s.expression = t.expression AND s.entrypoint = t.entrypoint AND s.next_run <= now()
RETURNING s.entrypoint
"""


@job("auth.prune_sign_ins", lane=Lane.UPKEEP)
async def prune_sign_ins() -> None:
    """Sign-ins that were begun and never ended, identities that nobody came back for, sessions that are over, logout
    tokens too old to be believed.
    """
    await sweep(OLD_SIGN_INS)
    await sweep(OLD_WAITING)
    await sweep(OLD_SESSIONS)
    await sweep(OLD_LOGOUT_TOKENS)


class Periodic(NamedTuple):
    """``job`` is a job's name; it takes no ids."""

    job: str
    every: timedelta


SCHEDULE: list[Periodic] = [
    Periodic(outbox_upkeep.prune_facts.name, 6 * HOUR),
    Periodic(jobs_upkeep.prune_log.name, timedelta(minutes=10)),
    Periodic(jobs_upkeep.prune_answers.name, HOUR),
    Periodic(prune_sign_ins.name, HOUR),
    Periodic("groups.refresh_counters", timedelta(minutes=5)),
    Periodic("groups.end_due_places", timedelta(minutes=15)),
    Periodic("initiatives.watch_clock", timedelta(minutes=15)),
    Periodic(watch_cases.name, timedelta(minutes=15)),
    Periodic("polls.watch_clock", timedelta(minutes=1)),
    Periodic(end_pins_and_locks.name, timedelta(minutes=1)),
    Periodic("searching.prune_trending", 24 * HOUR),
    Periodic("courses.read_rosters", timedelta(minutes=15)),
    Periodic("searching.verify_index", 24 * HOUR),
]


@command
async def enqueue_due() -> list[str]:
    """Enqueue each job whose period has begun and that no other worker has taken; their names."""
    known = [each for each in SCHEDULE if each.job in JOBS]
    names = [each.job for each in known]
    periods = [f"every {each.every.total_seconds():.0f} s" for each in known]
    async with connection() as raw:
        await raw.execute(ANNOUNCE, periods, names)
        rows = await raw.fetch(TAKE_DUE, periods, names, [each.every for each in known])
    due = [row["entrypoint"] for row in rows]
    await enqueue_many(Waiting(JOBS[name], {}) for name in due)
    return due

"""Rosters by the clock and on demand."""
from forum.courses.rosters import due, read_now
from forum.jobs.queue import Lane, Waiting, enqueue_many, job
from forum.kit.transaction import command


@job(
    "courses.read_roster",
    lane=Lane.UPKEEP,
    dedupe=lambda context_id, force=False: f"{context_id}:{force}",
    seconds=900,
)
async def read_roster(context_id: int, force: bool = False) -> None:
    """One course's; what goes wrong at the platform is in the run, and not tried again before its time."""
    await read_now(context_id, force=force)


@job("courses.read_rosters", lane=Lane.UPKEEP)
@command
async def read_rosters() -> None:
    """Those that were not read for six hours."""
    await enqueue_many(Waiting(read_roster, {"context_id": context_id}) for context_id in await due())

"""Keep a group's counters (a cache, put right by a worker, so that no reply queues on its row); end what is due."""
import asyncio

from forum.groups.commands.leaving import leave_due
from forum.groups.recount import recount_groups
from forum.jobs.queue import Lane, job

_wanted: set[int] = set()
_turn = asyncio.Lock()


@job("groups.recount", lane=Lane.UPKEEP)
async def recount_group(group_id: int) -> None:
    """Jobs that run at the same time share one count a group."""
    _wanted.add(group_id)
    async with _turn:
        if group_id in _wanted:
            _wanted.discard(group_id)
            await recount_groups([group_id])


@job("groups.refresh_counters", lane=Lane.UPKEEP)
async def refresh_counters() -> None:
    """All groups, by the clock: a cache that missed a fact heals itself (promise 7)."""
    await recount_groups()


@job("groups.end_due_places", lane=Lane.UPKEEP)
async def end_due_places() -> None:
    """Who is past the days of grace leaves, as each group's ``on_leave`` says; a transaction for every few hundred."""
    while await leave_due():
        pass

"""Polls by the clock."""
from forum.jobs.queue import Lane, Waiting, enqueue_many, job
from forum.kit.transaction import command
from forum.polls.commands.close_poll import announce_closing, close_due, due_polls


@job("polls.count", lane=Lane.NOTICES, dedupe=lambda poll_id: poll_id)
async def count_poll(poll_id: int) -> None:
    """One whose time is over; a job each, so that none waits for another's trouble."""
    await close_due(poll_id)


@job("polls.watch_clock", lane=Lane.NOTICES, dedupe=lambda: "")
@command
async def watch_clock() -> None:
    """Have the polls counted whose time is over; announce those that close within a day."""
    await enqueue_many(Waiting(count_poll, {"poll_id": poll_id}) for poll_id in await due_polls())
    await announce_closing()

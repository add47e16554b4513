"""Polls by the clock."""
from forum.jobs.queue import Lane, job
from forum.polls.commands.close_poll import announce_closing, close_due, due_polls


@job("polls.watch_clock", lane=Lane.NOTICES, dedupe=lambda: "")
async def watch_clock() -> None:
    """Count the polls whose time is over, a transaction each; announce those that close within a day."""
    for poll_id in await due_polls():
        await close_due(poll_id)
    await announce_closing()

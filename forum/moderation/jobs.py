"""Moderation by the clock."""
from forum.jobs.queue import Lane, job
from forum.moderation.commands.remind import remind


@job("moderation.watch_clock", lane=Lane.NOTICES, dedupe=lambda: "")
async def watch_clock() -> None:
    """Cases that nobody has decided for a day."""
    await remind()

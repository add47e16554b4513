"""Initiatives by the clock, and what follows when people come and go.

What a fact brings about at once, the clock does as well: a departure that no fact told of (a suspension, a source that
was read while nothing listened) is found within a quarter of an hour.
"""
from forum.initiatives.commands import clock, relieve, space
from forum.jobs.queue import Lane, job


@job("initiatives.watch_clock", lane=Lane.NOTICES, dedupe=lambda: "")
async def watch_clock() -> None:
    """Days that are over, reminders, leads who may lead no more; a transaction each."""
    for initiative_id in await clock.days_over():
        await clock.lapse(initiative_id)
    while await clock.remind():
        pass
    for initiative_id in await relieve.led_by_departed():
        await relieve.relieve(initiative_id)
    for initiative_id in await clock.left_alone():
        await clock.withdraw_leaderless(initiative_id)
    for initiative_id in await space.with_space():
        await space.unseat(initiative_id)


@job("initiatives.settle_departure", lane=Lane.NOTICES)
async def settle_departure(group_id: int, member_id: int) -> None:
    """Somebody left a group, or was banned from it: what they led there, and their places in its working spaces."""
    for initiative_id in await relieve.led_by_departed(group_id, member_id):
        await relieve.relieve(initiative_id)
    for initiative_id in await space.with_space(group_id, member_id):
        await space.unseat(initiative_id)


@job("initiatives.fill_space", lane=Lane.NOTICES)
async def fill_space(initiative_id: int) -> None:
    """The co-sponsors of an initiative come to the space that was opened."""
    await space.seat(initiative_id)


@job("initiatives.settle_place", lane=Lane.NOTICES)
async def settle_place(initiative_id: int, member_id: int) -> None:
    """Somebody came to an initiative, or leads it, or leads it no more: their place in its space."""
    await space.seat(initiative_id, [member_id])
    await space.unseat(initiative_id)

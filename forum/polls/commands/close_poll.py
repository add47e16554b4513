"""End a poll, by hand or by the clock: nobody votes any more, and the tally stays as it is."""
from collections.abc import Sequence

import msgspec

from auth.actor import Actor
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.outbox.record import audit, record, record_all
from forum.polls import statements
from forum.polls.counting import count, marks_of
from forum.polls.facts import PollClosed, PollClosingSoon
from forum.polls.policies import Phase, can_close
from forum.polls.queries import OpenedPoll, poll_door, poll_without_door


@command
async def close_poll(actor: Actor, poll_id: int) -> None:
    """Before its time; votes that are being cast are waited for, and counted."""
    poll = await poll_door(actor, poll_id, lock=True)
    require(can_close(actor, poll.state))
    await _close(poll, actor.member_id)
    if poll.state.phase is not Phase.COUNTING:
        group_id = poll.state.thread.group.id
        await audit(actor.member_id, "poll.closed_early", "poll", poll_id, group_id=group_id)


async def due_polls() -> Sequence[int]:
    """Those whose time is over, and that were not counted yet."""
    async with connection() as sql:
        return [row["id"] for row in await sql.fetch(statements.DUE)]


@command
async def close_due(poll_id: int) -> None:
    """Count a poll whose time is over; also one whose post was withdrawn, so that it does not stay due."""
    poll = await poll_without_door(poll_id, lock=True)
    if poll.state.phase is Phase.COUNTING:
        await _close(poll, None)


@command
async def announce_closing() -> None:
    """Say of each poll once that it closes within a day."""
    async with connection() as sql:
        rows = await sql.fetch(statements.CLOSING_SOON)
    await record_all(
        [PollClosingSoon(poll_id=row["id"], thread_id=row["thread_id"], group_id=row["group_id"]) for row in rows]
    )


async def _close(poll: OpenedPoll, actor_id: int | None) -> None:
    async with connection() as sql:
        rows = await sql.fetch(statements.COUNTED, poll.state.id)
        result = count(poll.rules, poll.options, ((marks_of(row["marks"]), row["n"]) for row in rows))
        await sql.execute(statements.FREEZE, poll.state.id, msgspec.json.encode(result).decode())
        if poll.state.anonymous:
            await sql.execute(statements.SHUFFLE_BALLOTS, poll.state.id)
            await sql.execute(statements.SHUFFLE_VOTERS, poll.state.id)
    await record(
        PollClosed(
            poll_id=poll.state.id,
            thread_id=poll.state.thread.id,
            group_id=poll.state.thread.group.id,
            actor_id=actor_id,
        )
    )

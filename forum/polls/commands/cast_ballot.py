"""Vote in a poll."""
import msgspec

from auth.actor import Actor
from forum.kit.errors import Conflict
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.polls import statements
from forum.polls.ballots import check_ballot
from forum.polls.policies import can_vote
from forum.polls.queries import poll_door
from forum.polls.schemas import BallotWish


@command
async def cast_ballot(actor: Actor, poll_id: int, wish: BallotWish) -> None:
    """A named vote replaces the one before; an anonymous one stays as it was cast (Conflict ``already_voted``).

    No fact, no audit entry and no kept answer tells of a vote: sent twice, it counts once by the voter's own row.
    """
    poll = await poll_door(actor, poll_id, lock="share")
    require(can_vote(actor, poll.state))
    if poll.state.anonymous and poll.state.voted:
        raise Conflict("already_voted")
    ballot = check_ballot(poll.rules, poll.options, wish.marks, wish.reason)
    marks = msgspec.json.encode(ballot.marks).decode()
    values = (poll_id, actor.member_id, marks, ballot.reason)
    async with connection() as sql:
        if not poll.state.anonymous:
            await sql.execute(statements.CAST_NAMED, *values, poll.at)
        elif await sql.fetchval(statements.CAST_UNNAMED, *values) is None:
            raise Conflict("already_voted")

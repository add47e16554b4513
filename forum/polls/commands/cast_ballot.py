"""Vote in a poll."""
import msgspec

from auth.actor import Actor
from forum.kit.errors import Conflict, NotAllowed
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.polls import statements
from forum.polls.ballots import check_ballot
from forum.polls.policies import Phase, can_vote
from forum.polls.queries import poll_door
from forum.polls.schemas import BallotWish


async def cast_ballot(actor: Actor, poll_id: int, wish: BallotWish) -> None:
    """A named vote replaces the one before; an anonymous one stays as it was cast (Conflict ``already_voted``).

    No fact, no audit entry and no kept answer tells of a vote: sent twice, it counts once by the voter's own row. All
    that is written is one statement, which asks the clock again behind the poll's lock; what a ballot is checked by
    never changes.
    """
    poll = await poll_door(actor, poll_id)
    require(can_vote(actor, poll.state))
    if poll.state.anonymous and poll.state.voted:
        raise Conflict("already_voted")
    ballot = check_ballot(poll.rules, poll.options, wish.marks, wish.reason)
    marks = msgspec.json.encode(ballot.marks).decode()
    cast = statements.CAST_UNNAMED if poll.state.anonymous else statements.CAST_NAMED
    async with connection() as sql:
        vote = await sql.fetchrow(cast, poll_id, actor.member_id, marks, ballot.reason)
    if vote is None or vote["phase"] != Phase.OPEN:
        raise NotAllowed("poll_closed")
    if not vote["counts"]:
        raise Conflict("already_voted")

"""Polls, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, operation, versioned
from forum.polls import queries
from forum.polls.commands.cast_ballot import cast_ballot
from forum.polls.commands.close_poll import close_poll
from forum.polls.commands.start_poll import start_poll
from forum.polls.commands.write_outcome import write_outcome
from forum.polls.schemas import (
    BallotList,
    BallotsWanted,
    BallotWish,
    DecisionList,
    DecisionsWanted,
    NewPoll,
    OutcomeWish,
    PollDoc,
)

POST = Scope.POST


@operation("start_poll", body=NewPoll, answers={201: PollDoc}, scope=POST)
async def post_poll(call: Call[NewPoll, Nothing]) -> Response:
    """Ask the members of the group, in a reply of its own."""
    poll_id = await start_poll(call.actor, call.id("id"), call.body)
    found = await queries.poll(call.actor, poll_id)
    return _poll(found, 201, {"Location": f"/api/v1/polls/{poll_id}"})


@operation("read_content", answers={200: PollDoc})
async def get_poll(call: Call[None, Nothing]) -> Response:
    """A poll; the result where it may be shown to you, your own vote unless it is anonymous."""
    return _poll(await queries.poll(call.actor, call.id("id")))


@operation("vote_in_poll", body=BallotWish, answers={200: PollDoc}, scope=POST, keyless=True)
async def put_ballot(call: Call[BallotWish, Nothing]) -> Response:
    """Vote, or change your vote while the poll is open; an anonymous vote cannot be changed."""
    await cast_ballot(call.actor, call.id("id"), call.body)
    return _poll(await queries.poll(call.actor, call.id("id")))


@operation("close_poll", answers={200: PollDoc}, scope=POST)
async def put_closing(call: Call[None, Nothing]) -> Response:
    """Close a poll before its time."""
    await close_poll(call.actor, call.id("id"))
    return _poll(await queries.poll(call.actor, call.id("id")))


@operation("write_outcome", body=OutcomeWish, answers={200: PollDoc}, scope=POST)
async def put_outcome(call: Call[OutcomeWish, Nothing]) -> Response:
    """Say what comes of a poll; If-Match names the version that you change."""
    await write_outcome(call.actor, call.id("id"), call.body, call.version())
    return _poll(await queries.poll(call.actor, call.id("id")))


@operation("read_ballots", query=BallotsWanted, answers={200: BallotList})
async def list_ballots(call: Call[None, BallotsWanted]) -> Response:
    """Who voted how; of an anonymous poll, what was said with the votes."""
    return document(await queries.ballots(call.actor, call.id("id"), call.query.after, call.query.limit))


@operation("read_content", query=DecisionsWanted, answers={200: DecisionList})
async def list_decisions(call: Call[None, DecisionsWanted]) -> Response:
    """What the polls of a group came to, the newest first."""
    return document(await queries.decisions(call.actor, call.slug(), call.query.before, call.query.limit))


def _poll(found: PollDoc, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return versioned(msgspec.json.encode(found), found.version, status, headers)

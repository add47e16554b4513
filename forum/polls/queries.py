"""Reading polls, through the door of the post that introduces each; JSON is built by PostgreSQL, tallies are not."""
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import can_read
from forum.kit.errors import NotFound
from forum.kit.transaction import connection
from forum.kit.verdict import require
from forum.polls import statements as sql_of
from forum.polls.ballots import Rules
from forum.polls.counting import count, rules_of
from forum.polls.models import Results
from forum.polls.policies import Phase, PollState, can_read_ballots
from forum.polls.schemas import PollDoc
from forum.threads.models import PostState
from forum.threads.policies import PostInfo, can_reach_post
from forum.threads.queries import thread_state


class OpenedPoll(NamedTuple):
    """A poll behind its door: what policies ask, how it is counted, its options in order."""

    state: PollState
    rules: Rules
    options: tuple[int, ...]
    question: str
    outcome: str
    outcome_written: bool
    review_on: date | None
    version: int


async def poll_door(actor: Actor, poll_id: int, *, lock: bool = False) -> OpenedPoll:
    """The poll, if this actor may read its post, which must be public; the refusal of the post's group otherwise.

    ``lock`` takes the poll's row lock, for closing it and for what comes after.
    """
    opened, post = await _open(poll_id, actor.own_id, lock)
    require(can_reach_post(actor, post))
    if post.state is not PostState.PUBLIC:
        raise NotFound
    return opened


async def poll_without_door(poll_id: int, *, lock: bool = False) -> OpenedPoll:
    """For the clock, which closes a poll whoever may read it."""
    return (await _open(poll_id, None, lock))[0]


async def polls_of_posts(actor: Actor, posts: Iterable[int]) -> dict[int, PollDoc]:
    """The polls of these posts as this actor may see them, by post; one statement."""
    async with connection() as sql:
        body = await sql.fetchval(sql_of.POLLS, actor.own_id, list(posts), list(actor.readable))
    found = (_document(each) for each in msgspec.json.decode(body))
    return {poll.post_id: poll for poll in found}


async def poll(actor: Actor, poll_id: int) -> PollDoc:
    """One statement when it may be read."""
    async with connection() as sql:
        body = await sql.fetchval(sql_of.POLL, actor.own_id, poll_id, list(actor.readable))
    if body is None:
        await poll_door(actor, poll_id)
        raise NotFound
    return _document(msgspec.json.decode(body))


async def ballots(actor: Actor, poll_id: int, after: UUID | None, limit: int) -> bytes:
    """BallotList, in an order that says nothing; of an anonymous poll only what was said, and nobody's name."""
    require(can_read_ballots(actor, (await poll_door(actor, poll_id)).state))
    async with connection() as sql:
        return bytes(await sql.fetchval(sql_of.BALLOTS, poll_id, after, limit))


async def decisions(actor: Actor, slug: str, before: int, limit: int) -> bytes:
    """DecisionList of a group: its polls that have an outcome, the newest first."""
    async with connection() as sql:
        body = await sql.fetchval(sql_of.DECISIONS, list(actor.readable), before or None, limit, slug)
    if body is None:
        require(can_read(actor, await groups.door(actor, slug)))
        raise NotFound
    return bytes(body)


def _document(found: dict[str, Any]) -> PollDoc:
    """The document with the tally of the running poll, where it may be told."""
    running = found.pop("running")
    if running is not None:
        options = tuple(option["id"] for option in found["options"])
        found["result"] = _tallied(rules_of(found), options, running)
    return msgspec.convert(found, PollDoc, strict=False, str_keys=True)


@lru_cache(maxsize=32)
def _tallied(rules: Rules, options: tuple[int, ...], running: str) -> dict[str, Any]:
    """The tally of ballots as they came; kept until others come, for rankings cost more than the rest of a page."""
    counted = msgspec.json.decode(running, type=list[tuple[dict[int, int], int]])
    tally: dict[str, Any] = msgspec.to_builtins(count(rules, options, counted))
    return tally


async def _open(poll_id: int, member_id: int | None, lock: bool) -> tuple[OpenedPoll, PostInfo]:
    async with connection() as sql:
        row = await sql.fetchrow(sql_of.STATE_LOCKED if lock else sql_of.STATE, poll_id, member_id)
    if row is None:
        raise NotFound
    post = _post(row)
    state = PollState(
        id=poll_id,
        thread=post.thread,
        post_id=post.id,
        author_id=row["author_id"],
        anonymous=row["anonymous"],
        results=Results(row["results"]),
        phase=Phase(row["phase"]),
        voted=row["voted"],
    )
    opened = OpenedPoll(
        state=state,
        rules=rules_of(row),
        options=tuple(row["option_ids"]),
        question=row["question"],
        outcome=row["outcome"],
        outcome_written=row["outcome_at"] is not None,
        review_on=row["review_on"],
        version=row["version"],
    )
    return opened, post


def _post(row: asyncpg.Record) -> PostInfo:
    of_thread = {
        "id": row["thread_id"],
        "author_id": row["thread_author_id"],
        "kind": row["thread_kind"],
        "policy": row["join_policy"],
    }
    thread = thread_state({**row, **of_thread})
    return PostInfo(
        id=row["post_id"],
        thread=thread,
        author_id=row["post_author_id"],
        state=PostState(row["post_state"]),
        version=row["post_version"],
        number=row["number"],
        wiki=row["wiki"],
    )

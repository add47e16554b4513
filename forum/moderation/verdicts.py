"""What a verdict does to what it is about, and how that is taken back; the rows are locked, the rights were asked.

``undo`` of the act of a verdict holds: ``case``; ``was`` and ``now``, the states of posts before and after;
``sanction``; ``withdrawn``, an initiative; ``declined``, a post that had waited for its first look.
"""
from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from auth.actor import Actor
from forum.groups import queries as groups
from forum.groups.policies import can_moderate
from forum.initiatives.commands.advance import advance
from forum.initiatives.models import Stage
from forum.initiatives.queries.door import state_of
from forum.initiatives.stages import OPEN, Move
from forum.kit.errors import Conflict, Invalid
from forum.kit.transaction import connection
from forum.moderation.commands.sanctions import give_sanction, lift_sanction
from forum.moderation.models import Decision, SanctionKind
from forum.moderation.policies import CaseState
from forum.moderation.posts import set_state, set_states
from forum.moderation.targets import Target, TargetKind
from forum.moderation.waiting import decline, wait_again
from forum.threads.commands.publish_post import publish_post
from forum.threads.models import PostState

HIDING: Final = frozenset({Decision.HIDE, Decision.HIDE_AND_SILENCE})
DEALS_WITH: Final = HIDING | {Decision.REMOVE}

LOCK_THREAD_OF_POST = """
    SELECT FROM threads WHERE id = (SELECT thread_id FROM posts WHERE id = $1) FOR NO KEY UPDATE
"""
LOCK_THREAD = "SELECT FROM threads WHERE id = $1 FOR NO KEY UPDATE"
LOCK_POST = "SELECT id, number, state, thread_id FROM posts WHERE id = $1 FOR UPDATE"
PUBLIC_POSTS = "SELECT id FROM posts WHERE thread_id = $1 AND state = 'public' ORDER BY id FOR UPDATE"
LOCK_THREADS = """
    SELECT FROM threads WHERE id IN (SELECT thread_id FROM posts WHERE id = ANY($1::bigint[]))
    ORDER BY id FOR NO KEY UPDATE
"""
USERNAME = "SELECT username FROM members WHERE id = $1"
STATES = """
    SELECT p.id, p.state, t.group_id FROM posts p JOIN threads t ON t.id = p.thread_id
    WHERE p.id = ANY($1::bigint[]) ORDER BY p.id FOR UPDATE OF p
"""


async def lock(target: Target) -> asyncpg.Record | None:
    """The rows that a verdict may change, before the case's own; the post where it is about one."""
    async with connection() as sql:
        if target.kind is TargetKind.POST:
            await sql.execute(LOCK_THREAD_OF_POST, target.id)
            return await sql.fetchrow(LOCK_POST, target.id)
        if target.kind is TargetKind.THREAD:
            await sql.execute(LOCK_THREAD, target.id)
    if target.kind is TargetKind.INITIATIVE:
        await state_of(target.id, lock=True)
    return None


async def carry_out(
    actor: Actor, case: CaseState, post: asyncpg.Record | None, decision: Decision, days: int, reason: str
) -> dict[str, Any] | None:
    """Returns what takes it back; None where nothing does: who was let in is not shut out again by a button."""
    undo: dict[str, Any] = {"case": case.id}
    if case.target.kind is TargetKind.POST:
        if post is not None and post["state"] == PostState.PENDING:
            if decision not in DEALS_WITH:
                await publish_post(case.target.id)
                return None
            await decline(case.target.id, _state_of(decision))
            undo["declined"] = case.target.id
        else:
            undo |= await _settle_post(case, post, decision)
    elif case.target.kind is TargetKind.THREAD and decision in DEALS_WITH:
        async with connection() as sql:
            posts = [row["id"] for row in await sql.fetch(PUBLIC_POSTS, case.target.id)]
        undo |= await _set(posts, _state_of(decision))
    elif case.target.kind is TargetKind.INITIATIVE and decision in DEALS_WITH:
        await _withdraw(case.target.id)
        undo["withdrawn"] = case.target.id
    elif case.target.kind is TargetKind.PROFILE and decision in (Decision.HIDE, Decision.REMOVE):
        raise Invalid({"decision": "not_for_profiles"})
    if decision is Decision.HIDE_AND_SILENCE:
        undo["sanction"] = await _silence(actor, case, days, reason)
    return undo


async def _silence(actor: Actor, case: CaseState, days: int, reason: str) -> int:
    """In the case's group, or for a profile on the site."""
    async with connection() as sql:
        username = await sql.fetchval(USERNAME, case.author_id)
    group = None if case.group is None else case.group.slug
    return await give_sanction(
        actor, username, SanctionKind.SILENCE, group=group, reason=reason, days=days, case_id=case.id
    )


async def _settle_post(case: CaseState, post: asyncpg.Record | None, decision: Decision) -> dict[str, Any]:
    """What its author withdrew meanwhile stays withdrawn; what flags had hidden comes back, or stays."""
    if post is None or post["state"] not in (PostState.PUBLIC, PostState.HIDDEN):
        return {}
    if decision in DEALS_WITH:
        await set_state([case.target.id], _state_of(decision))
        return {"was": {str(case.target.id): post["state"]}, "now": _state_of(decision).value}
    return await _set([case.target.id], PostState.PUBLIC) if case.auto_hidden else {}


async def _set(posts: Sequence[int], state: PostState) -> dict[str, Any]:
    was = await set_state(posts, state) if posts else {}
    return {"was": {str(post): before.value for post, before in was.items()}, "now": state.value}


def _state_of(decision: Decision) -> PostState:
    return PostState.REMOVED if decision is Decision.REMOVE else PostState.HIDDEN


async def _withdraw(initiative_id: int) -> None:
    """One that has ended stays as a record: what was said in its discussion is flagged where it stands."""
    initiative = await state_of(initiative_id)
    if initiative.stage not in OPEN:
        raise Conflict("initiative_ended")
    await advance(initiative, Move.WITHDRAW, None)


def _touched(undo: Mapping[str, Any]) -> list[int]:
    return [int(post) for post in undo.get("was", {})]


async def lock_to_take_back(undo: Mapping[str, Any], target: Target) -> None:
    """As ``lock``: what is taken back comes before the case."""
    await lock(target)
    async with connection() as sql:
        await sql.execute(LOCK_THREADS, _touched(undo))


async def take_back(actor: Actor, undo: Mapping[str, Any], *, appealed: bool = False, flagged: bool = False) -> None:
    """Posts that still stand as the verdict left them become what they were; ``flagged``: what flags had hidden, too.

    What went meanwhile to a group that this actor does not look after is for others to bring back. Raises Conflict
    where none does, or what else was done has moved on; ``appealed``, it does what still can be done.
    """
    async with connection() as sql:
        rows = await sql.fetch(STATES, _touched(undo))
    theirs = {
        group: bool(can_moderate(actor, await groups.state_of(group))) for group in {row["group_id"] for row in rows}
    }
    now = {row["id"]: row["state"] for row in rows if theirs[row["group_id"]]}
    kept = {
        int(post): PostState.PUBLIC if flagged else PostState(state)
        for post, state in undo.get("was", {}).items()
        if now.get(int(post)) == undo["now"]
    }
    if undo.get("was") and not kept and not appealed:
        raise Conflict("moved_on")
    if kept:
        await set_states(kept)
    if "declined" in undo:
        await wait_again(undo["declined"])
        if appealed:
            # The case stays decided, so nobody would look again at what waits.
            await publish_post(undo["declined"])
    if "withdrawn" in undo:
        initiative = await state_of(undo["withdrawn"])
        if initiative.stage is Stage.WITHDRAWN or not appealed:
            await advance(initiative, Move.REOPEN, None)
    if "sanction" in undo:
        await _lift(actor, undo["sanction"], appealed)


async def _lift(actor: Actor, sanction_id: int, appealed: bool) -> None:
    try:
        await lift_sanction(actor, sanction_id)
    except Conflict:
        # Lifted by somebody else, or over.
        if not appealed:
            raise

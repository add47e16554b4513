"""Say what becomes of a case: of two who do at once, one wins, and the other is told."""
from typing import Any, Final

import msgspec

from auth.actor import Actor
from forum.kit.errors import Conflict, Invalid, PreconditionMissing
from forum.kit.fields import body_field
from forum.kit.transaction import command, connection
from forum.kit.verdict import require
from forum.moderation.acts import REASON_LENGTH, Done, enter, undoes
from forum.moderation.facts import CaseDecided
from forum.moderation.models import ActKind, Decision, FlagReason
from forum.moderation.policies import CaseState, can_decide_case, can_work_case
from forum.moderation.queries.door import case_door, case_without_door
from forum.moderation.targets import TargetKind
from forum.moderation.verdicts import carry_out, lock, lock_to_take_back, take_back
from forum.outbox.record import record

SILENCE_DAYS: Final = 7
LONGEST_SILENCE: Final = 365
# A verdict on a post, or on all of a thread, is told by what was done to it; every other by its case.
OF_POSTS: Final = {
    Decision.NOTE: ActKind.POST_NOTED,
    Decision.HIDE: ActKind.POST_HIDDEN,
    Decision.HIDE_AND_SILENCE: ActKind.POST_HIDDEN,
    Decision.REMOVE: ActKind.POST_REMOVED,
}

LOCK_GROUP = "SELECT FROM groups WHERE id = $1 FOR NO KEY UPDATE"
DECIDE = """
    UPDATE cases SET decision = $2, reason = $3, words = $4, decided_by_id = $5, decided_at = clock_timestamp(),
        claimed_by_id = NULL, claimed_until = NULL, version = version + 1
    WHERE id = $1
"""
REOPEN = """
    UPDATE cases SET decision = NULL, reason = NULL, words = '', decided_by_id = NULL, decided_at = NULL,
        version = version + 1
    WHERE id = $1
"""
OPEN_SINCE = """
    SELECT EXISTS (SELECT FROM cases WHERE decided_at IS NULL
        AND (post_id = $1 OR thread_id = $2 OR member_id = $3 OR initiative_id = $4))
"""
DROP_APPEAL = "DELETE FROM appeals WHERE case_id = $1"
SHOW_AGAIN = "UPDATE cases SET auto_hidden = false WHERE id = $1"
THREAD_OF = "SELECT thread_id FROM posts WHERE id = $1"


@command
async def decide(
    actor: Actor,
    case_id: int,
    decision: Decision,
    *,
    version: int | None,
    reason: FlagReason | None = None,
    words: str = "",
    silence_days: int = SILENCE_DAYS,
) -> None:
    """Decide a case as it stood at ``version``; ``words`` are what the author reads, and a note needs some.

    Raises Conflict, with who decided what, where it is decided already; with who holds it, where it is claimed.
    """
    if version is None:
        raise PreconditionMissing
    words = _checked(decision, reason, words, silence_days)
    seen = await case_door(actor, case_id)
    require(can_decide_case(actor, seen))
    if decision is Decision.HIDE_AND_SILENCE and seen.group is not None:
        async with connection() as sql:
            await sql.execute(LOCK_GROUP, seen.group.id)
    post = await lock(seen.target)
    case = await case_door(actor, case_id, lock=True)
    _still_open(actor, case, version)
    told = words or (reason.value if reason else "")
    undo = await carry_out(actor, case, post, decision, silence_days, told)
    async with connection() as sql:
        chosen = None if reason is None or decision is Decision.NO_ACTION else reason.value
        await sql.execute(DECIDE, case_id, decision.value, chosen, words, actor.member_id)
    await _enter(actor, case, decision, reason, words, undo)
    await record(CaseDecided(case_id=case_id, group_id=case.group_id))


def _checked(decision: Decision, reason: FlagReason | None, words: str, silence_days: int) -> str:
    errors = {}
    if decision is not Decision.NO_ACTION and reason is None:
        errors["reason"] = "required"
    if decision is Decision.NOTE and not words.strip():
        errors["words"] = "required"
    if not 1 <= silence_days <= LONGEST_SILENCE:
        errors["silence_days"] = "out_of_range"
    if errors:
        raise Invalid(errors)
    return body_field(words, "words", least=0, most=REASON_LENGTH)


def _still_open(actor: Actor, case: CaseState, version: int) -> None:
    if case.decision is not None:
        raise Conflict("decided_already", by=case.decided_by or "", decision=case.decision.value)
    if case.version != version:
        raise Conflict("case_changed", version=case.version)
    if case.claimed_by_id not in (None, actor.member_id):
        raise Conflict("claimed_by_another", by=case.claimed_by or "")


async def _enter(
    actor: Actor,
    case: CaseState,
    decision: Decision,
    reason: FlagReason | None,
    words: str,
    undo: dict[str, Any] | None,
) -> None:
    kind, post_id, thread_id = ActKind.CASE_DECIDED, None, None
    if case.target.kind in (TargetKind.POST, TargetKind.THREAD):
        kind = ActKind.POST_APPROVED if undo is None else OF_POSTS.get(decision, kind)
    if case.target.kind is TargetKind.POST:
        post_id = case.target.id
        async with connection() as sql:
            thread_id = await sql.fetchval(THREAD_OF, post_id)
    elif case.target.kind is TargetKind.THREAD:
        thread_id = case.target.id
    told = decision is not Decision.NO_ACTION or undo is None
    await enter(
        actor,
        kind,
        group_id=case.group_id,
        thread_id=thread_id,
        post_id=post_id,
        member_id=case.author_id if told else None,
        case_id=case.id,
        reason=words,
        after={"decision": decision.value, "reason": reason.value if reason else None},
        undo=undo,
    )


@undoes(ActKind.CASE_DECIDED, ActKind.POST_NOTED, ActKind.POST_HIDDEN, ActKind.POST_REMOVED)
async def undo_verdict(actor: Actor, done: Done) -> None:
    """The case is open again, and what was done about it is undone; what flags hid is shown, its case stays open.

    Raises Conflict where it was flagged again since, or an appeal was decided.
    """
    seen = await case_without_door(done.undo["case"], actor.member_id)
    require(can_work_case(actor, seen))
    await lock_to_take_back(done.undo, seen.target)
    case = await case_without_door(seen.id, actor.member_id, lock=True)
    if case.appealed and not case.appeal_open:
        raise Conflict("appeal_decided")
    if done.actor_id is None and case.decision is not None:
        raise Conflict("moved_on")
    async with connection() as sql:
        if case.decision is None:
            await sql.execute(SHOW_AGAIN, case.id)
        elif await sql.fetchval(OPEN_SINCE, *case.target.columns):
            raise Conflict("flagged_again")
        else:
            await sql.execute(DROP_APPEAL, case.id)
            await sql.execute(REOPEN, case.id)
    await take_back(actor, done.undo)


VERDICT = """
    SELECT undo FROM acts WHERE case_id = $1 AND actor_id IS NOT NULL AND undo ? 'case' AND undone_at IS NULL
    ORDER BY id DESC LIMIT 1
"""


async def undo_of_verdict(case_id: int) -> dict[str, Any]:
    """What takes the verdict of a decided case back; empty where there is nothing to take back but words."""
    async with connection() as sql:
        found = await sql.fetchval(VERDICT, case_id)
    undo: dict[str, Any] = {} if found is None else msgspec.json.decode(found)
    return undo

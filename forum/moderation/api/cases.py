"""Flags, cases and appeals, as JSON."""
from typing import Any

import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.api.operation import Call, Nothing, document, nothing, operation, versioned
from forum.moderation.commands import claim as claims
from forum.moderation.commands.appeal import appeal, decide_appeal
from forum.moderation.commands.decide import decide
from forum.moderation.commands.flag import flag, unflag
from forum.moderation.queries.case import case_page, verdict
from forum.moderation.queries.door import profile_named
from forum.moderation.queries.queue import queue
from forum.moderation.schemas import (
    AppealAnswer,
    AppealWish,
    CaseDoc,
    DecisionWish,
    FlagWish,
    Queue,
    QueueWanted,
    VerdictDoc,
)
from forum.moderation.targets import Target, TargetKind

POST = Scope.POST


@operation("flag", body=FlagWish, answers={204: None}, scope=POST)
async def put_post_flag(call: Call[FlagWish, Nothing]) -> Response:
    """Say that a post needs eyes; once more replaces what you said."""
    return await _flag(call, Target(TargetKind.POST, call.id("id")))


@operation("flag", answers={204: None}, scope=POST)
async def delete_post_flag(call: Call[None, Nothing]) -> Response:
    """Take your flag back, while nobody has decided."""
    return await _unflag(call, Target(TargetKind.POST, call.id("id")))


@operation("flag", body=FlagWish, answers={204: None}, scope=POST)
async def put_thread_flag(call: Call[FlagWish, Nothing]) -> Response:
    """Say that a whole thread needs eyes."""
    return await _flag(call, Target(TargetKind.THREAD, call.id("id")))


@operation("flag", answers={204: None}, scope=POST)
async def delete_thread_flag(call: Call[None, Nothing]) -> Response:
    """Take your flag back, while nobody has decided."""
    return await _unflag(call, Target(TargetKind.THREAD, call.id("id")))


@operation("flag", body=FlagWish, answers={204: None}, scope=POST)
async def put_initiative_flag(call: Call[FlagWish, Nothing]) -> Response:
    """Say that an initiative needs eyes."""
    return await _flag(call, Target(TargetKind.INITIATIVE, call.id("id")))


@operation("flag", answers={204: None}, scope=POST)
async def delete_initiative_flag(call: Call[None, Nothing]) -> Response:
    """Take your flag back, while nobody has decided."""
    return await _unflag(call, Target(TargetKind.INITIATIVE, call.id("id")))


@operation("flag_profile", body=FlagWish, answers={204: None}, scope=POST)
async def put_profile_flag(call: Call[FlagWish, Nothing]) -> Response:
    """Say that somebody's profile needs eyes: the site's staff will look."""
    return await _flag(call, await profile_named(call.actor, str(call.path["username"])))


@operation("flag_profile", answers={204: None}, scope=POST)
async def delete_profile_flag(call: Call[None, Nothing]) -> Response:
    """Take your flag back, while nobody has decided."""
    return await _unflag(call, await profile_named(call.actor, str(call.path["username"])))


async def _flag(call: Call[FlagWish, Nothing], target: Target) -> Response:
    await flag(call.actor, target, call.body.reason, call.body.note)
    return nothing()


async def _unflag(call: Call[None, Nothing], target: Target) -> Response:
    await unflag(call.actor, target)
    return nothing()


@operation("work_group_queue", query=QueueWanted, answers={200: Queue})
async def list_cases(call: Call[None, QueueWanted]) -> Response:
    """What waits for a look in the groups that you look after, the oldest first."""
    wanted = call.query
    decided = wanted.state == "decided"
    body = await queue(call.actor, wanted.group, decided=decided, after=wanted.after, limit=wanted.limit)
    found = msgspec.json.decode(body, type=Queue)
    if found.next is None:
        return document(body)
    of_group = f"&group={wanted.group}" if wanted.group else ""
    link = f"/api/v1/cases?state={wanted.state}{of_group}&after={found.next}&limit={wanted.limit}"
    return document(msgspec.json.encode(msgspec.structs.replace(found, next=link)))


@operation("claim_decide_appeal_case", answers={200: CaseDoc})
async def get_case(call: Call[None, Nothing]) -> Response:
    """A case with its flags, what it stands among, and its author's history as far as you may know it."""
    return await _case(call)


@operation("claim_decide_appeal_case", answers={200: CaseDoc}, scope=POST)
async def put_claim(call: Call[None, Nothing]) -> Response:
    """Hold a case for a quarter of an hour."""
    await claims.claim(call.actor, call.id("id"))
    return await _case(call)


@operation("claim_decide_appeal_case", answers={204: None}, scope=POST)
async def delete_claim(call: Call[None, Nothing]) -> Response:
    """Leave it to others."""
    await claims.release(call.actor, call.id("id"))
    return nothing()


@operation("claim_decide_appeal_case", body=DecisionWish, answers={200: CaseDoc}, scope=POST)
async def put_case_decision(call: Call[DecisionWish, Nothing]) -> Response:
    """Decide a case; If-Match names the version that you saw."""
    wish = call.body
    await decide(
        call.actor,
        call.id("id"),
        wish.decision,
        version=call.version(),
        reason=wish.reason,
        words=wish.words,
        silence_days=wish.silence_days,
    )
    return await _case(call)


@operation("claim_decide_appeal_case", body=AppealAnswer, answers={200: CaseDoc}, scope=POST)
async def put_appeal_decision(call: Call[AppealAnswer, Nothing]) -> Response:
    """Decide an appeal against what somebody else decided."""
    await decide_appeal(call.actor, call.id("id"), call.body.outcome, call.body.answer)
    return await _case(call)


@operation("appeal_own_case", answers={200: VerdictDoc}, signed_in=True)
async def get_verdict(call: Call[None, Nothing]) -> Response:
    """What was decided about something of yours, and why."""
    return document(await verdict(call.actor, call.id("id")))


@operation("appeal_own_case", body=AppealWish, answers={200: VerdictDoc}, scope=POST, signed_in=True)
async def put_appeal(call: Call[AppealWish, Nothing]) -> Response:
    """Ask that another person looks at it, once, within 30 days."""
    await appeal(call.actor, call.id("id"), call.body.text)
    return document(await verdict(call.actor, call.id("id")))


async def _case(call: Call[Any, Nothing]) -> Response:
    body = await case_page(call.actor, call.id("id"))
    return versioned(body, msgspec.json.decode(body, type=_Version).version)


class _Version(msgspec.Struct, frozen=True):
    version: int

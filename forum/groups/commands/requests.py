"""Approve or refuse a request to join."""
from auth.actor import Actor
from forum.groups.commands.grants import MANUAL, give_place
from forum.groups.facts import RequestDecided
from forum.groups.models import JoinRequest, RequestState
from forum.groups.policies import can_manage_members
from forum.groups.queries import door
from forum.kit.errors import NotFound
from forum.kit.fields import body_field
from forum.kit.transaction import command
from forum.kit.verdict import require
from forum.outbox.record import audit, record


@command
async def decide_request(actor: Actor, slug: str, request_id: int, *, approve: bool, answer: str = "") -> None:
    """Approve or refuse; a request that is already decided is not found."""
    group = await door(actor, slug)
    require(can_manage_members(actor, group))
    assert actor.member_id is not None
    answer = body_field(answer, "answer", least=0, most=2000)
    request = await JoinRequest.get_or_none(id=request_id, group_id=group.id, state=RequestState.WAITING)
    if request is None:
        raise NotFound
    state = RequestState.APPROVED if approve else RequestState.REFUSED
    decided = await JoinRequest.filter(id=request.id, state=RequestState.WAITING).update(
        state=state, decided_by_id=actor.member_id, answer=answer
    )
    if not decided:
        raise NotFound
    if approve:
        await give_place(group.id, request.member_id, MANUAL)
    await record(
        RequestDecided(
            group_id=group.id,
            member_id=request.member_id,
            request_id=request.id,
            decided_by=actor.member_id,
            approved=approve,
        )
    )
    await audit(
        actor.member_id, f"group.request_{state.value}", "member", request.member_id, group_id=group.id
    )

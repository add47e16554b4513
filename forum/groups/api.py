"""Groups and the places in them, as JSON."""
import msgspec
from starlette.responses import Response

from auth.actor import GroupRole, Scope
from forum.api.operation import Call, Nothing, answer, created, document, nothing, operation
from forum.groups import queries
from forum.groups.commands import invitations, members, membership, requests, text
from forum.groups.commands.terms import set_initiative_terms
from forum.groups.schemas import (
    BanWish,
    GroupFilter,
    GroupList,
    GroupMembers,
    GroupPage,
    GroupText,
    InitiativeTerms,
    InvitationSent,
    InvitationWish,
    Limit,
    MembershipAnswer,
    MembershipWish,
    RequestDecision,
    RequestList,
    RoleWish,
)
from forum.web.shown_once import ShownOnce

POST = Scope.POST


@operation("see_group_card", query=GroupFilter, answers={200: GroupList})
async def list_groups(call: Call[None, GroupFilter]) -> Response:
    """The groups whose card you may see."""
    wanted = call.query
    return document(
        await queries.group_list(call.actor, wanted.theme, wanted.language, mine=wanted.mine, q=wanted.q)
    )


@operation("see_group_card", answers={200: GroupPage})
async def get_group(call: Call[None, Nothing]) -> Response:
    """One group: its purpose, its facilitators, your place in it."""
    return document(await queries.group_page(call.actor, call.slug()))


@operation("edit_group_text", body=GroupText, answers={200: GroupPage}, scope=POST)
async def put_group_text(call: Call[GroupText, Nothing]) -> Response:
    """Rewrite the purpose and the rules."""
    await text.edit_group_text(
        call.actor, call.slug(), purpose=call.body.purpose, rules=call.body.rules
    )
    return document(await queries.group_page(call.actor, call.slug()))


@operation("edit_group_text", body=InitiativeTerms, answers={200: GroupPage}, scope=POST)
async def put_initiative_settings(call: Call[InitiativeTerms, Nothing]) -> Response:
    """Say what an initiative needs that is launched here from now on."""
    await set_initiative_terms(call.actor, call.slug(), call.body)
    return document(await queries.group_page(call.actor, call.slug()))


@operation(
    "join", body_if_any=MembershipWish, answers={200: MembershipAnswer, 202: MembershipAnswer}, scope=POST
)
async def put_membership(call: Call[None, Nothing]) -> Response:
    """Join, or ask to (a body with your reason is then needed): 200 joined, 202 requested."""
    wish = call.optional_body(MembershipWish) or MembershipWish()
    joined = await membership.join_group(call.actor, call.slug(), wish.reason)
    return answer(joined, 200 if joined.state == membership.JOINED else 202)


@operation("leave", answers={204: None}, scope=POST)
async def delete_membership(call: Call[None, Nothing]) -> Response:
    """Leave, or withdraw your request."""
    await membership.leave_group(call.actor, call.slug())
    return nothing()


@operation("list_group_members", query=Limit, answers={200: GroupMembers})
async def list_group_members(call: Call[None, Limit]) -> Response:
    """The group's members."""
    body = await queries.group_members(call.actor, call.slug(), call.query.after, call.query.limit)
    return answer(_linked(call, body))


def _linked(call: Call[None, Limit], body: bytes) -> GroupMembers:
    page = msgspec.json.decode(body, type=GroupMembers)
    if page.next is None:
        return page
    path = f"/api/v1/groups/{call.slug()}/members?after={page.next}&limit={call.query.limit}"
    return msgspec.structs.replace(page, next=path)


@operation("name_facilitator", body=RoleWish, answers={204: None}, scope=POST)
async def put_role(call: Call[RoleWish, Nothing]) -> Response:
    """Name a facilitator, or step down."""
    await members.set_role(call.actor, call.slug(), str(call.path["username"]), GroupRole(call.body.role))
    return nothing()


@operation("approve_remove_ban_member", answers={204: None}, scope=POST)
async def delete_member(call: Call[None, Nothing]) -> Response:
    """Remove a member from the group."""
    await members.remove_member(call.actor, call.slug(), str(call.path["username"]))
    return nothing()


@operation("approve_remove_ban_member", body=BanWish, answers={204: None}, scope=POST)
async def put_ban(call: Call[BanWish, Nothing]) -> Response:
    """Ban a member from the group."""
    await members.ban_member(
        call.actor, call.slug(), str(call.path["username"]), call.body.reason
    )
    return nothing()


@operation("approve_remove_ban_member", answers={204: None}, scope=POST)
async def delete_ban(call: Call[None, Nothing]) -> Response:
    """Lift a ban."""
    await members.lift_ban(call.actor, call.slug(), str(call.path["username"]))
    return nothing()


@operation("approve_remove_ban_member", answers={200: RequestList})
async def list_requests(call: Call[None, Nothing]) -> Response:
    """Requests to join that wait for an answer."""
    return document(await queries.waiting_requests(call.actor, call.slug()))


@operation("approve_remove_ban_member", body=RequestDecision, answers={204: None}, scope=POST)
async def put_decision(call: Call[RequestDecision, Nothing]) -> Response:
    """Approve or refuse a request."""
    await requests.decide_request(
        call.actor,
        call.slug(),
        call.id("request_id"),
        approve=call.body.approve,
        answer=call.body.answer,
    )
    return nothing()


@operation("invite_to_group", body=InvitationWish, answers={201: InvitationSent}, scope=POST)
async def post_invitation(call: Call[InvitationWish, Nothing]) -> Response:
    """Invite one member by name, or make a link for several people."""
    wish = call.body
    if wish.username is not None:
        return _sent(call, await invitations.invite_member(call.actor, call.slug(), wish.username, wish.days))
    number, token = await invitations.make_invitation_link(call.actor, call.slug(), wish.uses, wish.days)
    return ShownOnce(_sent(call, number, f"/invitations/{token}"), kept=_sent(call, number))


def _sent(call: Call[InvitationWish, Nothing], number: int, url: str | None = None) -> Response:
    location = f"/api/v1/groups/{call.slug()}/invitations/{number}"
    return created(msgspec.json.encode(InvitationSent(id=number, url=url)), location)


@operation("accept_invitation", answers={200: MembershipAnswer}, scope=POST, signed_in=True)
async def put_acceptance(call: Call[None, Nothing]) -> Response:
    """Accept an invitation addressed to you."""
    await invitations.accept_invitation(call.actor, call.id("id"))
    return answer(MembershipAnswer(state=membership.JOINED))


@operation("accept_invitation", answers={200: MembershipAnswer}, scope=POST, signed_in=True)
async def put_link_acceptance(call: Call[None, Nothing]) -> Response:
    """Join by an invitation link."""
    await invitations.accept_link(call.actor, str(call.path["token"]))
    return answer(MembershipAnswer(state=membership.JOINED))

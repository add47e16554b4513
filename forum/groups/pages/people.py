"""Who is in a group, who would like to be, and what its facilitators do about it."""

import msgspec
from starlette.responses import Response

from auth.actor import GroupRole
from forum.groups import queries
from forum.groups.commands import invitations, members, requests
from forum.groups.commands.terms import set_initiative_terms
from forum.groups.commands.text import edit_group_text
from forum.groups.policies import can_edit_text, can_invite, can_manage_members, can_name_facilitator
from forum.groups.schemas import GroupMember, GroupPage, InitiativeTerms, RequestList
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown
from forum.web.shown_once import ShownOnce

PAGE = 100


class People(msgspec.Struct, frozen=True):
    """A page of members; ``next`` is the id after which the next one begins."""

    items: list[GroupMember]
    next: int | str | None


@page("list_group_members")
async def group_members(view: View) -> Response:
    slug = view.slug()
    group = await queries.door(view.actor, slug)
    found = decoded(await queries.group_members(view.actor, slug, view.number("after"), PAGE), People)
    return shown(
        view,
        "groups/members.html",
        title=_("Members of %(group)s") % {"group": group.title},
        section="groups",
        group=group,
        people=found.items,
        more=found.next,
        may_manage=bool(can_manage_members(view.actor, group)),
        may_name=bool(can_name_facilitator(view.actor, group)),
    )


@form("approve_remove_ban_member")
async def change_member(view: View) -> Response:
    """`do`: facilitator, member, remove, ban, unban."""
    slug, username, deed = view.slug(), str(view.path["username"]), view.text("do")
    back = f"/g/{slug}/members"
    if deed in (GroupRole.MEMBER, GroupRole.FACILITATOR):
        await members.set_role(view.actor, slug, username, GroupRole(deed))
        return see(back, said="role")
    if deed == "remove":
        await members.remove_member(view.actor, slug, username)
        return see(back, said="removed")
    if deed == "ban":
        await members.ban_member(view.actor, slug, username, view.text("reason"))
        return see(back, said="banned")
    if deed == "unban":
        await members.lift_ban(view.actor, slug, username)
        return see(back, said="unbanned")
    raise Invalid({"do": "unknown_choice"})


@form("approve_remove_ban_member")
async def lift_ban(view: View) -> Response:
    username = view.text("username").strip().removeprefix("@")
    await members.lift_ban(view.actor, view.slug(), username)
    return see(f"/g/{view.slug()}/members", said="unbanned")


@page("approve_remove_ban_member", signed_in=True)
async def group_requests(view: View) -> Response:
    group = await queries.door(view.actor, view.slug())
    waiting = decoded(await queries.waiting_requests(view.actor, view.slug()), RequestList).items
    title = _("Requests to join")
    return shown(view, "groups/requests.html", title=title, section="groups", group=group, waiting=waiting)


@form("approve_remove_ban_member")
async def decide(view: View) -> Response:
    """`do`: approve or refuse; `answer` is a word to the person."""
    deed = view.text("do")
    if deed not in ("approve", "refuse"):
        raise Invalid({"do": "unknown_choice"})
    await requests.decide_request(
        view.actor,
        view.slug(),
        view.id("request_id"),
        approve=deed == "approve",
        answer=view.text("answer"),
    )
    return see(f"/g/{view.slug()}/requests", said="approved" if deed == "approve" else "refused")


async def _invite_form(view: View, refusal: Refusal | None, link: str | None = None) -> Response:
    group = await queries.door(view.actor, view.slug())
    require(can_invite(view.actor, group))
    return shown(
        view,
        "groups/invite.html",
        title=_("Invite to %(group)s") % {"group": group.title},
        section="groups",
        group=group,
        values={"username": "", "uses": "10", "days": "30"} | view.form,
        errors=errors_of(refusal),
        link=link,
    )


@page("invite_to_group", signed_in=True)
async def invite_form(view: View) -> Response:
    return await _invite_form(view, None)


@form("invite_to_group", refill=_invite_form)
async def invite(view: View) -> Response:
    """One member by name; without a name a link, which is shown this once."""
    days = _within(view, "days", 30, 90)
    username = view.text("username").strip().removeprefix("@")
    if username:
        await invitations.invite_member(view.actor, view.slug(), username, days)
        return see(f"/g/{view.slug()}/members", said="invited")
    if view.text("do") != "link":
        raise Invalid({"username": "required"})
    uses = _within(view, "uses", 1, 1000)
    _number, token = await invitations.make_invitation_link(view.actor, view.slug(), uses, days)
    view.form = {}
    answer = await _invite_form(view, None, link=f"{view.web.base_url}/invitations/{token}")
    return ShownOnce(answer, kept=see(f"/g/{view.slug()}/invite", said="link_made"))


def _within(view: View, name: str, otherwise: int, most: int) -> int:
    number = view.sent_number(name, most)
    if number == 0:
        raise Invalid({name: "not_valid"})
    return number or otherwise


@page("none", signed_in=True)
async def invitation_link(view: View) -> Response:
    """What a link leads to: one button, for reading a page changes nothing."""
    return shown(view, "groups/invited.html", title=_("You are invited"), token=str(view.path["token"]))


@form("accept_invitation")
async def accept_link(view: View) -> Response:
    group = await invitations.accept_link(view.actor, str(view.path["token"]))
    return see(f"/g/{group.slug}", said="joined")


@form("accept_invitation")
async def accept_invitation(view: View) -> Response:
    group = await invitations.accept_invitation(view.actor, view.id("id"))
    return see(f"/g/{group.slug}", said="joined")


async def _text_form(view: View, refusal: Refusal | None) -> Response:
    group = await queries.door(view.actor, view.slug())
    require(can_edit_text(view.actor, group))
    doc = decoded(await queries.group_page(view.actor, view.slug()), GroupPage)
    return shown(
        view,
        "groups/edit.html",
        title=_("Purpose, rules and initiatives"),
        section="groups",
        group=group,
        values={
            "purpose": doc.purpose,
            "rules": doc.rules,
            "cosponsor_goal": doc.cosponsor_goal,
            "gathering_days": doc.gathering_days,
        }
        | view.form,
        anyone=bool(view.text("anyone_may_cosponsor")) if "gathering_days" in view.form else doc.anyone_may_cosponsor,
        errors=errors_of(refusal),
    )


@page("edit_group_text", signed_in=True)
async def text_form(view: View) -> Response:
    return await _text_form(view, None)


@form("edit_group_text", refill=_text_form)
async def save_text(view: View) -> Response:
    await edit_group_text(view.actor, view.slug(), purpose=view.text("purpose"), rules=view.text("rules"))
    return see(f"/g/{view.slug()}", said="saved")


@form("edit_group_text", refill=_text_form)
async def save_terms(view: View) -> Response:
    """What an initiative launched here needs. An empty field is a wrong one: there is no group without these."""
    terms = InitiativeTerms(
        cosponsor_goal=view.sent_number("cosponsor_goal") or 0,
        gathering_days=view.sent_number("gathering_days") or 0,
        anyone_may_cosponsor=bool(view.text("anyone_may_cosponsor")),
    )
    await set_initiative_terms(view.actor, view.slug(), terms)
    return see(f"/g/{view.slug()}", said="saved")

"""Groups as people meet them: the list, one group, joining and leaving."""

from typing import Final

from starlette.responses import Response

from auth.actor import GroupRole
from forum.curation.pages.tags import threads_with
from forum.groups import queries
from forum.groups.commands import membership
from forum.groups.policies import (
    GroupState,
    can_ask_to_join,
    can_invite,
    can_join,
    can_leave,
    can_list_members,
    can_manage_members,
    can_moderate,
    can_read,
    can_read_log,
)
from forum.groups.schemas import GroupCard, GroupList, GroupPage
from forum.initiatives.pages import words
from forum.initiatives.policies import can_draft
from forum.initiatives.queries import list as initiatives
from forum.initiatives.schemas import InitiativeHead
from forum.kit.errors import Invalid, Refusal
from forum.reading.commands import mark_group_read
from forum.threads.commands import follow as follows
from forum.threads.models import FollowLevel
from forum.threads.pages.kinds import levels
from forum.threads.pages.lists import next_before
from forum.threads.pages.states import group_of_card
from forum.threads.policies import can_follow, can_start_thread
from forum.threads.schemas import ThreadList
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

LINES: Final = 30


def themes() -> dict[str, str]:
    """The shelves of the directory, in their order."""
    return {
        "infrastructure": _("Infrastructure and standardisation"),
        "security": _("Security"),
        "legal": _("Legal and regulatory"),
        "economic": _("Economic"),
        "development": _("Development"),
        "sociocultural": _("Sociocultural"),
        "human-rights": _("Human rights"),
        "networks": _("Networks of people"),
    }


def group_state(doc: GroupPage) -> GroupState:
    return group_of_card(doc, has_facilitator=doc.has_facilitator, members_may_invite=doc.members_may_invite)


def may_join(view: View, card: GroupCard) -> str:
    """`join`, `ask` or nothing: what the row of a list offers."""
    if (card.membership is not None and card.membership.role is not GroupRole.READER) or card.requested:
        return ""
    state = group_of_card(card)
    if can_join(view.actor, state):
        return "join"
    return "ask" if can_ask_to_join(view.actor, state) else ""


@page("see_group_card")
async def group_list(view: View) -> Response:
    """All groups on one page; `q`, `theme`, `language` and `mine` narrow it."""
    q = view.query.get("q", "").strip()[:100]
    theme, language = view.query.get("theme") or None, view.query.get("language") or None
    mine = bool(view.query.get("mine")) and not view.actor.is_anonymous
    cards = decoded(await queries.group_list(view.actor, theme, language, mine=mine, q=q), GroupList).items
    shelves = [(key, words, [card for card in cards if card.theme == key]) for key, words in themes().items()]
    rest = [card for card in cards if card.theme not in themes()]
    if rest:
        shelves.append(("", _("Other groups"), rest))
    return shown(
        view,
        "groups/list.html",
        title=_("Groups"),
        section="groups",
        shelves=[shelf for shelf in shelves if shelf[2]],
        themes=themes(),
        q=q,
        theme=theme,
        language=language,
        mine=mine,
        may_join=may_join,
    )


async def _group_page(view: View, refusal: Refusal | None) -> Response:
    slug, before = view.slug(), view.number("before")
    page_body, threads_body, initiatives_body = await initiatives.group_with_all(view.actor, slug, before, LINES)
    doc = decoded(await queries.behind_door(view.actor, slug, page_body), GroupPage)
    state = group_state(doc)
    readable = bool(can_read(view.actor, state)) and threads_body is not None
    listed = decoded(threads_body, ThreadList) if threads_body is not None else ThreadList([], None)
    return shown(
        view,
        "groups/group.html",
        title=doc.title,
        section="groups",
        group=doc,
        threads=listed.items,
        words=words,
        initiatives=decoded(initiatives_body, list[InitiativeHead]),
        older=next_before(listed.next),
        before=before,
        readable=readable,
        refused=can_read(view.actor, state).refusal,
        may=_rights(view, state),
        offer=may_join(view, doc),
        levels=levels(_("What names or answers me, and new threads")),
        reason=view.text("reason"),
        errors=errors_of(refusal),
    )


def _rights(view: View, state: GroupState) -> dict[str, bool]:
    actor = view.actor
    return {
        "start": bool(can_start_thread(actor, state)),
        "draft": bool(can_draft(actor, state)),
        "leave": bool(can_leave(actor, state)),
        "list": bool(can_list_members(actor, state)),
        "manage": bool(can_manage_members(actor, state)),
        "moderate": bool(can_moderate(actor, state)),
        "read_log": bool(can_read_log(actor, state)),
        "invite": bool(can_invite(actor, state)),
        "follow": bool(can_follow(actor, state)),
    }


@page("see_group_card")
async def group(view: View) -> Response:
    """What it is for, who looks after it, what is said in it; with ``tag``, its threads that have it."""
    if tag := view.query.get("tag", ""):
        return await threads_with(view, tag, view.slug())
    return await _group_page(view, None)


@form("join_open", refill=_group_page)
async def join(view: View) -> Response:
    """At once where it is open, else a request with its reason."""
    answer = await membership.join_group(view.actor, view.slug(), view.text("reason"))
    return see(f"/g/{view.slug()}", said="joined" if answer.state == membership.JOINED else "requested")


@form("leave")
async def leave(view: View) -> Response:
    await membership.leave_group(view.actor, view.slug())
    # A closed or hidden group may be out of sight now, so the way leads to the list.
    return see("/groups", said="left")


@form("follow_or_bookmark")
async def follow(view: View) -> Response:
    level = view.text("level")
    if level and level not in set(FollowLevel):
        raise Invalid({"level": "unknown_choice"})
    if level:
        await follows.follow_group(view.actor, view.slug(), FollowLevel(level))
    else:
        await follows.unfollow_group(view.actor, view.slug())
    return see(f"/g/{view.slug()}", said="saved")


@form("mark_read")
async def read(view: View) -> Response:
    await mark_group_read(view.actor, view.slug())
    return see(f"/g/{view.slug()}", said="read")

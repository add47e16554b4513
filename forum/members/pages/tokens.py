"""One's API tokens: what there is, a new one (shown once), an end to one."""

from typing import Any, Final

import msgspec
from starlette.responses import Response

from auth.actor import Scope
from forum.kit.errors import Invalid, Refusal
from forum.kit.verdict import require
from forum.members import queries
from forum.members.commands import create_token
from forum.members.commands import end_token as end
from forum.members.policies import can_create_token, can_manage_tokens
from forum.members.schemas import TokenWish
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown
from forum.web.shown_once import ShownOnce

DAYS: Final = (7, 30, 90, 180, 365)
SOME = "some"


def scopes(*, staff: bool) -> dict[str, str]:
    """The scopes in words; the last one for the site's staff only."""
    words = {
        Scope.READ.value: _("Read what you can read"),
        Scope.POST.value: _("Write and change what you can"),
        Scope.STAFF.value: _("Act as the site's staff"),
    }
    return words if staff else {name: words[name] for name in (Scope.READ, Scope.POST)}


async def _tokens(view: View, refusal: Refusal | None) -> Response:
    actor = view.actor
    require(can_manage_tokens(actor))
    mine = await queries.my_groups(actor)
    sent = bool(view.form)
    stored: dict[str, Any] = {"name": "", "days": "90", "reach": "all"}
    return shown(
        view,
        "members/tokens.html",
        title=_("API tokens"),
        section="me",
        tokens=await queries.tokens(actor, mine),
        groups=mine,
        may_create=can_create_token(actor),
        words=scopes(staff=True),
        offered=scopes(staff=actor.staff is not None),
        days={str(days): _("%(n)s days") % {"n": days} for days in DAYS},
        values=stored | view.form,
        picked=view.chosen.get("scopes", [] if sent else [Scope.READ.value]),
        picked_groups=view.chosen.get("groups", []),
        errors=errors_of(refusal),
    )


@page("keep_drafts_and_preview", signed_in=True)
async def tokens_page(view: View) -> Response:
    return await _tokens(view, None)


@form("create_own_api_token", refill=_tokens, many=("scopes", "groups"))
async def make_token(view: View) -> Response:
    """The page that shows it; sent once more, the form leads to the list."""
    made = await create_token(view.actor, _wish(view))
    answer = shown(view, "members/token_made.html", title=_("Your new token"), section="me", made=made)
    return ShownOnce(answer, kept=see("/me/tokens", said="token_made"))


def _wish(view: View) -> TokenWish:
    groups = view.chosen.get("groups", []) if view.text("reach") == SOME else None
    if groups == []:
        raise Invalid({"groups": "required"})
    given = {"name": view.text("name"), "scopes": view.chosen.get("scopes", []), "days": view.sent_number("days", 366)}
    for name, value in given.items():
        # One at a time, so that a fault is told at its own field.
        try:
            msgspec.convert({"name": "", "scopes": [Scope.READ], name: value}, TokenWish)
        except msgspec.ValidationError as error:
            raise Invalid({name: "unknown_choice" if value else "required"}) from error
    try:
        return msgspec.convert({**given, "groups": groups}, TokenWish)
    except msgspec.ValidationError as error:
        raise Invalid({"groups": "unknown_choice"}) from error


@form("keep_drafts_and_preview")
async def end_token(view: View) -> Response:
    await end(view.actor, view.id("id"))
    return see("/me/tokens", said="token_ended")

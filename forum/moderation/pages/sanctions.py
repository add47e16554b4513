"""What somebody was given, and giving it; what waits for a second person; how one stands oneself."""
from typing import Final

from starlette.responses import Response

from forum.kit.errors import Invalid, Refusal
from forum.moderation.commands import sanctions
from forum.moderation.models import SanctionKind
from forum.moderation.policies import can_see_sanctions
from forum.moderation.queries import sanctions as queries
from forum.moderation.schemas import SanctionDoc, SanctionList
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import page as shown

# What a form calls the whole site, where it asks for a group.
SITE: Final = "-"


def kinds() -> dict[str, str]:
    return {
        SanctionKind.WARNING: _("Warning"),
        SanctionKind.SILENCE: _("Silence: reads, does not write"),
        SanctionKind.SUSPENSION: _("Suspension: cannot come in"),
    }


def in_words(given: SanctionDoc) -> str:
    """What it is, for a list."""
    return {
        SanctionKind.WARNING: _("Warning"),
        SanctionKind.SILENCE: _("Silenced"),
        SanctionKind.SUSPENSION: _("Suspended"),
    }[given.kind]


def state_words(given: SanctionDoc) -> str:
    return {
        "given": "",
        "holds": "",
        "waiting": _("waits for a second person"),
        "over": _("is over"),
        "lifted": _("lifted"),
    }[given.state]


async def _sanctions(view: View, refusal: Refusal | None) -> Response:
    username = str(view.path["username"])
    found = decoded(await queries.sanctions_of(view.actor, username), SanctionList)
    places = [(row["slug"], row["title"]) for row in await queries.places_for(view.actor, username)]
    site = [(SITE, _("The whole site"))] if view.actor.is_staff else []
    return shown(
        view,
        "moderation/sanctions.html",
        title=_("Warnings and sanctions of @%(username)s") % {"username": username},
        username=username,
        given=found.items,
        kinds=list(kinds().items()),
        places=places + site,
        in_words=in_words,
        state_words=state_words,
        values={"kind": "", "where": view.query.get("group", ""), "days": "", "reason": ""} | view.form,
        errors=errors_of(refusal),
    )


@page("see_sanctions", signed_in=True)
async def member_sanctions(view: View) -> Response:
    return await _sanctions(view, None)


@form("warn_or_silence_in_group", refill=_sanctions)
async def send_sanction(view: View) -> Response:
    """`where`: a group's name, or - for the whole site; `days` may stay empty where there need be no end."""
    username, kind = str(view.path["username"]), view.text("kind")
    if kind not in set(SanctionKind):
        raise Invalid({"kind": "unknown_choice"})
    where = view.text("where")
    if not where:
        raise Invalid({"where": "required"})
    await sanctions.give_sanction(
        view.actor,
        username,
        SanctionKind(kind),
        group=None if where == SITE else where,
        days=view.sent_number("days"),
        reason=view.text("reason"),
    )
    return see(f"/m/{username}/sanctions", said="sanctioned")


@form("warn_or_silence_in_group")
async def lift(view: View) -> Response:
    await sanctions.lift_sanction(view.actor, view.id("id"), view.text("reason"))
    return see(_back(view), said="sanction_lifted")


@form("confirm_suspension")
async def confirm(view: View) -> Response:
    await sanctions.confirm_sanction(view.actor, view.id("id"))
    return see("/moderation/confirmations", said="confirmed")


def _back(view: View) -> str:
    username = view.text("username")
    return f"/m/{username}/sanctions" if username.replace("-", "").replace("_", "").isalnum() else "/me/standing"


@page("see_sanctions", signed_in=True)
async def confirmations(view: View) -> Response:
    """Long suspensions that wait for somebody like the reader."""
    found = decoded(await queries.waiting_for_confirmation(view.actor), SanctionList)
    return shown(
        view,
        "moderation/confirmations.html",
        title=_("Waiting for a second person"),
        given=found.items,
        in_words=in_words,
    )


@page("keep_drafts_and_preview", signed_in=True)
async def standing(view: View) -> Response:
    """One's own warnings, silences and suspensions: why, until when, and what one can do about it."""
    found = decoded(await queries.own_sanctions(view.actor), SanctionList)
    return shown(
        view,
        "moderation/standing.html",
        title=_("Where you stand"),
        given=found.items,
        in_words=in_words,
        state_words=state_words,
        looks_after=bool(can_see_sanctions(view.actor, None)),
    )

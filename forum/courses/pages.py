"""Learning platforms for administrators, and a group as it is shown inside a course's page."""
from typing import Final

import msgspec
from starlette.responses import Response

from auth.framing import Framing, frame
from auth.lti.platforms import framing_origins
from forum.courses import commands, queries
from forum.courses.api import ticket_address
from forum.courses.schemas import PlatformList, PlatformWish
from forum.kit.errors import Invalid, Refusal
from forum.threads.queries import group_threads
from forum.threads.schemas import ThreadList
from forum.web.language import gettext as _
from forum.web.page import View, decoded, errors_of, form, page, see
from forum.web.rendering import bare
from forum.web.rendering import page as shown

FIELDS: Final = ("name", "issuer", "client_id", "authorization_url", "token_url", "jwks_url", "deployment_id")
EMBEDDED_LINES: Final = 15


async def _platforms(view: View, refusal: Refusal | None, ticket: str | None = None) -> Response:
    found = decoded(await queries.platforms(view.actor), PlatformList).items
    response = shown(
        view,
        "courses/platforms.html",
        title=_("Course platforms"),
        section="admin",
        platforms=found,
        address=ticket_address(view.web, ticket) if ticket else None,
        values=dict.fromkeys(FIELDS, "") | view.form,
        errors=errors_of(refusal),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page("administer_site", signed_in=True)
async def platforms(view: View) -> Response:
    return await _platforms(view, None)


@form("administer_site", refill=_platforms)
async def add_platform(view: View) -> Response:
    """By hand; what is missing or wrong is told at its field."""
    given = {name: view.text(name).strip() for name in FIELDS}
    missing = {name: "required" for name in FIELDS[:-1] if not given[name]}
    if missing:
        raise Invalid(missing)
    try:
        wish = msgspec.convert({**given, "deployment_id": given["deployment_id"] or None}, PlatformWish)
    except msgspec.ValidationError as error:
        raise Invalid({"": "too_long"}) from error
    await commands.add_platform(view.actor, wish, local=not view.web.secure)
    return see("/admin/platforms", said="saved")


@form("administer_site")
async def make_ticket(view: View) -> Response:
    """The address is on this one page and nowhere else: the form has no id, so the answer is not kept either."""
    return await _platforms(view, None, await commands.make_ticket(view.actor))


@form("administer_site")
async def enable_platform(view: View) -> Response:
    if view.text("do") not in ("enable", "disable"):
        raise Invalid({"do": "unknown_choice"})
    await commands.enable_platform(view.actor, view.id("id"), view.text("do") == "enable")
    return see("/admin/platforms", said="saved")


@form("administer_site", refill=_platforms)
async def add_deployment(view: View) -> Response:
    await commands.add_deployment(view.actor, view.id("id"), view.text("deployment_id").strip())
    return see("/admin/platforms", said="saved")


@form("administer_site")
async def ask_for_roster(view: View) -> Response:
    await commands.ask_for_roster(view.actor, view.id("id"), force=view.text("do") == "force")
    return see("/admin/platforms", said="roster")


# Inside a course's page


@page("none")
async def embedded_group(view: View) -> Response:
    """The newest threads of a group; every link opens the forum in a tab of its own."""
    frame(view.request, Framing(ancestors=await framing_origins()))
    try:
        found = decoded(await group_threads(view.actor, view.slug(), 0, EMBEDDED_LINES), ThreadList).items
    except Refusal as refusal:
        return bare(
            view,
            "courses/embedded_shut.html",
            title=_("Not here"),
            status=401 if refusal.status == 401 else refusal.status,
            slug=view.slug() if refusal.status in (401, 403) else None,
        )
    title = found[0].group.title if found else _("The discussion")
    return bare(view, "courses/embedded.html", title=title, threads=found, slug=view.slug())


@page("none")
async def embedded_nothing(view: View) -> Response:
    """A course that nobody has led to a group."""
    frame(view.request, Framing(ancestors=await framing_origins()))
    return bare(view, "courses/embedded_shut.html", title=_("No discussion yet"), slug=None)

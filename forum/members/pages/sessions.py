"""Where one is signed in, and seeing the site as somebody else does."""

from datetime import timedelta

from starlette.responses import Response

from forum.kit.errors import Invalid
from forum.members import commands, queries
from forum.members.commands import ViewReason
from forum.web.language import gettext as _
from forum.web.page import View, form, page, see
from forum.web.rendering import page as shown


@page("keep_drafts_and_preview", signed_in=True)
async def sessions_page(view: View) -> Response:
    idle = timedelta(days=view.web.session_idle_days)
    mine = await queries.own_sessions(view.actor, idle=idle, ways=view.web.ways)
    return shown(view, "members/sessions.html", title=_("Where you are signed in"), section="me", sessions=mine.items)


@form("keep_drafts_and_preview")
async def end_session(view: View) -> Response:
    await commands.end_session(view.actor, view.id("id"))
    return see("/me/sessions", said="ended")


@form("keep_drafts_and_preview")
async def end_other_sessions(view: View) -> Response:
    await commands.end_other_sessions(view.actor)
    return see("/me/sessions", said="others_ended")


# Seeing the site as a member does


def reasons() -> dict[str, str]:
    return {
        ViewReason.SUPPORT: _("They asked for help"),
        ViewReason.REPORT: _("Somebody reported something"),
        ViewReason.CHECK: _("To check what they can see"),
    }


@form("impersonate")
async def view_as(view: View) -> Response:
    try:
        reason = ViewReason(view.text("cause"))
    except ValueError:
        raise Invalid({"cause": "unknown_choice"}) from None
    await commands.begin_viewing(view.actor, str(view.path["username"]), reason)
    return see("/")


@form("none", signed_in=False)
async def end_view(view: View) -> Response:
    await commands.end_viewing(view.actor)
    return see(f"/m/{view.actor.username}" if view.actor.viewer_id else "/")

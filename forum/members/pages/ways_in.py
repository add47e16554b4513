"""How one signs in: the identities that lead to one's account."""

from starlette.responses import Response

from forum.members import queries
from forum.members.commands import disconnect_identity
from forum.members.schemas import WaysIn
from forum.web.language import gettext as _
from forum.web.page import View, decoded, form, page, see
from forum.web.rendering import page as shown


@page("keep_drafts_and_preview", signed_in=True)
async def ways_in(view: View) -> Response:
    """The identities that lead here, and a button for each provider that does not yet."""
    mine = decoded(await queries.ways_in(view.actor, view.web.ways), WaysIn).items
    theirs = {way.issuer for way in mine}
    more = [way for way in view.web.ways if way.connect and way.issuer not in theirs]
    return shown(view, "members/ways_in.html", title=_("Ways to sign in"), section="me", mine=mine, more=more)


@form("keep_drafts_and_preview")
async def disconnect(view: View) -> Response:
    await disconnect_identity(view.actor, view.sent_number("identity") or 0, view.web.ways)
    return see("/me/sign-in", said="disconnected")

"""An initiative on paper, and as a card that other sites show."""

from typing import Final

from starlette.responses import Response

from auth.framing import Framing, frame
from forum.initiatives.pages import words
from forum.initiatives.pages.standing import address
from forum.initiatives.queries.record import initiative_record, public_card
from forum.initiatives.schemas import InitiativeHead, InitiativeRecord
from forum.members.pages.people import sectors
from forum.web import language
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import bare
from forum.web.rendering import page as shown

EVERYWHERE: Final = Framing(ancestors=frozenset({"*"}))
# The same for everybody, so that a busy site which shows it costs us little.
SHARED: Final = {"Cache-Control": "public, max-age=300"}


@page("see_initiative")
async def record(view: View) -> Response:
    """For the file and for a ministry: what, who, when, how it ended."""
    found = decoded(await initiative_record(view.actor, view.id("id")), InitiativeRecord)
    return shown(
        view,
        "initiatives/record.html",
        title=_("Record: %(title)s") % {"title": found.initiative.title},
        section="initiatives",
        i=found.initiative,
        record=found,
        words=words,
        sectors=sectors(),
        address=address(found.initiative),
    )


@page("none")
async def card(view: View) -> Response:
    """A few lines for a frame on any site, in the language it asks for; nothing on it depends on who looks."""
    found = decoded(await public_card(view.id("id")), InitiativeHead)
    language.speak(view.query.get("lang", ""))
    frame(view.request, EVERYWHERE)
    response = bare(view, "initiatives/card.html", title=found.title, i=found, words=words, address=address(found))
    response.headers.update(SHARED)
    return response

"""The searches that one keeps, and their feeds."""

from typing import Final

from starlette.responses import Response

from forum.api.operation import conditional
from forum.kit.errors import Invalid, Refusal
from forum.searching import commands
from forum.searching.feeds import Addresses
from forum.searching.queries import saved
from forum.searching.schemas import SavedSearchDoc
from forum.web.atom import MEDIA_TYPE, atom
from forum.web.language import gettext as _
from forum.web.page import View, errors_of, form, page, see
from forum.web.rendering import page as shown
from search.query import MAX_QUERY_CHARACTERS

OWN: Final = "keep_drafts_and_preview"
LARGEST_POSITION: Final = 2**53 - 1
# Whoever reads the address reads the feed: it goes to no other site, and into no index.
GUARDED: Final = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def _addresses(view: View) -> Addresses:
    return Addresses(view.web.base_url, view.web.key)


async def _searches(view: View, refusal: Refusal | None) -> Response:
    kept = await saved.saved(view.actor, _addresses(view))
    return shown(
        view,
        "searching/saved.html",
        title=_("Saved searches"),
        section="me",
        searches=kept,
        most=saved.MOST_COUNTED,
        errors=errors_of(refusal),
        values=view.form,
        refused=view.path.get("id"),
    )


async def below_the_box(view: View) -> list[SavedSearchDoc]:
    """Beside an empty search box: to their owner in person, not to whoever sees the site as they do."""
    if view.actor.session_id is None or view.actor.viewer_id is not None:
        return []
    return await saved.saved(view.actor, _addresses(view))


@page(OWN, signed_in=True)
async def searches(view: View) -> Response:
    return await _searches(view, None)


@form(OWN, refill=_searches)
async def save_search(view: View) -> Response:
    """What was searched for, kept under its own words; a name is given on the page that follows."""
    await commands.save_search(view.actor, view.text("q"), view.text("name"))
    return see("/me/searches", said="search_saved")


@form(OWN, refill=_searches)
async def rename_search(view: View) -> Response:
    await commands.rename_search(view.actor, view.id("id"), view.text("name"))
    return see("/me/searches", said="saved")


@form(OWN)
async def open_search(view: View) -> Response:
    """To what is new, which is then seen: ``through`` is how far the count reached."""
    through = view.sent_number("through", LARGEST_POSITION)
    if through is None:
        raise Invalid({"through": "required"})
    q = await commands.see_search(view.actor, view.id("id"), through)
    newest = " sort:new"
    return see("/search", q=q[: MAX_QUERY_CHARACTERS - len(newest)] + newest)


@form(OWN)
async def renew_feed(view: View) -> Response:
    await commands.renew_feed(view.actor, view.id("id"))
    return see("/me/searches", said="feed_renewed")


@form(OWN)
async def delete_search(view: View) -> Response:
    await commands.drop_search(view.actor, view.id("id"))
    return see("/me/searches", said="search_gone")


@page("none")
async def search_feed(view: View) -> Response:
    """For programs that have no cookie: the key in the address says whose it is."""
    found = await saved.feed(view.id("id"), str(view.path["key"]), _addresses(view))
    body = atom(found)
    return conditional(view.request, Response(body, media_type=MEDIA_TYPE, headers=GUARDED))

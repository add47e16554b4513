"""One box, and what it finds."""

from collections.abc import Iterator

import msgspec
from starlette.responses import Response

from forum.kit.errors import Invalid
from forum.searching.queries.results import search as find
from forum.searching.schemas import SearchHit, SearchResults, SearchWanted
from forum.web.language import gettext as _
from forum.web.page import View, page
from forum.web.rendering import page as shown


def pieces(hit: SearchHit) -> Iterator[tuple[bool, str]]:
    """The snippet cut where a found word begins and ends."""
    at = 0
    for start, end in hit.marks:
        if start > at:
            yield False, hit.snippet[at:start]
        yield True, hit.snippet[start:end]
        at = end
    if at < len(hit.snippet):
        yield False, hit.snippet[at:]


@page("search_and_live")
async def search(view: View) -> Response:
    """`q` in the query language, `group` a slug."""
    q, group = view.query.get("q", "").strip(), view.query.get("group") or None
    try:
        wanted = msgspec.convert({"q": q, "group": group}, SearchWanted)
    except msgspec.ValidationError as error:
        raise Invalid({"q": "too_long"}) from error
    found = await find(view.actor, wanted) if q else SearchResults([])
    return shown(
        view,
        "searching/search.html",
        title=_("Search: %(q)s") % {"q": q} if q else _("Search"),
        section="search",
        head='<meta name="robots" content="noindex">',
        q=q,
        group=group,
        found=found,
        pieces=pieces,
    )

"""The page of initiatives, and their feed."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from forum.api.operation import conditional
from forum.groups.schemas import GroupBrief
from forum.initiatives.pages import words
from forum.initiatives.pages.record import SHARED
from forum.initiatives.queries.list import AFTER, initiatives_and_places
from forum.initiatives.queries.record import BEGAN, feed_entries
from forum.initiatives.schemas import InitiativeList, InitiativesWanted
from forum.kit.errors import Invalid
from forum.web.atom import MEDIA_TYPE, Feed, atom
from forum.web.dates import countries, languages
from forum.web.language import formats
from forum.web.language import gettext as _
from forum.web.page import View, decoded, page
from forum.web.rendering import page as shown

FILTERS: Final = ("group", "stage", "language", "country", "answer", "sort", "after")
NARROWING: Final = frozenset(FILTERS) - {"sort", "after"}


@page("see_initiative")
async def initiative_list(view: View) -> Response:
    """Filtered, sorted, 25 a page; a country only for those who may see people."""
    asked = {name: value for name in FILTERS if (value := view.query.get(name))}
    found_body, places_body = await initiatives_and_places(view.actor, _wanted(asked))
    found = decoded(found_body, InitiativeList)
    asked.pop("after", None)
    older = urlencode(asked | {"after": found.next.rpartition(AFTER)[2]}) if found.next else ""
    fed = {name: value for name, value in asked.items() if name in ("group", "language")}
    return shown(
        view,
        "initiatives/list.html",
        title=_("Initiatives"),
        section="initiatives",
        head='<link rel="alternate" type="application/atom+xml" href="/feeds/initiatives">',
        initiatives=found.items,
        places=decoded(places_body, list[GroupBrief]),
        asked=dict.fromkeys(FILTERS, "") | asked,
        narrowed=bool(NARROWING & asked.keys()),
        sort_links={key: urlencode(asked | {"sort": key}) for key in words.sorts()},
        older=older,
        feed="/feeds/initiatives" + ("?" + urlencode(fed) if fed else ""),
        words=words,
        countries=countries(formats()) if view.actor.is_active else {},
        languages=languages(formats()),
    )


@page("none")
async def initiative_feed(view: View) -> Response:
    """What was launched in public groups; ``group`` and ``language`` narrow it. The same for everybody."""
    asked = {name: value for name in ("group", "language") if (value := view.query.get(name, "")[:60])}
    entries = await feed_entries(view.web.base_url, asked.get("group"), asked.get("language"))
    query = "?" + urlencode(asked) if asked else ""
    own, seen = (view.web.base_url + path + query for path in ("/feeds/initiatives", "/initiatives"))
    title = _("Initiatives") + " · " + view.web.name
    body = atom(Feed(own, title, own, seen, BEGAN, entries))
    return conditional(view.request, Response(body, media_type=MEDIA_TYPE, headers=dict(SHARED)))


def _wanted(asked: dict[str, str]) -> InitiativesWanted:
    given: dict[str, Any] = dict(asked)
    try:
        return msgspec.convert(given, InitiativesWanted)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise Invalid({name if name in FILTERS else "": "not_valid"}) from error

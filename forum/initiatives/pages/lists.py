"""The page of initiatives."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from forum.groups.schemas import GroupBrief
from forum.initiatives.pages import words
from forum.initiatives.queries.list import AFTER, initiatives_and_places
from forum.initiatives.schemas import InitiativeList, InitiativesWanted
from forum.kit.errors import Invalid
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
        words=words,
        countries=countries(formats()) if view.actor.is_active else {},
        languages=languages(formats()),
    )


def _wanted(asked: dict[str, str]) -> InitiativesWanted:
    given: dict[str, Any] = dict(asked)
    try:
        return msgspec.convert(given, InitiativesWanted)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise Invalid({name if name in FILTERS else "": "not_valid"}) from error
